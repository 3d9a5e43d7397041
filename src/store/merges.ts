import type { ClientSession, Collection } from 'mongodb';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { Merge } from '../domain/profiles/change-set';
import type { MergeDoc } from './documents';
import type { StoreConnection } from './open-store';

/** The ledger of merges: who absorbed whom, when, and by which event. */
export class MergeRepository {
  readonly #merges: Collection<MergeDoc>;

  constructor({ db }: StoreConnection) {
    this.#merges = db.collection<MergeDoc>('merges');
  }

  async write(ws: WorkspaceId, merges: readonly Merge[], session: ClientSession): Promise<void> {
    if (merges.length === 0) return;
    await this.#merges.insertMany(
      merges.map((merge) => ({ ...merge, _id: `${ws}:${merge.absorbed}`, ws })),
      { session },
    );
  }

  async ofProfile(ws: WorkspaceId, id: ProfileId): Promise<MergeDoc[]> {
    return this.#merges
      .find({ ws, $or: [{ survivor: id }, { absorbed: id }] })
      .sort({ at: -1 })
      .toArray();
  }

  async countOf(ws: WorkspaceId, ids: readonly ProfileId[]): Promise<number> {
    return ids.length === 0 ? 0 : this.#merges.countDocuments(concerning(ws, ids));
  }

  /** The ledger has the absorbed as they were; with the last of them erased there is nothing to take back. */
  async removeOf(ws: WorkspaceId, ids: readonly ProfileId[]): Promise<void> {
    if (ids.length > 0) await this.#merges.deleteMany(concerning(ws, ids));
  }
}

const concerning = (ws: WorkspaceId, ids: readonly ProfileId[]) => ({
  ws,
  $or: [{ survivor: { $in: [...ids] } }, { absorbed: { $in: [...ids] } }],
});
