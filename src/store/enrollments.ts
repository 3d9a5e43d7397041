import type { AnyBulkWriteOperation, ClientSession, Collection, Filter, UpdateFilter } from 'mongodb';
import { subjectOf, type EnrollmentId, type ProfileId, type WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import { isInside, type Enrollment } from '../domain/journeys/enrollment';
import type { EnrollmentWrite } from '../domain/profiles/change-set';
import { anyOf } from './any-of';
import { GatheredDocs } from './gathered-reads';
import { answerWithinMs } from './impact-limits';
import type { StoreConnection } from './open-store';
import { noTests } from './runs-filter';

export interface EnrollmentDoc extends Enrollment {
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** When the clock may ring again, and how often it has rung in vain; gone as soon as the run is written. */
  readonly ring?: { readonly at: number; readonly times: number };
}

/** Where a run is. */
export type Position = Pick<Enrollment, 'journey' | 'step' | 'enteredAt' | 'status'>;

/** How many runs stand at a step of a version. */
export interface Standing {
  readonly version: number;
  readonly step: string;
  readonly count: number;
}

const firstRingMs = 5_000;
const longestRingMs = 10 * 60_000;

const notRung = (now: number) => ({ 'ring.at': { $not: { $gt: now } } });

const docId = (ws: WorkspaceId, id: EnrollmentId): string => `${ws}:${id}`;

/** The runs of journeys. Writes are guarded by `rev`, so that a decision never overwrites one it did not see. */
export class EnrollmentRepository {
  readonly #enrollments: Collection<EnrollmentDoc>;
  readonly #docs: GatheredDocs<EnrollmentDoc>;

  constructor({ db }: StoreConnection) {
    this.#enrollments = db.collection<EnrollmentDoc>('enrollments');
    this.#docs = new GatheredDocs(this.#enrollments);
  }

  async byId(ws: WorkspaceId, id: EnrollmentId, session?: ClientSession): Promise<Enrollment | undefined> {
    const doc = await this.#docs.find(docId(ws, id), session);
    return doc ? toEnrollment(doc) : undefined;
  }

  /** Runs of these subjects (`workspace:profile`) that still matter: inside, in a goal window, or barring re-entry. */
  async open(subjects: readonly string[], now: number, session?: ClientSession): Promise<Enrollment[]> {
    if (subjects.length === 0) return [];
    const filter = { subject: { $in: [...subjects] }, openUntil: { $gte: now } };
    const docs = await this.#enrollments.find(filter, { ...(session && { session }) }).toArray();
    return docs.map(toEnrollment);
  }

  /** Where the runs are that these subjects are inside of, oldest first. */
  async positions(subjects: readonly string[], now: number): Promise<Position[]> {
    const projection = { _id: 0, journey: 1, step: 1, enteredAt: 1, status: 1 };
    const filter = { subject: anyOf(subjects), openUntil: { $gte: now } };
    const runs = await this.#enrollments.find<Position>(filter, { projection }).toArray();
    return runs.filter(isInside).sort((one, other) => one.enteredAt - other.enteredAt);
  }

  /** The same of households: runs that any of their members may end. */
  async openOfHouseholds(subjects: readonly string[], now: number): Promise<Enrollment[]> {
    if (subjects.length === 0) return [];
    const filter = { householdSubject: anyOf(subjects), openUntil: { $gte: now } };
    return (await this.#enrollments.find(filter).toArray()).map(toEnrollment);
  }

  /** Runs that these people began for their household, and that speak to somebody else of it. */
  async ofActors(subjects: readonly string[], session: ClientSession): Promise<Enrollment[]> {
    return (await this.#enrollments.find({ actorSubject: { $in: [...subjects] } }, { session }).toArray()).map(
      toEnrollment,
    );
  }

  /**
   * Inserts runs that start and replaces those that were read, each under the revision that was read. Answers how many were written;
   * fewer means that another writer was first.
   */
  async write(ws: WorkspaceId, writes: readonly EnrollmentWrite[], session?: ClientSession): Promise<number> {
    if (writes.length === 0) return 0;
    const operations = writes.map(({ enrollment, readRev }): AnyBulkWriteOperation<EnrollmentDoc> => {
      const document = { ...enrollment, _id: docId(ws, enrollment.id), ws };
      return readRev === undefined
        ? { insertOne: { document } }
        : { replaceOne: { filter: { _id: document._id, rev: readRev }, replacement: document } };
    });
    const result = await this.#enrollments.bulkWrite(operations, { ordered: false, ...(session && { session }) });
    return result.insertedCount + result.matchedCount;
  }

  /** Claims a delivery attempt: only while the run is active, at this step and visit, and nothing is in flight. */
  async claim(
    ws: WorkspaceId,
    run: Pick<Enrollment, 'id' | 'step' | 'visit'>,
    sending: { readonly key: string; readonly at: number },
  ): Promise<boolean> {
    const { matchedCount } = await this.#enrollments.updateOne(
      { _id: docId(ws, run.id), status: 'active', step: run.step, visit: run.visit, sending: { $exists: false } },
      { $set: { sending }, $inc: { rev: 1 } },
    );
    return matchedCount === 1;
  }

  /** After a definite failure: nothing is in flight, and another attempt may follow. Where `at` is named, of that claim alone: nobody has taken it up. */
  async release(
    ws: WorkspaceId,
    id: EnrollmentId,
    { key, at }: { readonly key: string; readonly at?: number },
  ): Promise<void> {
    const claim = at === undefined ? { 'sending.key': key } : { sending: { key, at } };
    await this.#changeClaim(ws, id, claim, { $unset: { sending: '' } });
  }

  /** Between two attempts of which the first may have arrived nothing is under way, and nobody else may begin: the claim rests. */
  async rest(
    ws: WorkspaceId,
    id: EnrollmentId,
    { key, at }: { readonly key: string; readonly at: number },
  ): Promise<void> {
    await this.#changeClaim(ws, id, { sending: { key, at } }, { $set: { 'sending.isResting': true } });
  }

  /** The next attempt has the claim of the one before, which is under way again. False where that is no longer as it was read. */
  async takeUp(
    ws: WorkspaceId,
    id: EnrollmentId,
    sending: NonNullable<Enrollment['sending']>,
    at: number,
  ): Promise<boolean> {
    return this.#changeClaim(ws, id, { sending }, { $set: { sending: { key: sending.key, at } } });
  }

  /** A claim is compared whole: an embedded store finds no number inside it by equality. */
  async #changeClaim(
    ws: WorkspaceId,
    id: EnrollmentId,
    claim: Filter<EnrollmentDoc>,
    change: UpdateFilter<EnrollmentDoc>,
  ): Promise<boolean> {
    const filter = { ...claim, _id: docId(ws, id) };
    return (await this.#enrollments.updateOne(filter, { ...change, $inc: { rev: 1 } })).matchedCount === 1;
  }

  /** How many attempts to deliver are under way: of one journey, or of all. */
  async sending(ws: WorkspaceId, journey?: string): Promise<number> {
    return this.#enrollments.countDocuments({
      ws,
      ...(journey !== undefined && { journey }),
      'sending.at': { $gte: 0 },
      'sending.isResting': { $ne: true },
    });
  }

  /** How many attempts to deliver to these people are under way. */
  async sendingTo(ws: WorkspaceId, profiles: readonly ProfileId[]): Promise<number> {
    if (profiles.length === 0) return 0;
    const subject = { $in: profiles.map((id) => subjectOf(ws, id)) };
    const filter = { subject, 'sending.at': { $exists: true }, 'sending.isResting': { $ne: true } };
    const runs = await this.#enrollments.find(filter, { projection: { endedAt: 1, dueAt: 1 } }).toArray();
    return runs.filter(({ endedAt, dueAt }) => endedAt === undefined || dueAt !== undefined).length;
  }

  /** Runs whose workflow was never started: the commit happened, the start did not. Without those rung not long before `now`. */
  async staleStarting(enteredBefore: number, now: number, limit = 500): Promise<EnrollmentDoc[]> {
    return this.#enrollments
      .find({ status: 'starting', enteredAt: { $lte: enteredBefore }, ...notRung(now) })
      .sort({ enteredAt: 1 })
      .limit(limit)
      .toArray();
  }

  /** Runs past their `dueAt`, ended ones that their workflow has not noticed among them. Without those rung not long before `now`. */
  async overdue(dueBefore: number, now: number, limit = 500): Promise<EnrollmentDoc[]> {
    return this.#enrollments
      .find({ dueAt: { $lte: dueBefore }, ...notRung(now) })
      .sort({ dueAt: 1 })
      .limit(limit)
      .toArray();
  }

  /** Leaves runs alone for a time that doubles with each ring, unless somebody has written them since they were read. */
  async noteRings(runs: readonly Pick<EnrollmentDoc, '_id' | 'rev' | 'ring'>[], now: number): Promise<void> {
    if (runs.length === 0) return;
    await this.#enrollments.bulkWrite(
      runs.map(({ _id, rev, ring: { times } = { times: 0 } }) => {
        const ring = { at: now + Math.min(firstRingMs * 2 ** times, longestRingMs), times: times + 1 };
        return { updateOne: { filter: { _id, rev }, update: { $set: { ring } } } };
      }),
      { ordered: false },
    );
  }

  /** Every run of a person, newest first. */
  async ofProfile(ws: WorkspaceId, profiles: readonly ProfileId[], limit = 200): Promise<Enrollment[]> {
    const subjects = profiles.map((id) => subjectOf(ws, id));
    const docs = await this.#enrollments
      .find({ subject: { $in: subjects } })
      .limit(5_000)
      .toArray();
    return docs
      .map(toEnrollment)
      .sort((a, b) => b.enteredAt - a.enteredAt)
      .slice(0, limit);
  }

  /** One page of a journey's runs that are inside, but for tests, which stay in their version, in the order of their ids; `after` is the last of the page before. */
  async inside(ws: WorkspaceId, journey: string, limit: number, after?: EnrollmentId): Promise<Enrollment[]> {
    const from = after !== undefined && { _id: { $gt: docId(ws, after) } };
    const docs = await this.#enrollments
      .find({ ...noTests, ws, journey, endedAt: { $exists: false }, ...from })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return docs.map(toEnrollment);
  }

  async byIds(ws: WorkspaceId, ids: readonly EnrollmentId[]): Promise<Enrollment[]> {
    if (ids.length === 0) return [];
    const docs = await this.#enrollments.find({ _id: { $in: ids.map((id) => docId(ws, id)) } }).toArray();
    return docs.map(toEnrollment);
  }

  /** How many runs of a journey are inside, by version and step; tests are not. */
  async standing(ws: WorkspaceId, journey: string): Promise<Standing[]> {
    const groups = await this.#enrollments
      .aggregate<{ _id: Omit<Standing, 'count'>; count: number }>(
        [
          { $match: { ...noTests, ws, journey: { $eq: journey }, endedAt: { $exists: false } } },
          { $group: { _id: { version: '$version', step: '$step' }, count: { $sum: 1 } } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups
      .map(({ _id: { version, step }, count }) => ({ version, step, count }))
      .sort((a, b) => a.version - b.version || (a.step < b.step ? -1 : 1));
  }

  /** How many runs of a journey a pause keeps at a send. */
  async kept(ws: WorkspaceId, journey: string): Promise<number> {
    return this.#enrollments.countDocuments({ ws, journey, endedAt: { $exists: false }, pause: 'kept' });
  }

  /** One page of a journey's runs, newest first. */
  async ofJourney(ws: WorkspaceId, journey: string, limit: number, before?: number, skip = 0): Promise<Enrollment[]> {
    const filter = { ws, journey, ...(before !== undefined && { enteredAt: { $lt: before } }) };
    const newestFirst = { ws: 1, journey: 1, enteredAt: -1 } as const;
    const docs = await this.#enrollments.find(filter).sort(newestFirst).skip(skip).limit(limit).toArray();
    return docs.map(toEnrollment);
  }
}

const toEnrollment = (doc: EnrollmentDoc): Enrollment => omit(doc, '_id', 'ws', 'ring');
