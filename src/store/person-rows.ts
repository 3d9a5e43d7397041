import type { Collection } from 'mongodb';
import { hiddenMark } from '../domain/audiences/hidden-audience';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { ConsentRecordDoc } from './consent-records';
import type { EventDoc, MembershipDoc, RememberedEventDoc } from './documents';
import type { DeliveryDoc } from './deliveries';
import type { EnrollmentDoc } from './enrollments';
import type { StoreConnection } from './open-store';

interface PersonDoc {
  readonly _id: string;
  readonly profile?: ProfileId;
  readonly subject?: string;
}

/** Whom the rows of erased people belong to: counted by reports, and nobody's. */
export const nobody = 'erased' as ProfileId;

/** A place in the order of a person's rows: an instant, and the row among those of one instant. */
export interface RowPlace {
  readonly at: number;
  readonly id: string;
}

/** What of a row goes beside whose it was. */
interface Loss {
  readonly $set?: Readonly<Record<string, unknown>>;
  readonly $unset?: Readonly<Record<string, ''>>;
  readonly $inc?: { readonly rev: number };
}

/** What is filed under a person, in the collections that have the index `subject`: counted, removed, or kept as nobody's. */
export class PersonRows {
  readonly #events: Collection<EventDoc>;
  readonly #remembered: Collection<RememberedEventDoc>;
  readonly #consentRecords: Collection<ConsentRecordDoc>;
  readonly #memberships: Collection<MembershipDoc>;
  readonly #enrollments: Collection<EnrollmentDoc>;
  readonly #deliveries: Collection<DeliveryDoc>;

  constructor({ db }: StoreConnection) {
    this.#events = db.collection('events');
    this.#remembered = db.collection('events');
    this.#consentRecords = db.collection('consentRecords');
    this.#memberships = db.collection('memberships');
    this.#enrollments = db.collection('enrollments');
    this.#deliveries = db.collection('deliveries');
  }

