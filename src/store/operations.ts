import { randomUUID } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { Json, JsonObject } from '../domain/json';
import type {
  Operation,
  OperationError,
  OperationKindName,
  OperationStatus,
  StepOutcome,
} from '../domain/operations/operation';
import { omit } from '../domain/json';
import { answerWithinMs } from './impact-limits';
import type { StoreConnection } from './open-store';

/** Input, cursor and result are JSON text, because keys in them are users' data. */
export interface OperationDoc extends Omit<Operation, 'input' | 'cursor' | 'result'> {
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** Counts writes: of two workers that run the same step, the slower one is told. */
  readonly rev: number;
  readonly inputJson: string;
  readonly cursorJson?: string;
  readonly resultJson?: string;
}

export type NewOperation = Pick<Operation, 'kind' | 'input' | 'startedBy' | 'createdAt'> & { readonly id?: string };
export interface StoredOperation {
  readonly operation: Operation;
  readonly rev: number;
}

/** Long work of a kind that is under way. Instants are epoch milliseconds. */
export interface RunningOperations {
  readonly kind: OperationKindName;
  readonly count: number;
  readonly oldestCreatedAt: number;
  /** When the one that has moved least was moved last. */
  readonly oldestUpdatedAt: number;
}

const mostCounted = 10_000;
const docId = (ws: WorkspaceId, id: string): string => `${ws}:${id}`;
export const newOperationId = (): string => `op_${randomUUID().replaceAll('-', '')}`;

/** Long work and how far it has come. */
export class OperationRepository {
  readonly #operations: Collection<OperationDoc>;

  constructor({ db }: StoreConnection) {
    this.#operations = db.collection<OperationDoc>('operations');
  }

  /** A given `id` that exists already is a duplicate key. */
  async create(ws: WorkspaceId, operation: NewOperation, session: ClientSession): Promise<Operation> {
    const { id = newOperationId(), kind, input, startedBy, createdAt } = operation;
    const doc: OperationDoc = {
      ...{ _id: docId(ws, id), ws, rev: 0, id, kind, status: 'running', inputJson: JSON.stringify(input) },
      ...{ progress: { done: 0 }, startedBy, createdAt, updatedAt: createdAt },
    };
    await this.#operations.insertOne(doc, { session });
    return toOperation(doc);
  }

  async find(ws: WorkspaceId, id: string): Promise<StoredOperation | undefined> {
    const doc = await this.#operations.findOne({ _id: docId(ws, id) });
    return doc ? { operation: toOperation(doc), rev: doc.rev } : undefined;
  }

  /** Newest first, one page. */
  async page(
    ws: WorkspaceId,
    limit: number,
    of: { readonly kind?: string; readonly status?: string } = {},
    before?: { readonly createdAt: number; readonly id: string },
  ): Promise<Operation[]> {
    const older = before && {
      $or: [
        { createdAt: { $lt: before.createdAt } },
        { createdAt: { $eq: before.createdAt }, _id: { $lt: docId(ws, before.id) } },
      ],
    };
    const filter = { ws, ...(of.kind && { kind: { $eq: of.kind } }), ...(of.status && { status: { $eq: of.status } }) };
    const docs = await this.#operations
      .find({ ...filter, ...older } as object)
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .toArray();
    return docs.map(toOperation);
  }

  /** Takes down what a step did, under the revision it was read at. Answers false when it has ended or another worker was first. */
  async advance(
    ws: WorkspaceId,
    { operation, rev }: StoredOperation,
    step: StepOutcome,
    now: number,
  ): Promise<boolean> {
    const ends = 'result' in step;
    const set = ends
      ? { status: 'completed' as const, resultJson: JSON.stringify(step.result), endedAt: now }
      : { cursorJson: JSON.stringify(step.cursor) };
    const { modifiedCount } = await this.#operations.updateOne(
      { _id: docId(ws, operation.id), rev, status: 'running' },
      { $set: { ...set, progress: step.progress, updatedAt: now }, $unset: { delayedBy: '' }, $inc: { rev: 1 } },
    );
    return modifiedCount === 1;
  }

  /** Ends a running one. Answers false when it has ended already. */
  async end(
    ws: WorkspaceId,
    id: string,
    how: { readonly status: Extract<OperationStatus, 'failed' | 'cancelled'>; readonly error?: OperationError },
    now: number,
  ): Promise<boolean> {
    const { modifiedCount } = await this.#operations.updateOne(
      { _id: docId(ws, id), status: 'running' },
      { $set: { ...how, updatedAt: now, endedAt: now }, $inc: { rev: 1 }, $unset: { delayedBy: '' } },
    );
    return modifiedCount === 1;
  }

  /** Says why a step is tried again. */
  async delayed(ws: WorkspaceId, id: string, by: string): Promise<void> {
    await this.#operations.updateOne({ _id: docId(ws, id), status: 'running' }, { $set: { delayedBy: by } });
  }

  async remove(ws: WorkspaceId, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#operations.deleteMany({ _id: { $in: ids.map((id) => docId(ws, id)) } });
  }

  /** Running ones of every workspace, by kind; of the first 10,000. */
  async running(): Promise<RunningOperations[]> {
    return this.#operations
      .aggregate<RunningOperations>(
        [
          { $match: { status: 'running', updatedAt: { $gte: 0 } } },
          { $limit: mostCounted },
          {
            $group: {
              _id: '$kind',
              count: { $sum: 1 },
              oldestCreatedAt: { $min: '$createdAt' },
              oldestUpdatedAt: { $min: '$updatedAt' },
            },
          },
          { $set: { kind: '$_id' } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
  }

  /** Running ones of every workspace that nobody has moved since `before`: their workflow may be gone. */
  async stale(before: number, limit: number): Promise<{ readonly ws: WorkspaceId; readonly id: string }[]> {
    return this.#operations
      .find({ status: 'running', updatedAt: { $lt: before } }, { projection: { ws: 1, id: 1 } })
      .limit(limit)
      .toArray();
  }
}

function toOperation(doc: OperationDoc): Operation {
  const { inputJson, cursorJson, resultJson, ...rest } = omit(doc, '_id', 'ws', 'rev');
  return {
    ...rest,
    input: JSON.parse(inputJson) as JsonObject,
    ...(cursorJson !== undefined && { cursor: JSON.parse(cursorJson) as Json }),
    ...(resultJson !== undefined && { result: JSON.parse(resultJson) as JsonObject }),
  };
}
