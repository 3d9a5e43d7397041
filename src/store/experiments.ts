import type { Collection } from 'mongodb';
import type { ExperimentResult } from '../domain/impact/experiment';
import type { WorkspaceId } from '../domain/ids';
import { isDuplicateKey } from './mongo-errors';
import type { StoreConnection } from './open-store';

/** By what an experiment was won. */
export interface Decision {
  readonly variant: string;
  readonly at: number;
  readonly journey: string;
  /** As they were then. */
  readonly figures: Pick<ExperimentResult, 'variants' | 'contaminated' | 'sampleRatio'>;
}

interface ExperimentDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly experiment: string;
  /** When somebody last asked whether it is won. */
  readonly askedAt: number;
  readonly decision?: Decision;
}

/** Experiments that go on by themselves with the variant that wins. */
export class ExperimentRepository {
  readonly #experiments: Collection<ExperimentDoc>;

  constructor({ db }: StoreConnection) {
    this.#experiments = db.collection<ExperimentDoc>('experiments');
  }

  async decision(ws: WorkspaceId, experiment: string): Promise<Decision | undefined> {
    return (await this.#experiments.findOne({ _id: idOf(ws, experiment) }))?.decision;
  }

  /** Whether it is the caller who asks now, since nobody has for so long. */
  async takeTurn(ws: WorkspaceId, experiment: string, now: number, everyMs: number): Promise<boolean> {
    const _id = idOf(ws, experiment);
    try {
      const due = { _id, askedAt: { $lte: now - everyMs } };
      const result = await this.#experiments.updateOne(
        due,
        { $set: { askedAt: now }, $setOnInsert: { ws, experiment } },
        { upsert: true },
      );
      return result.matchedCount + result.upsertedCount > 0;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false;
    }
  }

  /** What was decided first stands. */
  async decide(ws: WorkspaceId, experiment: string, decision: Decision): Promise<void> {
    await this.#experiments.updateOne(
      { _id: idOf(ws, experiment), decision: { $exists: false } },
      { $set: { decision } },
    );
  }
}

const idOf = (ws: WorkspaceId, experiment: string): string => `${ws}:${experiment}`;
