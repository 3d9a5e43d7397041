import { createHash } from 'node:crypto';
import type { Collection, Filter } from 'mongodb';
import type { ConsentProof } from '../domain/consent/decide-consent';
import type { SandboxRequest } from '../domain/delivery/sandbox';
import type { MembershipOperation } from '../domain/delivery/operation';
import { canMove, deliveryStatuses, isFinal, type DeliveryStatus } from '../domain/delivery/delivery';
import type { AttemptOutcome } from '../domain/delivery/item-result';
import type { EnrollmentId, ProfileId, WorkspaceId } from '../domain/ids';
import { GatheredDocs } from './gathered-reads';
import type { StoreConnection } from './open-store';

/** One try. `code` never holds a value of a person. */
export interface DeliveryAttempt {
  readonly at: number;
  readonly outcome: AttemptOutcome;
  readonly code?: string;
  readonly latencyMs: number;
}

/** One effect with its idempotency key, in exactly one state. */
export interface DeliveryDoc {
  /** `workspace:idempotencyKey`. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: 'journey' | 'audience';
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly destination: string;
  /** By what a send reaches people, where the destination says. */
  readonly channel?: string;
  /** Of a transactional send: it counts under no cap. */
  readonly isExempt?: true;
  /** Of the nth fallback of a send step. */
  readonly fallback?: number;
  /** Of a test: nothing has left, and no figure counts it. */
  readonly isTest?: true;
  /** Of one: what would have left. */
  readonly sandbox?: SandboxRequest;
  /** Withheld for what holds of its channel or destination alone. */
  readonly isOfChannel?: true;
  readonly journey?: string;
  readonly version?: number;
  readonly step?: string;
  readonly enrollment?: EnrollmentId;
  readonly audience?: string;
  readonly operation?: MembershipOperation;
  /** Why members are removed who have not left. */
  readonly because?: 'holdout';
  readonly profile: ProfileId;
  readonly subject: string;
  /** Under which consent it was allowed, or withheld; absent when it needs none. */
  readonly consent?: ConsentProof;
  readonly attempts: readonly DeliveryAttempt[];
  /** When what caused it happened: latency counts from here. */
  readonly causedAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly settledAt?: number;
}

export type NewDelivery = Omit<DeliveryDoc, '_id' | 'id' | 'status' | 'attempts' | 'createdAt' | 'updatedAt'>;

/** The new state of a delivery with its reason, if there is one, and the attempt that led to it. */
export interface DeliveryChange {
  readonly idempotencyKey: string;
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly attempt?: DeliveryAttempt;
  readonly consent?: ConsentProof | undefined;
  readonly isOfChannel?: true;
  readonly sandbox?: SandboxRequest;
  /** Only while nobody has changed it since then. */
  readonly ifUnchangedSince?: number;
  readonly now: number;
}

export type SendOfPerson = Pick<DeliveryDoc, 'idempotencyKey' | 'status' | 'channel' | 'updatedAt' | 'settledAt'>;

const attemptsKept = 20;
/** Of one person, under caps: more than any cap allows. */
const mostSendsCounted = 2_000;

const docId = (ws: WorkspaceId, idempotencyKey: string): string => `${ws}:${idempotencyKey}`;

/** The delivery ledger: every effect that was decided, and what became of it. */
export class DeliveryRepository {
  readonly #deliveries: Collection<DeliveryDoc>;
  readonly #docs: GatheredDocs<DeliveryDoc>;

  constructor({ db }: StoreConnection) {
    this.#deliveries = db.collection<DeliveryDoc>('deliveries');
    this.#docs = new GatheredDocs(this.#deliveries);
  }

