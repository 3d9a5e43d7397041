import { isDeepStrictEqual } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { Json } from '../../domain/json';
import { withPage, type PageCounts, type PullOutcome, type PullProblem } from '../../domain/pulls/pull-run';
import { SourceBusy, SourceRefused } from '../../sources/source';
import { inTransaction } from '../../store/open-store';
import type { HeldRun } from '../../store/pull-states';
import type { Store } from '../../store/store';
import { waitForRoom, type BulkLaneDeps, type Patience } from '../bulk-lane';
import { heartbeating } from '../heartbeating';
import type { IntakeMetrics } from '../intake-metrics';
import type { Outbox } from '../outbox';
import type { WorkMetrics } from '../work-metrics';
import { connectSource, type ConnectDeps, type ConnectedSource } from './connected-source';
import type { PullPlaces } from './pull-places';
import { takePage, type TakePageDeps } from './take-page';

export interface PullDeps extends ConnectDeps, Omit<TakePageDeps, 'store'>, Omit<BulkLaneDeps, 'store'> {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly log: Logger;
  readonly places: PullPlaces;
  /** How long a source is read before others have their turn; 30 seconds unless set. */
  readonly pullTurnMs?: number;
  readonly metrics: Pick<IntakeMetrics, 'letters'> & Pick<WorkMetrics, 'pulledRows' | 'pullsEnded'>;
}

/** Names one source; all that Temporal is told of it. */
export interface SourceRef {
  readonly ws: string;
  readonly source: string;
}

export type PullActivities = ReturnType<typeof createPullActivities>;

/**
 * How a turn ends: `goes-on` when others are to have theirs before the source is read further, `waits` when it has not begun, since the
 * workspace has no place left.
 */
export type TurnOutcome = PullOutcome | 'goes-on' | 'waits';

/** How long a source is read before others have their turn. */
const turnMs = 30_000;

interface Turn {
  readonly signal: AbortSignal;
  readonly ms: number;
}

export function createPullActivities(deps: PullDeps) {
  return {
    /** Reads a source from where the last run, or the one that was cut off, has come to, for one turn. */
    pullSource: ({ ws, source }: SourceRef): Promise<TurnOutcome> =>
      heartbeating(async (signal) => {
        const turn = { signal, ms: deps.pullTurnMs ?? turnMs };
        const work = () => pullSource(deps, workspaceId(ws), source, turn);
        return (await deps.places.run(workspaceId(ws), source, work)) ?? 'waits';
      }),
  };
}

/** Settings that change during a run count from the next page on. */
async function pullSource(deps: PullDeps, ws: WorkspaceId, key: string, turn: Turn): Promise<TurnOutcome> {
  for (;;) {
    const outcome = await pullOnce(deps, ws, key, turn);
    if (outcome !== 'changed') return outcome;
  }
}

async function pullOnce(deps: PullDeps, ws: WorkspaceId, key: string, turn: Turn): Promise<TurnOutcome | 'changed'> {
  // Of one that is gone nothing is to be kept.
  if (!(await deps.store.sources.find(ws, key))) return 'stopped';
  const held = { current: await deps.store.pullStates.begin(ws, key, deps.clock()) };
  if (!held.current) return 'stopped';
  try {
    const source = await connectSource(deps, ws, key);
    if (!source?.doc.enabled) return await end(deps, ws, key, { held: held.current, outcome: 'stopped' });
    return await readPages(deps, ws, source, { held: held as { current: HeldRun }, turn });
  } catch (error) {
    // Another worker goes on from the cursor.
    turn.signal.throwIfAborted();
    return giveWay(deps, ws, key, { held: held.current, error });
  }
}

