import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { Json } from '../domain/json';
import {
  startRun,
  type EndedPullRun,
  type PullOutcome,
  type PullProblem,
  type PullRun,
} from '../domain/pulls/pull-run';
import type { StoreConnection } from './open-store';

/** How far a pulled source has been read. */
export interface PullStateDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly source: string;
  /** Counts writes: a worker that another one, or a reset, has overtaken is told. */
  readonly rev: number;
  /** JSON text, because keys in it are users' data. */
  readonly cursorJson?: string;
  /** While one runs, and after one whose worker is gone. */
  readonly run?: PullRun;
  readonly lastRun?: EndedPullRun;
  /** What has made the last try fail; it is tried again. */
  readonly delayed?: PullProblem;
  /** The source refuses, and is not asked until somebody has changed something. */
  readonly paused?: PullProblem;
}

/** A run as one worker holds it. */
export interface HeldRun {
  readonly rev: number;
  readonly run: PullRun;
  readonly cursor: Json | undefined;
  /** It was cut off, and goes on from where it came to. */
  readonly isResumed: boolean;
}

const docId = (ws: WorkspaceId, source: string): string => `${ws}:${source}`;

/** Where each pulled source has come to. Every write is guarded by the revision that was read. */
export class PullStateRepository {
  readonly #states: Collection<PullStateDoc>;

  constructor({ db }: StoreConnection) {
    this.#states = db.collection<PullStateDoc>('pullStates');
  }

  async find(ws: WorkspaceId, source: string): Promise<PullStateDoc | undefined> {
    return (await this.#states.findOne({ _id: docId(ws, source) })) ?? undefined;
  }

  /** Begins a run, or takes over one that is open. `undefined` while the source is paused. */
  async begin(ws: WorkspaceId, source: string, now: number): Promise<HeldRun | undefined> {
    const _id = docId(ws, source);
    await this.#ensure(ws, source);
    const state = await this.#states.findOne({ _id });
    if (!state || state.paused) return undefined;
    const run = state.run ?? startRun(now);
    const { modifiedCount } = await this.#states.updateOne(
      { _id, rev: state.rev },
      { $set: { run }, $inc: { rev: 1 } },
    );
    if (modifiedCount === 0) return this.begin(ws, source, now);
    const cursor = state.cursorJson === undefined ? undefined : (JSON.parse(state.cursorJson) as Json);
    return { rev: state.rev + 1, run, cursor, isResumed: run.pages > 0 };
  }

  /** Takes down that a page is stored. `undefined` when somebody else has written since. */
  async advance(
    ws: WorkspaceId,
    source: string,
    held: HeldRun,
    cursor: Json,
    run: PullRun,
  ): Promise<HeldRun | undefined> {
    const { modifiedCount } = await this.#states.updateOne(
      { _id: docId(ws, source), rev: held.rev },
      { $set: { cursorJson: JSON.stringify(cursor), run }, $unset: { delayed: '' }, $inc: { rev: 1 } },
    );
    return modifiedCount === 1 ? { ...held, rev: held.rev + 1, cursor, run } : undefined;
  }

  /** Ends the run; with a problem, the source is paused. Does nothing when somebody else has written since. */
  async end(
    ws: WorkspaceId,
    source: string,
    held: HeldRun,
    how: { readonly outcome: PullOutcome; readonly now: number; readonly paused?: PullProblem },
    session?: ClientSession,
  ): Promise<void> {
    const lastRun: EndedPullRun = { ...held.run, endedAt: how.now, outcome: how.outcome };
    await this.#states.updateOne(
      { _id: docId(ws, source), rev: held.rev },
      {
        $set: { lastRun, ...(how.paused && { paused: how.paused }) },
        $unset: { run: '', delayed: '' },
        $inc: { rev: 1 },
      },
      { ...(session && { session }) },
    );
  }

  /** Says why a try is repeated. */
  async delayed(ws: WorkspaceId, source: string, problem: PullProblem): Promise<void> {
    await this.#states.updateOne({ _id: docId(ws, source), run: { $exists: true } }, { $set: { delayed: problem } });
  }

  /** Forgets where the source has been read to, or says where. A run that is under way ends. */
  async reset(ws: WorkspaceId, source: string, cursor?: Json): Promise<void> {
    await this.#ensure(ws, source);
    const unset = { run: '', delayed: '' } as const;
    const update = cursor === undefined ? {} : { $set: { cursorJson: JSON.stringify(cursor) } };
    await this.#states.updateOne(
      { _id: docId(ws, source) },
      { ...update, $unset: { ...unset, ...(cursor === undefined && { cursorJson: '' as const }) }, $inc: { rev: 1 } },
    );
  }

  /** Lets the source be asked again. */
  async resume(ws: WorkspaceId, source: string, session: ClientSession): Promise<void> {
    await this.#states.updateOne(
      { _id: docId(ws, source), paused: { $exists: true } },
      { $unset: { paused: '' }, $inc: { rev: 1 } },
      { session },
    );
  }

  /** Of every workspace: sources that refuse and are not asked, and sources that are asked again because they did not answer. */
  async failing(): Promise<{ readonly paused: number; readonly retrying: number }> {
    const [paused, retrying] = await Promise.all(
      ['paused.at', 'delayed.at'].map((at) => this.#states.countDocuments({ [at]: { $gte: 0 } })),
    );
    return { paused: paused ?? 0, retrying: retrying ?? 0 };
  }

  async delete(ws: WorkspaceId, source: string, session: ClientSession): Promise<void> {
    await this.#states.deleteOne({ _id: docId(ws, source) }, { session });
  }

  async #ensure(ws: WorkspaceId, source: string): Promise<void> {
    const _id = docId(ws, source);
    if ((await this.#states.findOne({ _id }, { projection: { _id: 1 } })) !== null) return;
    await this.#states.updateOne({ _id }, { $setOnInsert: { ws, source, rev: 0 } }, { upsert: true });
  }
}