  /** Writes `reserved` rows for those that have none. */
  async reserve(deliveries: readonly NewDelivery[], now: number): Promise<void> {
    if (deliveries.length === 0) return;
    const documents = deliveries.map((delivery): DeliveryDoc => {
      const _id = docId(delivery.ws, delivery.idempotencyKey);
      const id = `dlv_${createHash('sha256').update(_id).digest('base64url').slice(0, 22)}`;
      return { ...delivery, _id, id, status: 'reserved', attempts: [], createdAt: now, updatedAt: now };
    });
    await this.#deliveries.bulkWrite(
      documents.map(({ _id, ...rest }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
      })),
      { ordered: false },
    );
  }

  /** Those that there are. */
  async byKeys(ws: WorkspaceId, idempotencyKeys: readonly string[]): Promise<DeliveryDoc[]> {
    if (idempotencyKeys.length === 0) return [];
    return this.#deliveries.find({ _id: { $in: idempotencyKeys.map((key) => docId(ws, key)) } }).toArray();
  }

  /** Moves deliveries on. Only as `transitions` allow: what was reported once is never taken back. */
  async change(ws: WorkspaceId, changes: readonly DeliveryChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.#deliveries.bulkWrite(
      changes.map(
        ({ idempotencyKey, status, reason, attempt, consent, isOfChannel, sandbox, ifUnchangedSince, now }) => ({
          updateOne: {
            filter: {
              _id: docId(ws, idempotencyKey),
              status: { $in: deliveryStatuses.filter((from) => canMove(from, status)) },
              ...(ifUnchangedSince !== undefined && { updatedAt: ifUnchangedSince }),
            },
            update: {
              $set: {
                status,
                updatedAt: now,
                ...(reason !== undefined && { reason }),
                ...(consent && { consent }),
                ...(isOfChannel && { isOfChannel }),
                ...(sandbox && { sandbox }),
                ...(isFinal(status) && { settledAt: now }),
              },
              ...(reason === undefined && { $unset: { reason: '' } }),
              ...(attempt && { $push: { attempts: { $each: [attempt], $slice: -attemptsKept } } }),
            },
          },
        }),
      ),
      { ordered: false },
    );
  }

  async byKey(ws: WorkspaceId, idempotencyKey: string): Promise<DeliveryDoc | undefined> {
    return this.#docs.find(docId(ws, idempotencyKey));
  }

  /** Journey sends to these people that were reserved since, newest first, as far as caps count them. */
  async sendsTo(subjects: readonly string[], since: number): Promise<SendOfPerson[]> {
    const projection = { idempotencyKey: 1, status: 1, channel: 1, updatedAt: 1, settledAt: 1 } as const;
    return this.#deliveries
      .find({ subject: { $in: [...subjects] }, createdAt: { $gte: since }, kind: 'journey', isExempt: { $ne: true } })
      .project<SendOfPerson>(projection)
      .sort({ createdAt: -1 })
      .limit(mostSendsCounted)
      .toArray();
  }

  /** How many sends wait for this reason. */
  async countHeld(ws: WorkspaceId, reason: string): Promise<number> {
    return this.#deliveries.countDocuments({ ws, reason: { $eq: reason }, status: 'held' });
  }

  /** The newest sends of a run, newest first: the keys of one begin alike. */
  async ofRun(ws: WorkspaceId, run: EnrollmentId, limit: number): Promise<DeliveryDoc[]> {
    const keys = { $gte: docId(ws, `${run}:`), $lt: docId(ws, `${run};`) };
    return this.#deliveries.find({ _id: keys }).sort({ createdAt: -1 }).limit(limit).toArray();
  }

  /** Newest first, one page. */
  async page(
    ws: WorkspaceId,
    filter: {
      readonly destination?: string;
      readonly journey?: string;
      readonly audience?: string;
      readonly subjects?: readonly string[];
      readonly status?: DeliveryStatus;
      readonly id?: string;
    },
    limit: number,
    before?: number,
    skip = 0,
  ): Promise<DeliveryDoc[]> {
    const { subjects, ...equal } = filter;
    const query: Filter<DeliveryDoc> = {
      ...equal,
      ws,
      ...(subjects && { subject: { $in: [...subjects] } }),
      ...(before !== undefined && { createdAt: { $lt: before } }),
    };
    return this.#deliveries.find(query).sort({ createdAt: -1 }).skip(skip).limit(limit).toArray();
  }
}
