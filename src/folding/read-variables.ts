import { inlineValuesOf, computedKeysIn, isFrom } from '../domain/audiences/variables';
import type { AudienceVariables } from '../domain/audiences/variables.schema';
import type { WorkspaceId } from '../domain/ids';
import type { Json, JsonObject } from '../domain/json';
import { allAt } from '../domain/path';
import { identifiersByType, presentTraits } from '../domain/profiles/present';
import type { Profile } from '../domain/profiles/profile';
import type { AudienceDoc } from '../store/documents';
import type { Store } from '../store/store';
import { computedTraitsOf, readComputed, type Told } from './read-computed';

/** The variables of an audience, made ready for many people. */
export type VariablesOf = (profile: Profile, now: number) => Promise<JsonObject>;

/** `undefined` where an audience has none. */
export async function variablesOf(
  store: Pick<Store, 'computedTraits' | 'events'>,
  ws: WorkspaceId,
  { variablesJson, sinceRuleset }: Pick<AudienceDoc, 'variablesJson' | 'sinceRuleset'>,
): Promise<VariablesOf | undefined> {
  if (variablesJson === undefined) return undefined;
  const variables = JSON.parse(variablesJson) as AudienceVariables;
  const inline: Told = { values: inlineValuesOf(variables), sinceRuleset };
  const keys = computedKeysIn(variables).filter((key) => key !== undefined);
  const traits = await computedTraitsOf(store, ws, keys);
  return async (profile, now) => {
    const [own, computed] = await Promise.all([
      readComputed(store, ws, profile, inline, now),
      readComputed(store, ws, profile, traits, now),
    ]);
    const root = { traits: presentTraits(profile, now), identifiers: identifiersByType(profile), computed };
    const read = Object.entries(variables).flatMap(([name, variable]): [string, Json | undefined][] =>
      isFrom(variable) ? [[name, allAt(root, variable.from)]] : [],
    );
    return { ...own, ...Object.fromEntries(read.filter((one): one is [string, Json] => one[1] !== undefined)) };
  };
}
