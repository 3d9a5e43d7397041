import type { JsonObject } from '../../domain/json';
import type { Profile } from '../../domain/profiles/profile';
import { readComputed, type Told } from '../../folding/read-computed';
import { sightOf } from '../profiles/presenter';
import type { KeyCall } from '../route';
import { maskTold } from './mask-told';

/** What is computed of somebody, as whoever asks may see it; nothing where nothing is. */
export async function readComputedOf(call: KeyCall, profile: Profile, told: Told): Promise<{ computed?: JsonObject }> {
  const { deps, ws, now } = call;
  const computed = await readComputed(deps.store, ws, profile, told, now);
  if (Object.keys(computed).length === 0) return {};
  return { computed: sightOf(call).seesPersonalData ? computed : maskTold(computed, told.values) };
}
