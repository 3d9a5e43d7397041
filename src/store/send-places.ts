import type { Collection } from 'mongodb';
import type { SendPlace } from '../domain/delivery/decide-send';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import { insertOnce } from './insert-once';
import type { StoreConnection } from './open-store';

/** The sends of one person that count under caps. Places that people who were merged have taken stay where they are. */
export interface SendPlacesDoc {
  /** `workspace:profile`. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** The same, by which an erasure finds it. */
  readonly subject: string;
  readonly places: readonly SendPlace[];
  readonly rev: number;
  readonly expireAt: Date;
}

/** Places under caps: taken before something leaves, one writer at a time for each person. */
export class SendPlaceRepository {
  readonly #places: Collection<SendPlacesDoc>;

  constructor({ db }: StoreConnection) {
    this.#places = db.collection<SendPlacesDoc>('sendPlaces');
  }

  /** Of a person and of those whom they have absorbed. */
  async of(ws: WorkspaceId, profiles: readonly ProfileId[]): Promise<SendPlacesDoc[]> {
    return this.#places.find({ _id: { $in: profiles.map((id) => subjectOf(ws, id)) } }).toArray();
  }

  /** Writes the places of one profile under the revision that was read, 0 for none. False: another writer was first. */
  async write(
    ws: WorkspaceId,
    profile: ProfileId,
    { readRev, ...written }: Pick<SendPlacesDoc, 'places' | 'expireAt'> & { readonly readRev: number },
  ): Promise<boolean> {
    const subject = subjectOf(ws, profile);
    const document = { _id: subject, ws, subject, ...written, rev: readRev + 1 };
    if (readRev > 0)
      return (await this.#places.replaceOne({ _id: subject, rev: readRev }, document)).matchedCount === 1;
    return insertOnce(this.#places, document);
  }

  /** What surely did not leave counts no more; what another attempt of it has taken since does. */
  async release(ws: WorkspaceId, profiles: readonly ProfileId[], attempt: string): Promise<void> {
    const _id = { $in: profiles.map((id) => subjectOf(ws, id)) };
    await this.#places.updateMany(
      { _id, 'places.attempt': attempt },
      { $pull: { places: { attempt } }, $inc: { rev: 1 } },
    );
  }

  async countOf(subjects: readonly string[]): Promise<number> {
    return this.#places.countDocuments({ _id: { $in: [...subjects] } });
  }

  async removeOf(subjects: readonly string[]): Promise<void> {
    await this.#places.deleteMany({ _id: { $in: [...subjects] } });
  }
}
