import { propertyTold } from '../../domain/audiences/computed/computed-value.schema';
import { own, type Json, type JsonObject } from '../../domain/json';
import { partsOf } from '../../domain/path';
import type { Profile } from '../../domain/profiles/profile';
import { computedTraitsOf, readComputed, type Told } from '../../folding/read-computed';
import { maskUnder } from '../personal-data';
import { sightOf } from '../profiles/presenter';
import type { KeyCall } from '../route';

/** What is computed of somebody, as whoever asks may see it; nothing where nothing is. */
export async function readComputedOf(call: KeyCall, profile: Profile): Promise<{ computed?: JsonObject }> {
  const { deps, ws, now } = call;
  const told = await computedTraitsOf(deps.store, ws);
  const computed = await readComputed(deps.store, ws, profile, told, now);
  if (Object.keys(computed).length === 0) return {};
  return { computed: sightOf(call).seesPersonalData ? computed : maskComputed(computed, told) };
}

/** Values of a personal property are masked like the property itself; numbers that are worked out are not personal. */
function maskComputed(computed: JsonObject, { values }: Told): JsonObject {
  const mask = (key: string, found: Json): Json => {
    const value = own(values, key);
    const property = value && propertyTold(value);
    if (property === undefined) return found;
    const names = partsOf(property).filter((part) => typeof part === 'string');
    return maskUnder(names, found);
  };
  return Object.fromEntries(Object.entries(computed).map(([key, found]) => [key, mask(key, found)]));
}
