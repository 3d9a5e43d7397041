import type { WorkspaceId } from '../../../domain/ids';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import type { EventDoc } from '../../../store/documents';
import { inTransaction } from '../../../store/open-store';
import { pendingFields } from '../../../store/pending-event';
import type { Store } from '../../../store/store';

/** A letter with the event that it becomes; without one, the event log has it. */
export interface Entrant {
  readonly letter: DeadLetterDoc;
  readonly event?: EventDoc | undefined;
}

export interface LetIn {
  /** Whose events are in, now or already. */
  readonly entered: readonly (Entrant & { readonly isDuplicate: boolean })[];
  /** Whose events are no longer in the log. */
  readonly lost: number;
}

/**
 * Puts the events of open letters in and says so in the letters, in one transaction: nothing goes in of a letter that was settled
 * meanwhile, by somebody who discarded it or by an erasure, and such a letter is in neither list.
 */
export async function letIn(
  store: Pick<Store, 'connection' | 'events' | 'identifiers' | 'letterEnds'>,
  ws: WorkspaceId,
  entrants: readonly Entrant[],
  replayed: { readonly at: number; /** The operation. */ readonly by: string },
): Promise<LetIn> {
  if (entrants.length === 0) return { entered: [], lost: 0 };
  const sent = entrants.flatMap(({ event }) => event?.messageId ?? []);
  const known = await store.events.arrivals(ws, sent);
  const pendingOf = (event: EventDoc) => pendingFields(store.identifiers, ws, event);
  return inTransaction(store.connection, async (session) => {
    const ids = entrants.map(({ letter }) => letter.id);
    const open = await store.letterEnds.openAmong(ws, ids, session);
    const fresh = new Map<string, EventDoc>();
    const entered: LetIn['entered'][number][] = [];
    let lost = 0;
    for (const { letter, event } of entrants.filter((entrant) => open.has(entrant.letter.id))) {
      if (event) {
        const isDuplicate = known.has(event.messageId) || fresh.has(event._id);
        if (!isDuplicate) fresh.set(event._id, event);
        entered.push({ letter, event, isDuplicate });
      } else if (await store.events.revive(ws, letter.messageId ?? '', pendingOf, session)) {
        entered.push({ letter, isDuplicate: false });
      } else lost += 1;
    }
    await store.events.insertPending([...fresh.values()], session);
    await store.letterEnds.markReplayed(
      ws,
      entered.map(({ letter }) => letter.id),
      replayed,
      session,
    );
    return { entered, lost };
  });
}
