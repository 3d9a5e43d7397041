import type { RuleEvent } from '../events/event';
import { withKey, type Json, type JsonObject } from '../json';
import { partsOf, someAt } from '../path';
import type { EntryCause, Enrollment } from './enrollment';

export const eventRoot = ({ name, at, properties }: Pick<RuleEvent, 'name' | 'at' | 'properties'>): JsonObject => ({
  name,
  at,
  properties,
});

/** `entry.…` and `steps.<id>.event.…` of a run, with `more` (the profile's `traits`, `identifiers`) beside them. */
export function runRoot(
  { entry, steps }: { readonly entry: EntryCause; readonly steps: Enrollment['steps'] },
  more: JsonObject = {},
): JsonObject {
  const caught = Object.entries(steps).reduce<JsonObject>(
    (found, [id, { event }]) => withKey(found, id, { event: eventRoot(event) }),
    {},
  );
  return { ...more, entry: eventRoot(entry), steps: caught };
}

/** Whether some value at `path` under `root` is exactly this one. */
export function hasValueAt(root: JsonObject, path: string, value: Json | undefined): boolean {
  return value !== undefined && typeof value !== 'object' && someAt(root, partsOf(path), (found) => found === value);
}
