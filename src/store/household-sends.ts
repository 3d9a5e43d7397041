import type { Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { insertOnce } from './insert-once';
import type { StoreConnection } from './open-store';

/** Which run speaks to a household at a step that does so once. */
export interface HouseholdSendDoc {
  /** `workspace:household:key|journey|step`, and a hash of the entry key where that tells messages apart. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** `workspace:profile` of the run's person, by which an erasure finds it. */
  readonly subject: string;
  readonly run: string;
  /** Of the delivery by which it was taken. */
  readonly key: string;
  /** Of that delivery: only this one gives it back. */
  readonly attempt: string;
  readonly at: number;
  readonly expireAt: Date;
}

/** Places of households: one for each step that speaks to a household once, taken before anything leaves. */
export class HouseholdSendRepository {
  readonly #sends: Collection<HouseholdSendDoc>;

  constructor({ db }: StoreConnection) {
    this.#sends = db.collection<HouseholdSendDoc>('householdSends');
  }

  async find(id: string): Promise<HouseholdSendDoc | undefined> {
    return (await this.#sends.findOne({ _id: id })) ?? undefined;
  }

  /** Takes a place that nobody has, or that of `before` as it was read. False: somebody else was first. */
  async take(doc: HouseholdSendDoc, before: HouseholdSendDoc | undefined): Promise<boolean> {
    if (before) {
      const { _id, run, key, attempt } = before;
      return (await this.#sends.replaceOne({ _id, run, key, attempt }, doc)).matchedCount === 1;
    }
    return insertOnce(this.#sends, doc);
  }

  /** An attempt that surely did not leave gives its places back. */
  async release(subject: string, attempt: string): Promise<void> {
    await this.#sends.deleteMany({ subject, attempt });
  }

  async countOf(subjects: readonly string[]): Promise<number> {
    return this.#sends.countDocuments({ subject: { $in: [...subjects] } });
  }

  async removeOf(subjects: readonly string[]): Promise<void> {
    await this.#sends.deleteMany({ subject: { $in: [...subjects] } });
  }
}
