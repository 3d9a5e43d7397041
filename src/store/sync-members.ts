import type { AnyBulkWriteOperation, ClientSession, Collection, Filter } from 'mongodb';
import type { ProfileId, WorkspaceId } from '../domain/ids';
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

  /**
   * Writes desired states. A lower version than the stored one changes nothing, nor does wishing away who was never wished in. A
   * refusal counts whatever its version, and so does what is told of somebody absorbed: these count on their own.
   */
  async setDesired(ws: WorkspaceId, members: readonly DesiredMember[], session: ClientSession): Promise<void> {
    if (members.length === 0) return;
    const ids = members.map((member) => docId(ws, member));
    const known = await this.#members.find({ _id: { $in: ids } }, { session, projection: { version: 1 } }).toArray();
    const versions = new Map(known.map((row) => [row._id, row.version]));
    const operations = members.flatMap((member): AnyBulkWriteOperation<SyncMemberDoc>[] => {
      const _id = docId(ws, member);
      const document = { ...member, _id, ws, dirty: pairKey(ws, member.audience, member.destination) };
      const known = versions.get(_id);
      if (known === undefined) return member.isIn ? [{ insertOne: { document } }] : [];
      const isOfOthers = member.hasRefused === true || member.isAbsorbed === true;
      const version = isOfOthers ? Math.max(member.version, known + 1) : member.version;
      const replacement = { ...document, version };
      return known < version ? [{ replaceOne: { filter: { _id, version: known }, replacement } }] : [];
    });
    if (operations.length > 0) await this.#members.bulkWrite(operations, { session, ordered: true });
  }

  /** The rows of these people in these pairs. */
  async ofPeople(
    ws: WorkspaceId,
    pairs: readonly Pick<DesiredMember, 'audience' | 'destination'>[],
    profiles: readonly ProfileId[],
    session?: ClientSession,
  ): Promise<SyncMemberDoc[]> {
    const ids = pairs.flatMap((pair) => profiles.map((profile) => docId(ws, { ...pair, profile })));
    if (ids.length === 0) return [];
    return this.#members.find({ _id: { $in: ids } }, { ...(session && { session }) }).toArray();
  }

  /** Forgets rows, whatever became of them. */
  async remove(members: readonly Pick<SyncMemberDoc, '_id'>[]): Promise<void> {
    if (members.length > 0) await this.#members.deleteMany({ _id: { $in: members.map(({ _id }) => _id) } });
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
  async postpone(members: readonly (WishRead & { readonly nextAttemptAt: number })[]): Promise<void> {
    if (members.length === 0) return;
    await this.#members.bulkWrite(
      members.map((member) => ({
        updateOne: { filter: asRead(member), update: { $set: { nextAttemptAt: member.nextAttemptAt } } },
      })),
      { ordered: false },
    );
  }

  /** Settled as it was read; a newer wish, written meanwhile, stays dirty. */
  async markClean(members: readonly WishRead[]): Promise<void> {
    if (members.length === 0) return;
    await this.#members.bulkWrite(
      members.map((member) => ({
        updateOne: { filter: asRead(member), update: { $unset: { dirty: '', nextAttemptAt: '' } } },
      })),
      { ordered: false },
    );
  }

  /** Has the wishes of these looked at again. */
  async markDirty(ws: WorkspaceId, audience: string, destination: string, profiles: readonly string[]): Promise<void> {
    const dirty = pairKey(ws, audience, destination);
    const ids = profiles.map((profile) => `${dirty}:${profile}`);
    await this.#members.updateMany({ _id: { $in: ids } }, { $set: { dirty }, $unset: { nextAttemptAt: '' } });
  }

  /**
   * Wishes everybody away, for a detach that removes: also those who have left, since the destination may have kept them. Wishes of
   * `sinceRuleset` and later are of an attachment made anew, and stay. So do versions: they are the profiles' own, and a number taken
   * here would stand in the way of the profile's next wish.
   */
  async wishAllOut(ws: WorkspaceId, audience: string, destination: string, sinceRuleset: number): Promise<void> {
    const pair = pairKey(ws, audience, destination);
    const range = { $gte: `${pair}:`, $lt: `${pair};` };
    await this.#members.updateMany(
      { _id: range, isDetached: { $ne: true }, ruleset: { $not: { $gte: sinceRuleset } } },
      { $set: { isIn: false, isDetached: true, dirty: pair }, $unset: { nextAttemptAt: '' } },
    );
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

type WishRead = Pick<SyncMemberDoc, '_id' | 'version' | 'isIn'> & { readonly isDetached?: boolean };

/** The wish that was read, and no newer one. */
const asRead = ({ _id, version, isIn, isDetached }: WishRead): Filter<SyncMemberDoc> => ({
  _id,
  version,
  isIn,
  isDetached: isDetached === true ? true : { $ne: true },
});
