import { waitKeysOf } from './wait-keys';
import { measureJson } from '../events/measure-json';
import { workspaceOf } from '../ids';
import type { Event, ListingCall } from '../events/event';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { firstAt } from '../path';
import { storable } from './effect-steps.schema';
import { pauseBeforeLook } from '../pause-before-look';
import { goTo, waitUntil, type Move, type Standing } from './move';

/** What a step says of the person: the event that it becomes. */
export interface Said extends Partial<Pick<Event, 'properties' | 'traits' | 'increments' | 'emittedBy'>> {
  readonly kind: 'track' | 'identify';
  readonly name: string;
  /** As of when the event is recorded. */
  readonly listing?: Omit<ListingCall, 'at'>;
}

/** Once it is applied the run is rung; looking is for an event that is dead, and for rings that were lost. */
const looking = { leastMs: 1_000, mostMs: 60_000 };

/**
 * Profiles change only through events: a step that changes one records its event, once for each visit, and goes on when that has been
 * applied. One with nothing to say, or with more than can be stored, goes on at once.
 */
export function recordOnce(
  standing: Standing,
  next: string | undefined,
  { name, say }: { readonly name: string; readonly say: () => Said | undefined },
): Move {
  const { run, facts } = standing;
  if (facts.recorded === 'applied' || facts.recorded === 'dead') return goTo(standing, next, facts.recorded);
  if (facts.recorded === 'pending') return waitForOwn(standing, name);
  const said = say();
  if (!said) return goTo(standing, next, 'nothing');
  return isTooLarge(said) ? goTo(standing, next, 'too-large') : { to: 'record', run, said };
}

/** What paths find may be large, and may be named many times; it lies a little deeper here than where it was found. */
const isTooLarge = ({ properties = {}, traits = {} }: Said): boolean =>
  'code' in measureJson({ properties, traits }, { ...storable, maxDepth: storable.maxDepth + 4 });

/** Waits until an event that the step has recorded is applied. */
export function waitForOwn(standing: Standing, name: string): Move {
  const { run, facts, now } = standing;
  const keys = waitKeysOf(workspaceOf(run.subject), facts.ids, [{ event: name }]);
  const lookAt = now + pauseBeforeLook(now - run.arrivedAt, looking);
  return waitUntil(standing, lookAt, `waits for its ${name} to be applied`, { keys, names: [name] });
}

/** Constants, and what is found at the paths of the others; those that find nothing are left out. */
export function readValues(values: Readonly<Record<string, unknown>>, root: JsonObject): JsonObject {
  const read = Object.entries(values).flatMap(([name, value]): [string, Json][] => {
    const found = isFrom(value) ? firstAt(root, value.from) : (value as Json);
    return found === undefined ? [] : [[name, found]];
  });
  return Object.fromEntries(read);
}

function isFrom(value: unknown): value is { from: string } {
  return isJsonObject(value) && Object.keys(value).length === 1 && typeof value['from'] === 'string';
}
