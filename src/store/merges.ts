import type { ClientSession, Collection } from 'mongodb';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { Merge, MergeChange } from '../domain/profiles/change-set';
import type { StoreConnection } from './open-store';

const undoFields = ['absorbedProfile', 'replaced', 'movedRuns'] as const;
type Undo = Pick<Merge, (typeof undoFields)[number]>;

export interface MergeDoc extends Omit<Merge, keyof Undo> {
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** What it takes to take it back, as JSON text: names in it are users' data, and no query asks for them. Gone once it is taken back. */
  readonly undoJson?: string;
  readonly undone?: MergeChange['undone'];
}

const docId = (ws: WorkspaceId, { absorbed, absorbedSeq }: MergeChange['merge']): string =>
  `${ws}:${absorbed}:${absorbedSeq}`;
const notUndone = { undone: { $exists: false } } as const;

/** The ledger of merges: who absorbed whom, when, and by which event; and which of them were taken back. */
export class MergeRepository {
  readonly #merges: Collection<MergeDoc>;

  constructor({ db }: StoreConnection) {
    this.#merges = db.collection<MergeDoc>('merges');
  }

  async write(ws: WorkspaceId, merges: readonly Merge[], session: ClientSession): Promise<void> {
    if (merges.length === 0) return;
    await this.#merges.insertMany(
      merges.map((merge) => {
        const { absorbedProfile, replaced, movedRuns } = merge;
        const undoJson = JSON.stringify({ absorbedProfile, replaced, movedRuns } satisfies Undo);
        return { ...omit(merge, ...undoFields), _id: docId(ws, merge), ws, undoJson };
      }),
      { session },
    );
  }

  /** Answers how many were as they were read: not taken back. */
  async change(ws: WorkspaceId, changes: readonly MergeChange[], session: ClientSession): Promise<number> {
    let changed = 0;
    for (const { merge, undone, replaced } of changes) {
      const filter = { _id: docId(ws, merge), ...notUndone };
      const update = undone
        ? ({ $set: { undone }, $unset: { undoJson: '' } } as const)
        : { $set: { undoJson: JSON.stringify({ ...undoOf(merge), ...(replaced && { replaced }) }) } };
      changed += (await this.#merges.updateOne(filter, update, { session })).matchedCount;
    }
    return changed;
  }

  /** How a profile was absorbed, unless that was taken back since. */
  async absorbing(ws: WorkspaceId, absorbed: ProfileId): Promise<Merge | undefined> {
    const found = await this.#merges.findOne({ ws, absorbed, ...notUndone });
    return found ? toMerge(found) : undefined;
  }

  /** Whom a profile absorbed and still holds, oldest first. */
  async by(ws: WorkspaceId, survivor: ProfileId): Promise<Merge[]> {
    const found = await this.#merges.find({ ws, survivor, ...notUndone }).toArray();
    return found.map(toMerge).sort((one, other) => one.survivorSeq - other.survivorSeq);
  }

  /** Everything the ledger has of these profiles, newest first. */
  async ofProfiles(ws: WorkspaceId, ids: readonly ProfileId[]): Promise<MergeDoc[]> {
    return this.#merges.find(concerning(ws, ids)).sort({ at: -1, _id: -1 }).toArray();
  }

  async countOf(ws: WorkspaceId, ids: readonly ProfileId[]): Promise<number> {
    return ids.length === 0 ? 0 : this.#merges.countDocuments(concerning(ws, ids));
  }

  /** The ledger has the absorbed as they were; with the last of them erased there is nothing to take back. */
  async removeOf(ws: WorkspaceId, ids: readonly ProfileId[]): Promise<void> {
    if (ids.length > 0) await this.#merges.deleteMany(concerning(ws, ids));
  }
}

/** The absorbed profile as it was; absent once the merge is taken back. */
export const absorbedIn = ({ undoJson }: Pick<MergeDoc, 'undoJson'>): Undo['absorbedProfile'] | undefined =>
  undoJson === undefined ? undefined : (JSON.parse(undoJson) as Undo).absorbedProfile;

const undoOf = ({ absorbedProfile, replaced, movedRuns }: Merge): Undo => ({ absorbedProfile, replaced, movedRuns });

function toMerge(doc: MergeDoc): Merge {
  const { undoJson = '{}', ...merge } = omit(doc, '_id', 'ws', 'undone');
  return { ...merge, ...(JSON.parse(undoJson) as Undo) };
}

const concerning = (ws: WorkspaceId, ids: readonly ProfileId[]) => ({
  ws,
  $or: [{ survivor: { $in: [...ids] } }, { absorbed: { $in: [...ids] } }],
});
