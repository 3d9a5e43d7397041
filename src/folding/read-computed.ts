import { propertiesMeasured } from '../domain/audiences/behaviour/properties-read';
import type { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
import { measureOf, type Measure } from '../domain/audiences/computed/measure';
import type { ComputedValues } from '../domain/audiences/computed/resolve-computed';
import { toRuleEvent, type RuleEvent } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import { own, type Json, type JsonObject } from '../domain/json';
import { idsOf } from '../domain/profiles/present';
import type { Profile } from '../domain/profiles/profile';
import { computedValuesOf } from '../store/computed-traits';
import type { Store } from '../store/store';

type Reading = Pick<Store, 'events'>;

/** What to tell of people. */
export interface Told {
  readonly values: ComputedValues;
  /** Profiles that were brought to this ruleset remember what these need. */
  readonly sinceRuleset: number;
}

/** The computed traits of a workspace, or those of some keys. */
export async function computedTraitsOf(
  store: Pick<Store, 'computedTraits'>,
  ws: WorkspaceId,
  keys?: readonly string[],
): Promise<Told> {
  if (keys?.length === 0) return { values: {}, sinceRuleset: 0 };
  const docs = (await store.computedTraits.list(ws)).filter(({ key }) => keys?.includes(key) ?? true);
  return { values: computedValuesOf(docs), sinceRuleset: Math.max(0, ...docs.map(({ sinceRuleset }) => sinceRuleset)) };
}

/**
 * What is computed of somebody at `now`, from what their profile remembers; nothing is written. Stored events are read where the profile has
 * yet to be brought to a new definition, and where the edge of a window cuts what is no longer kept one by one.
 */
export async function readComputed(
  store: Reading,
  ws: WorkspaceId,
  profile: Profile,
  { values, sinceRuleset }: Told,
  now: number,
): Promise<JsonObject> {
  const at = Math.max(now, profile.evaluatedAt);
  const told = await Promise.all(
    Object.entries(values).map(async ([key, value]): Promise<[string, Json | undefined]> => {
      const measure = measureOf(value);
      const isBehind = !Object.hasOwn(profile.states, measure.stateKey) && profile.rulesetVersion < sinceRuleset;
      if (isBehind) return [key, measure.recall(await readHistory(store, ws, profile, measure), at)];
      return [key, await tell(store, ws, profile, value, at)];
    }),
  );
  return Object.fromEntries(told.filter((one): one is [string, Json] => one[1] !== undefined));
}

async function readHistory(
  { events }: Reading,
  ws: WorkspaceId,
  profile: Profile,
  { names }: Measure,
): Promise<RuleEvent[]> {
  const stored = await events.history(ws, idsOf(profile), names.includes('*') ? undefined : names);
  return stored.map(toRuleEvent);
}

async function tell(
  { events }: Reading,
  ws: WorkspaceId,
  profile: Profile,
  value: ComputedValue,
  at: number,
): Promise<Json | undefined> {
  const measure = measureOf(value);
  const state = own(profile.states, measure.stateKey) ?? measure.empty;
  const range = measure.edge(state, at);
  if (!range) return measure.tell(state, at);
  const stored = await events.between(
    ws,
    idsOf(profile),
    { events: measure.names, ...range },
    propertiesMeasured(value),
  );
  return measure.tell(state, at, stored.map(toRuleEvent));
}
