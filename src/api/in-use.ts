import { journeysNaming, type References } from '../domain/journeys/references-of';
import { conflict } from './problem';
import type { KeyCall } from './route';

/** Throws 409 naming the journeys that are published or paused and name it. */
export async function refuseWhileInJourneys(
  { deps, ws }: Pick<KeyCall, 'deps' | 'ws'>,
  kind: keyof References,
  key: string,
): Promise<void> {
  const journeys = journeysNaming(await deps.store.journeys.compiledVersions(ws), kind, key);
  if (journeys.length === 0) return;
  throw conflict(`Journeys name it: ${journeys.join(', ')}; publish them without it, or archive them, first.`);
}
