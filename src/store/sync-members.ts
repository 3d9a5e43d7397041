import type { AnyBulkWriteOperation, ClientSession, Collection, Filter } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { DesiredMember } from '../domain/profiles/change-set';
import type { SyncMemberDoc } from './documents';
import type { StoreConnection } from './open-store';

const docId = (
  ws: WorkspaceId,
  { audience, destination, profile }: Pick<DesiredMember, 'audience' | 'destination' | 'profile'>,
): string => `${pairKey(ws, audience, destination)}:${profile}`;

/** `workspace:audience:destination`: one audience kept in step with one destination. */
export const pairKey = (ws: WorkspaceId, audience: string, destination: string): string =>
  `${ws}:${audience}:${destination}`;

/** What each destination should hold of each profile. Written by folds, drained by the syncs. */
export class SyncMemberRepository {
  readonly #members: Collection<SyncMemberDoc>;

  constructor({ db }: StoreConnection) {
    this.#members = db.collection<SyncMemberDoc>('syncMembers');
  }

  /** Writes desired states. A lower version than the stored one changes nothing, nor does wishing away who was never wished in. */
  async setDesired(ws: WorkspaceId, members: readonly DesiredMember[], session: ClientSession): Promise<void> {
    if (members.length === 0) return;
    const ids = members.map((member) => docId(ws, member));
    const known = await this.#members.find({ _id: { $in: ids } }, { session, projection: { version: 1 } }).toArray();
    const versions = new Map(known.map((row) => [row._id, row.version]));
    const operations = members.flatMap((member): AnyBulkWriteOperation<SyncMemberDoc>[] => {
      const _id = docId(ws, member);
      const document = { ...member, _id, ws, dirty: pairKey(ws, member.audience, member.destination) };
      const version = versions.get(_id);
      if (version === undefined) return member.isIn ? [{ insertOne: { document } }] : [];
      return version < member.version ? [{ replaceOne: { filter: { _id, version }, replacement: document } }] : [];
    });
    if (operations.length > 0) await this.#members.bulkWrite(operations, { session, ordered: true });
  }

  /** Members whose actual state may differ and whose time has come, in id order, so that a pass always moves on. */
  async due(
    ws: WorkspaceId,
    audience: string,
    destination: string,
    { limit, now, after }: { readonly limit: number; readonly now: number; readonly after?: string | undefined },
  ): Promise<SyncMemberDoc[]> {
    const filter: Filter<SyncMemberDoc> = {
      dirty: pairKey(ws, audience, destination),
      $or: [{ nextAttemptAt: { $exists: false } }, { nextAttemptAt: { $lte: now } }],
      ...(after !== undefined && { _id: { $gt: after } }),
    };
    return this.#members.find(filter).sort({ dirty: 1, _id: 1 }).limit(limit).toArray();
  }

  /** When the first of those that wait to be tried again is due. */
  async nextDueAt(ws: WorkspaceId, audience: string, destination: string): Promise<number | undefined> {
    const filter = { dirty: pairKey(ws, audience, destination), nextAttemptAt: { $exists: true } };
    const [first] = await this.#members.find(filter).sort({ nextAttemptAt: 1 }).limit(1).toArray();
    return first?.nextAttemptAt;
  }

  /** Tries these no earlier than their `nextAttemptAt`; a newer wish, written meanwhile, is due at once. */
  async postpone(
    members: readonly (Pick<SyncMemberDoc, '_id' | 'version' | 'isIn'> & { readonly nextAttemptAt: number })[],
  ): Promise<void> {
    if (members.length === 0) return;
    await this.#members.bulkWrite(
      members.map(({ _id, version, isIn, nextAttemptAt }) => ({
        updateOne: { filter: { _id, version, isIn }, update: { $set: { nextAttemptAt } } },
      })),
      { ordered: false },
    );
  }

  /** Settled as it was read; a newer wish, written meanwhile, stays dirty. */
  async markClean(members: readonly Pick<SyncMemberDoc, '_id' | 'version' | 'isIn'>[]): Promise<void> {
    if (members.length === 0) return;
    await this.#members.bulkWrite(
      members.map(({ _id, version, isIn }) => ({
        updateOne: { filter: { _id, version, isIn }, update: { $unset: { dirty: '', nextAttemptAt: '' } } },
      })),
      { ordered: false },
    );
  }

  /**
   * Wishes everybody away, for a detach that removes. Answers how many were wished in. Versions stay: they are the profiles' own, so
   * a number taken here would stand in the way of the profile's next wish.
   */
  async wishAllOut(ws: WorkspaceId, audience: string, destination: string): Promise<number> {
    const pair = pairKey(ws, audience, destination);
    const range = { $gte: `${pair}:`, $lt: `${pair};` };
    const result = await this.#members.updateMany(
      { _id: range, isIn: true },
      { $set: { isIn: false, isDetached: true, dirty: pair }, $unset: { nextAttemptAt: '' } },
    );
    return result.modifiedCount;
  }

  async counts(ws: WorkspaceId, audience: string, destination: string): Promise<{ wanted: number; pending: number }> {
    const pair = pairKey(ws, audience, destination);
    const range = { $gte: `${pair}:`, $lt: `${pair};` };
    const [wanted, pending] = await Promise.all([
      this.#members.countDocuments({ _id: range, isIn: true }),
      this.#members.countDocuments({ dirty: pair }),
    ]);
    return { wanted, pending };
  }
}
