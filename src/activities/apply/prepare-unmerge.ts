import type { Event } from '../../domain/events/event';
import type { WorkspaceId } from '../../domain/ids';
import { eventWaitKey } from '../../domain/journeys/wait-keys';
import type { Unmerge } from '../../domain/profiles/unmerge-facts';
import { readUnmerge } from '../../folding/read-unmerge';
import type { RulesetCache } from '../../folding/ruleset-cache';
import type { Store } from '../../store/store';

const movedAtOnce = 1_000;

/**
 * Reads what a merge takes to be taken back, and files what has come since under the id it will go to. Nobody sees that before the merge
 * is taken back: the survivor's history is what is under its own id and those it absorbed. So however much it is, and whenever this
 * stops, it may be done again.
 */
export async function prepareUnmerge(
  { store, rulesets }: { readonly store: Store; readonly rulesets: RulesetCache },
  ws: WorkspaceId,
  events: readonly Event[],
): Promise<Unmerge | undefined> {
  const [event] = events;
  if (event?.unmerges === undefined || events.length > 1) return undefined;
  const { identity } = await rulesets.current(ws);
  const read = await readUnmerge(store, ws, event.unmerges, identity);
  if (!read) return undefined;
  const { absorbed, survivor, absorbedSeq } = read.merge;
  const there = new Set((await store.events.after(ws, absorbed, absorbedSeq)).map(({ messageId }) => messageId));
  const missing = read.division.mine.filter(({ messageId }) => !there.has(messageId));
  const move = { from: survivor, to: absorbed };
  let { lastSeq } = read;
  for (let from = 0; from < missing.length; from += movedAtOnce) {
    const chunk = missing.slice(from, from + movedAtOnce);
    const numbered = chunk.map(({ messageId, name }) => {
      lastSeq += 1;
      return { messageId, seq: lastSeq, waitKey: eventWaitKey(ws, absorbed, name) };
    });
    const messageIds = chunk.map(({ messageId }) => messageId);
    // Before their events: of those that are there already, the next try moves nothing more.
    await store.consentRecords.move(ws, messageIds, move);
    await store.events.restore(ws, move, numbered);
  }
  return { ...read, lastSeq };
}