async function readPages(
  deps: PullDeps,
  ws: WorkspaceId,
  source: ConnectedSource,
  { held, turn }: { readonly held: { current: HeldRun }; readonly turn: Turn },
): Promise<TurnOutcome | 'changed'> {
  const { key, version } = source.doc;
  const { cursor, isResumed } = held.current;
  const overlapMs = isResumed ? 0 : source.context.overlapMs;
  const { puller, context } = source;
  const { signal } = turn;
  let place: Place = 'untouched';
  let endsAt = Infinity;
  for await (const page of puller.pull({ ...context, overlapMs, cursor, signal, now: deps.clock() })) {
    // From the first page on: what it takes to come to that, a large file over the lines that are read, is not to be taken for each page.
    endsAt = Math.min(endsAt, performance.now() + turn.ms);
    const leftMs = endsAt - performance.now();
    // Before, not behind a page, as the last one ends the run.
    if (place === 'between' && leftMs < 0) return 'goes-on';
    if ((await waitForRoom(deps, ws, patienceOf(signal, place, leftMs))) === 0) return 'goes-on';
    signal.throwIfAborted();
    const taken = await takePage(deps, ws, source, page);
    const run = withPage(held.current.run, taken);
    const advanced = await deps.store.pullStates.advance(ws, key, held.current, page.cursor, run);
    if (!advanced) return 'stopped';
    countRows(deps, taken);
    place = placeAfter(held.current.cursor, page.cursor);
    held.current = advanced;
    if ((await deps.store.sources.find(ws, key))?.version !== version) return 'changed';
  }
  return end(deps, ws, key, { held: held.current, outcome: 'completed' });
}

/** Where a turn has come to: whoever goes on `within` what is one page to the source reads again what is stored of it, `between` nothing. */
type Place = 'untouched' | 'within' | 'between';

/** Where there was no cursor, the first may be no more than the name of the beginning. */
const placeAfter = (before: Json | undefined, after: Json): Place =>
  before === undefined || isDeepStrictEqual(before, after) ? 'within' : 'between';

/** For room on the bulk lane: what would have to be read again keeps its place. */
const patienceOf = (signal: AbortSignal, place: Place, leftMs: number): Patience =>
  place === 'within' ? { signal } : { signal, mostMs: Math.max(leftMs, 0) };

function countRows({ metrics: { pulledRows } }: PullDeps, { accepted, duplicates, rejected }: PageCounts): void {
  pulledRows.inc({ outcome: 'accepted' }, accepted);
  pulledRows.inc({ outcome: 'duplicate' }, duplicates);
  pulledRows.inc({ outcome: 'rejected' }, rejected);
}

/** A refusal pauses the source and its schedule; anything else is told, and tried again by Temporal. */
async function giveWay(
  deps: PullDeps,
  ws: WorkspaceId,
  key: string,
  { held, error }: { readonly held: HeldRun; readonly error: unknown },
): Promise<PullOutcome> {
  const problem = problemOf(error, deps.clock());
  if (error instanceof SourceRefused) {
    deps.log.warn({ ws, source: key, code: problem.code }, 'a source refuses and is paused');
    return end(deps, ws, key, { held, outcome: 'refused', paused: problem });
  }
  await deps.store.pullStates.delayed(ws, key, problem);
  deps.log.warn({ ws, source: key, code: problem.code }, 'a source does not answer and is asked again');
  if (!(error instanceof SourceBusy)) throw error;
  const { retryAfterMs } = error;
  throw ApplicationFailure.create({
    type: 'SourceBusy',
    message: problem.code,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}

async function end(
  { store, clock, outbox, metrics }: PullDeps,
  ws: WorkspaceId,
  key: string,
  { held, ...how }: { readonly held: HeldRun; readonly outcome: PullOutcome; readonly paused?: PullProblem },
): Promise<PullOutcome> {
  const now = clock();
  const owed = await inTransaction(store.connection, async (session) => {
    await store.pullStates.end(ws, key, held, { ...how, now }, session);
    return how.paused ? store.outbox.add(ws, [{ kind: 'pull-schedule', source: key }], now, session) : [];
  });
  metrics.pullsEnded.inc({ outcome: how.outcome });
  await outbox.carryOut(owed);
  return how.outcome;
}

/** Messages of drivers may quote values; those of our own do not. */
function problemOf(error: unknown, at: number): PullProblem {
  if (error instanceof SourceRefused || error instanceof SourceBusy) {
    const { code, message } = error;
    return { code, message, at };
  }
  const code = error instanceof Error ? error.name : 'unknown';
  return { code, message: 'The worker could not finish the page; it is read again.', at };
}
