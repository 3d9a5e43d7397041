import type { WorkspaceId } from '../../domain/ids';
import type { ChangeSet } from '../../domain/profiles/change-set';
import type { OutboxDoc } from '../../store/documents';
import { inTransaction } from '../../store/open-store';
import type { Store } from '../../store/store';
import { WriteConflict } from './conflict';

/**
 * Writes a change set in one transaction, which also consumes its events. Every write is guarded by what was read: profiles by
 * revision, events by being pending, rules by version. Throws `WriteConflict`, with nothing written, when a guard does not hold.
 */
export async function writeChanges(
  store: Store,
  ws: WorkspaceId,
  changes: ChangeSet,
  { rulesetVersion, now }: { rulesetVersion: number; now: number },
): Promise<OutboxDoc[]> {
  return inTransaction(store.connection, async (session) => {
    if ((await store.workspaces.rulesetVersion(ws, session)) !== rulesetVersion)
      throw new WriteConflict('the definitions');
    if ((await store.profiles.write(ws, changes.profiles, session)) !== changes.profiles.length)
      throw new WriteConflict('a profile');
    if ((await store.events.markApplied(ws, changes.applied, session)) !== changes.applied.length)
      throw new WriteConflict('an event');
    const refused = changes.refused.map(({ messageId }) => messageId);
    if ((await store.events.refuse(ws, refused, session)) !== refused.length) throw new WriteConflict('an event');
    await store.deadLetters.addErased(ws, changes.refused, now, session);
    await store.consentRecords.write(ws, changes.consents, session);
    await store.identifiers.remove(ws, changes.released, session);
    if ((await store.identifiers.write(ws, changes.identifiers, session)) !== changes.identifiers.length)
      throw new WriteConflict('an identifier');
    if ((await store.identifierNotes.write(ws, changes.notes, session)) !== changes.notes.length)
      throw new WriteConflict('an identifier');
    await store.merges.write(ws, changes.merges, session);
    if ((await store.merges.change(ws, changes.mergeChanges, session)) !== changes.mergeChanges.length)
      throw new WriteConflict('a merge');
    await store.profiles.point(ws, changes.pointers, session);
    await store.memberships.writeEdges(ws, changes.edges, session);
    await store.memberships.markHeldOut(ws, changes.heldStays, session);
    if ((await store.enrollments.write(ws, changes.enrollments, session)) !== changes.enrollments.length)
      throw new WriteConflict('a run');
    if ((await store.groups.write(ws, changes.groups, session)) !== changes.groups.length)
      throw new WriteConflict('a group');
    await store.groups.writeMembers(ws, changes.groupMembers, session);
    await store.syncMembers.setDesired(ws, changes.syncs, session);
    return store.outbox.add(ws, changes.outbox, now, session);
  });
}
