import type { Collection } from 'mongodb';
import { shownName } from '../domain/events/shown';
import { ownMark } from '../domain/events/own';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import { anyOf } from './any-of';
import type { EventDoc } from './documents';
import type { StoreConnection } from './open-store';

/** `isOfPerson` as a filter. */
const ofPerson = {
  $or: [{ name: shownName }, { name: { $not: new RegExp(`^${ownMark}`) }, source: { $not: /^journey:/ } }],
};

/** When people did anything: what sessions are made of. */
export class ActivityRepository {
  readonly #events: Collection<EventDoc>;

  constructor({ db }: StoreConnection) {
    this.#events = db.collection<EventDoc>('events');
  }

  /** The instants after `after`, up to `upTo`, newest first; no more than `most`. */
  async of(
    ws: WorkspaceId,
    profiles: readonly ProfileId[],
    { after, upTo, most }: { readonly after: number; readonly upTo: number; readonly most: number },
  ): Promise<number[]> {
    const subject = anyOf(profiles.map((id) => subjectOf(ws, id)));
    const found = await this.#events
      .find({ subject, occurredAt: { $gt: after, $lte: upTo }, ...ofPerson }, { projection: { occurredAt: 1 } })
      .sort({ occurredAt: -1 })
      .limit(most)
      .toArray();
    return found.map(({ occurredAt }) => occurredAt);
  }
}
