import { presentVariables } from '../audiences/presenter';
import type { ToldAudiences } from '../../domain/audiences/told-audiences';
import type { JsonObject } from '../../domain/json';
import type { Profile } from '../../domain/profiles/profile';
import { variablesOf } from '../../folding/read-variables';
import { maskTold } from '../computed-traits/mask-told';
import { sightOf } from '../profiles/presenter';
import type { KeyCall } from '../route';

type Variables = Readonly<Record<string, JsonObject>>;

/** The variables of these audiences, by audience; nothing where none has any, and the profile is not even read. */
export async function variablesFor(
  call: KeyCall,
  { id }: Pick<Profile, 'id'>,
  keys: readonly string[],
  audiences: ToldAudiences,
): Promise<{ variables?: Variables }> {
  const { deps, ws, now } = call;
  const having = keys.filter((key) => audiences.get(key)?.variablesJson !== undefined);
  const profile = having.length > 0 ? await deps.store.profiles.canonical(ws, id) : undefined;
  if (!profile) return {};
  const told = having.map(async (key): Promise<[string, JsonObject]> => {
    const { variablesJson = '{}', sinceRuleset = 0 } = audiences.get(key) ?? {};
    const read = await variablesOf(deps.store, ws, { variablesJson, sinceRuleset });
    const values = (await read?.(profile, now)) ?? {};
    if (sightOf(call).seesPersonalData) return [key, values];
    return [key, maskTold(values, presentVariables({ variablesJson }).variables ?? {})];
  });
  return { variables: Object.fromEntries(await Promise.all(told)) };
}
