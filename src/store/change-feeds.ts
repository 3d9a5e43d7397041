import type { ClientSession, Collection } from 'mongodb';
import type { EdgeKind } from '../domain/audiences/edge';
import { placeEdges, type UnplacedStay } from '../domain/audiences/place-edges';
import { profileId, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { EdgeCause } from '../domain/profiles/change-set';
import type { MembershipDoc } from './documents';
import { isContended } from './mongo-errors';
import { inTransaction, type StoreConnection } from './open-store';
import { nobody } from './person-rows';

/** The changes of one audience as one row of numbers, which begins when somebody first asks for it. */
export interface ChangeFeedDoc {
  /** `workspace:audience`. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** The last place that is taken. */
  readonly last: number;
  /** Edges before this instant have none. */
  readonly since: number;
}

/** One edge at its place. Without a profile it is the entry of somebody who was erased since. */
export interface ChangeRow {
  readonly place: number;
  readonly edge: EdgeKind;
  readonly profile?: ProfileId;
  readonly at: number;
  readonly cause: EdgeCause;
}

/** A present member at the beginning of a follower. `id` is the end of the stay's `_id`, by which the next page goes on. */
export interface StandingMember extends Omit<ChangeRow, 'place'> {
  readonly id: string;
}

/** Somebody else wrote what this transaction was about to. */
class Overtaken extends Error {}

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0');
/** `workspace:audience:instant`, in the order of instants. */
export const unplacedAt = (of: string, at: number): string => `${of}:${padded(Math.max(at, 0), 16)}`;
const placeText = (of: string, place: number): string => `${of}:${padded(place, 12)}`;
const placeOf = (text: string): number => Number(text.slice(-12));

/** How many stays get their places in one transaction. */
const placedAtOnce = 500;
const field = { entered: 'enteredPlace', exited: 'exitedPlace' } as const;

/**
 * The order of changes. Edges are written by transactions that commit in any order, so none of these can number them; each only marks what
 * it writes. Whoever reads gives committed edges their places, in a transaction of its own that also moves `last`: two who do so
 * at once conflict, and what stands at or before `last` is there for every reader.
 */
export class ChangeFeedRepository {
  readonly #connection: StoreConnection;
  readonly #feeds: Collection<ChangeFeedDoc>;
  readonly #memberships: Collection<MembershipDoc>;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
    this.#feeds = connection.db.collection('changeFeeds');
    this.#memberships = connection.db.collection('memberships');
  }

  async find(ws: WorkspaceId, audience: string): Promise<ChangeFeedDoc | undefined> {
    return (await this.#feeds.findOne({ _id: idOf(ws, audience) })) ?? undefined;
  }

  /** Begins the feed at an instant, or answers the one that has begun. */
  async open(ws: WorkspaceId, audience: string, since: number): Promise<ChangeFeedDoc> {
    const _id = idOf(ws, audience);
    const begin = () => this.#feeds.updateOne({ _id }, { $setOnInsert: { ws, last: 0, since } }, { upsert: true });
    await begin().catch((error: unknown) => {
      if (!isContended(error)) throw error;
    });
    return (await this.find(ws, audience)) ?? { _id, ws, last: 0, since };
  }

  /**
   * Gives places to edges that have none, the oldest first. Answers whether more may be waiting; where somebody else does the same at
   * this moment, too.
   */
  async place(feed: ChangeFeedDoc): Promise<boolean> {
    // Most who ask find nothing: that needs no transaction.
    if (!(await this.#memberships.findOne(waiting(feed), { projection: { _id: 1 } }))) return false;
    try {
      return await inTransaction(this.#connection, (session) => this.#placeIn(feed._id, session));
    } catch (error) {
      if (error instanceof Overtaken || isContended(error)) return true;
      throw error;
    }
  }

  async #placeIn(_id: string, session: ClientSession): Promise<boolean> {
    const feed = await this.#feeds.findOne({ _id }, { session });
    const stays = feed ? await this.#waitingStays(feed, session) : [];
    if (!feed || stays.length === 0) return false;
    const { placed, last } = placeEdges(stays.map(toUnplaced), feed);
    const moved = await this.#feeds.updateOne({ _id, last: feed.last }, { $set: { last } }, { session });
    if (moved.matchedCount !== 1) throw new Overtaken();
    const readAs = new Map(stays.map((stay) => [stay._id, stay]));
    const writes = placed.map(({ id, places }) => {
      const filter = { _id: id, version: readAs.get(id)?.version ?? 0 };
      const named = Object.entries(places).map(([edge, at]) => [field[edge as EdgeKind], placeText(_id, at)]);
      const $set = named.length > 0 && { $set: Object.fromEntries(named) as Partial<MembershipDoc> };
      return { updateOne: { filter, update: { ...$set, $unset: { unplaced: '' as const } } } };
    });
    const { matchedCount } = await this.#memberships.bulkWrite(writes, { session, ordered: false });
    if (matchedCount !== stays.length) throw new Overtaken();
    return stays.length >= placedAtOnce;
  }

  /** Never a part of one instant: the next stay of somebody may have the same one, and must not come first. */
  async #waitingStays(feed: ChangeFeedDoc, session: ClientSession): Promise<MembershipDoc[]> {
    const found = this.#memberships.find(waiting(feed), { session }).sort({ unplaced: 1 });
    const stays = await found.limit(placedAtOnce + 1).toArray();
    if (stays.length <= placedAtOnce) return stays;
    const cut = stays.at(-1)?.unplaced ?? '';
    const whole = stays.filter(({ unplaced }) => unplaced !== cut);
    return whole.length > 0 ? whole : this.#memberships.find({ unplaced: { $eq: cut } }, { session }).toArray();
  }

  /** Changes after a place, up to and with another at which the feed has been. */
  async read({ _id }: ChangeFeedDoc, after: number, upTo: number, limit: number): Promise<ChangeRow[]> {
    if (after >= upTo) return [];
    const range = { $gt: placeText(_id, after), $lte: placeText(_id, upTo) };
    const of = async (edge: EdgeKind): Promise<ChangeRow[]> => {
      const name = field[edge];
      const docs = this.#memberships.find({ [name]: range }).sort({ [name]: 1 });
      return (await docs.limit(limit).toArray()).map((doc) => toRow(doc, edge));
    };
    const rows = (await Promise.all([of('entered'), of('exited')])).flat();
    return rows.sort((one, other) => one.place - other.place).slice(0, limit);
  }

  /** The place before the first change at an instant or later; `last` when there is none. */
  async placeBefore({ _id, last }: ChangeFeedDoc, instant: number): Promise<number> {
    const range = { $gt: placeText(_id, 0), $lte: placeText(_id, last) };
    const first = async (edge: EdgeKind): Promise<number> => {
      const [name, at] = [field[edge], edge === 'entered' ? 'enteredAt' : 'exitedAt'];
      const filter = { [name]: range, [at]: { $gte: instant } };
      const [doc] = await this.#memberships
        .find(filter)
        .sort({ [name]: 1 })
        .limit(1)
        .toArray();
      return doc?.[name] === undefined ? Infinity : placeOf(doc[name]) - 1;
    };
    return Math.min(last, ...(await Promise.all([first('entered'), first('exited')])));
  }

  /** Who is in and has no entry after a place: those come as changes. `next` is where to go on; absent after the last. */
  async membersAt(
    feed: ChangeFeedDoc,
    { place, after, limit }: { readonly place: number; readonly after: string; readonly limit: number },
  ): Promise<{ readonly members: StandingMember[]; readonly next?: string }> {
    const { _id: of } = feed;
    const filter = { memberOf: of, _id: { $gt: `${of}:${after}` } };
    const docs = await this.#memberships.find(filter).sort({ memberOf: 1, _id: 1 }).limit(limit).toArray();
    const members = docs.filter((doc) => isBefore(doc, feed, place)).map((doc) => toMember(doc, of));
    const last = docs.at(-1);
    return { members, ...(last && docs.length === limit && { next: endOf(last, of) }) };
  }
}

const idOf = (ws: WorkspaceId, audience: string): string => `${ws}:${audience}`;

const waiting = ({ _id, since }: ChangeFeedDoc) => ({ unplaced: { $gte: unplacedAt(_id, since), $lt: `${_id};` } });

const endOf = ({ _id }: MembershipDoc, of: string): string => _id.slice(of.length + 1);
const personOf = ({ _id }: MembershipDoc): string => _id.slice(0, _id.lastIndexOf(':'));

function toUnplaced(doc: MembershipDoc): UnplacedStay {
  const { _id, enteredAt, exitedAt, enteredPlace } = doc;
  const stay = Number(_id.slice(_id.lastIndexOf(':') + 1));
  const hasEnteredPlace = enteredPlace !== undefined;
  return {
    id: _id,
    person: personOf(doc),
    stay,
    enteredAt,
    ...(exitedAt !== undefined && { exitedAt }),
    hasEnteredPlace,
  };
}

function isBefore({ enteredPlace, unplaced }: MembershipDoc, feed: ChangeFeedDoc, place: number): boolean {
  if (enteredPlace !== undefined) return placeOf(enteredPlace) <= place;
  // What is marked gets a place after this one, unless it is older than the feed.
  return unplaced === undefined || unplaced < unplacedAt(feed._id, feed.since);
}

/** An erasure takes the profile out of the row. Who is to be taken off must be named nevertheless: by the id alone, which names nobody else. */
function toRow(doc: MembershipDoc, edge: EdgeKind): ChangeRow {
  const isIn = edge === 'entered';
  const profile = doc.profile !== nobody ? doc.profile : isIn ? undefined : profileId(idIn(doc));
  return {
    place: placeOf((isIn ? doc.enteredPlace : doc.exitedPlace) ?? ''),
    edge,
    ...(profile !== undefined && { profile }),
    at: (isIn ? doc.enteredAt : doc.exitedAt) ?? 0,
    cause: (isIn ? doc.enteredCause : doc.exitedCause) ?? 'event',
  };
}

const idIn = (doc: MembershipDoc): string => personOf(doc).slice(personOf(doc).lastIndexOf(':') + 1);

const toMember = (doc: MembershipDoc, of: string): StandingMember => ({
  ...{ id: endOf(doc, of), edge: 'entered', profile: doc.profile, at: doc.enteredAt, cause: doc.enteredCause },
});