  async count(
    collection: 'events' | 'consentRecords' | 'memberships' | 'enrollments' | 'deliveries',
    subjects: readonly string[],
  ): Promise<number> {
    const rows: Record<typeof collection, Collection<never>> = {
      events: this.#events as never,
      consentRecords: this.#consentRecords as never,
      memberships: this.#memberships as never,
      enrollments: this.#enrollments as never,
      deliveries: this.#deliveries as never,
    };
    if (subjects.length === 0) return 0;
    const count = await rows[collection].countDocuments({ subject: { $in: [...subjects] } });
    if (collection !== 'events') return count;
    return count + (await this.#remembered.countDocuments({ rememberedFor: { $in: [...subjects] } }));
  }

  /** At most `limit`, and with events what is remembered of those that retention has removed. Answers how many there were. */
  async remove(collection: 'events' | 'consentRecords', subjects: readonly string[], limit: number): Promise<number> {
    const rows = (collection === 'events' ? this.#events : this.#consentRecords) as unknown as Collection<PersonDoc>;
    const ids = await idsOf(rows, subjects, limit);
    if (ids.length > 0) await rows.deleteMany({ _id: { $in: ids } });
    if (collection !== 'events' || subjects.length === 0) return ids.length;
    const { deletedCount } = await this.#remembered.deleteMany({ rememberedFor: { $in: [...subjects] } });
    return ids.length + deletedCount;
  }

  /** Stays keep their instants: sizes of the past stay what they were. */
  async anonymiseStays(ws: WorkspaceId, subjects: readonly string[], limit: number): Promise<number> {
    const $unset = { enteredWaitKey: '', exitedWaitKey: '' } as const;
    return anonymise(this.#memberships, ws, subjects, limit, { $unset });
  }

  /** Runs keep their path: funnels stay what they were. One that its workflow has yet to see ended waits. */
  async anonymiseRuns(ws: WorkspaceId, subjects: readonly string[], limit: number): Promise<number> {
    const $set = { entryKey: '', 'entry.properties': {}, 'entry.cursor': {}, cursor: {}, steps: {}, waitingFor: [] };
    const household = { household: '', householdSubject: '', actorSubject: '' } as const;
    const $unset = { 'entry.messageId': '', 'conversions.$[].messageId': '', ...household } as const;
    const ended = { dueAt: { $exists: false }, sending: { $exists: false } };
    return anonymise(this.#enrollments, ws, subjects, limit, { $set, $unset, $inc: { rev: 1 } }, ended);
  }

  async anonymiseDeliveries(ws: WorkspaceId, subjects: readonly string[], limit: number): Promise<number> {
    return anonymise(this.#deliveries, ws, subjects, limit, { $unset: { consent: '', sandbox: '' } });
  }

  /** Applied events of one subject, oldest first by their own time. */
  async events<Line>(subject: string, limit: number, toLine: (row: EventDoc) => Line, after?: RowPlace) {
    return walk(this.#events, 'occurredAt', { subject, limit, after }, toLine);
  }

  async consents<Line>(subject: string, limit: number, toLine: (row: ConsentRecordDoc) => Line, after?: RowPlace) {
    return walk(this.#consentRecords, 'at', { subject, limit, after }, toLine);
  }

  async stays<Line>(subject: string, limit: number, toLine: (row: MembershipDoc) => Line, after?: RowPlace) {
    // Of audiences that somebody defined: the keys of hidden ones come after all of those.
    const where = { audience: { $lt: hiddenMark } };
    return walk(this.#memberships, 'enteredAt', { subject, limit, after, where }, toLine);
  }

  async runs<Line>(subject: string, limit: number, toLine: (row: EnrollmentDoc) => Line, after?: RowPlace) {
    return walk(this.#enrollments, 'enteredAt', { subject, limit, after }, toLine);
  }

  async deliveries<Line>(subject: string, limit: number, toLine: (row: DeliveryDoc) => Line, after?: RowPlace) {
    return walk(this.#deliveries, 'createdAt', { subject, limit, after }, toLine);
  }

  /** Whether an attempt of one of their runs to deliver is under way. */
  async areSending(subjects: readonly string[]): Promise<boolean> {
    if (subjects.length === 0) return false;
    const filter = { subject: { $in: [...subjects] }, 'sending.at': { $exists: true } };
    return (await this.#enrollments.findOne(filter, { projection: { _id: 1 } })) !== null;
  }
}

async function idsOf<Doc extends PersonDoc>(
  rows: Collection<Doc>,
  subjects: readonly string[],
  limit: number,
  only: object = {},
): Promise<string[]> {
  if (subjects.length === 0) return [];
  const filter = { subject: { $in: [...subjects] }, ...only } as object;
  const found = await rows
    .find(filter, { projection: { _id: 1 } })
    .limit(limit)
    .toArray();
  return found.map(({ _id }) => _id as string);
}

async function anonymise<Doc extends PersonDoc>(
  rows: Collection<Doc>,
  ws: WorkspaceId,
  subjects: readonly string[],
  limit: number,
  { $set, ...loss }: Loss,
  only: object = {},
): Promise<number> {
  const ids = await idsOf(rows, subjects, limit, only);
  if (ids.length === 0) return 0;
  const own = { profile: nobody, subject: subjectOf(ws, nobody) };
  await rows.updateMany({ _id: { $in: ids }, ...only } as object, { ...loss, $set: { ...$set, ...own } } as object);
  return ids.length;
}

/** Rows of one subject in the order of an instant of theirs, each with its place in it. */
async function walk<Doc extends PersonDoc, Field extends string & keyof Doc, Line>(
  rows: Collection<Doc>,
  field: Field,
  {
    subject,
    limit,
    after,
    where,
  }: {
    readonly subject: string;
    readonly limit: number;
    readonly after?: RowPlace | undefined;
    readonly where?: object;
  },
  toLine: (row: Doc) => Line,
): Promise<(RowPlace & { readonly line: Line })[]> {
  const later = after && {
    $or: [{ [field]: { $gt: after.at } }, { [field]: { $eq: after.at }, _id: { $gt: after.id } }],
  };
  const filter = { subject: { $eq: subject }, ...where, ...later } as object;
  const found = await rows
    .find(filter)
    .sort({ subject: 1, [field]: 1, _id: 1 })
    .limit(limit)
    .toArray();
  return found.map((doc) => {
    const row = doc as unknown as Doc;
    return { at: row[field] as number, id: row._id, line: toLine(row) };
  });
}
