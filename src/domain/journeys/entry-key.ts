import { firstAt } from '../path';
import type { CompiledJourney } from './compiled-journey';
import { isEntry } from './due-entry';
import type { Enrollment, EntryCause } from './enrollment';
import { eventRoot } from './run-paths';
import { toldBy, type Cause } from './trigger';

/** Whether a cause would have begun this very run: its journey's entry, with the same key. */
export function isEntryAgain({ definition }: CompiledJourney, run: Enrollment, cause: Cause): boolean {
  if (!isEntry(definition, cause)) return false;
  return keyOf(definition.entry.key, toldBy(cause)) === run.entryKey;
}

/** The key that an entry gives a run; empty where the journey has none. */
export function keyOf(
  path: string | undefined,
  entry: Pick<EntryCause, 'name' | 'at' | 'properties'>,
): string | undefined {
  if (path === undefined) return '';
  const value = firstAt(eventRoot(entry), path);
  return value === undefined || typeof value === 'object' || value === '' ? undefined : String(value);
}
