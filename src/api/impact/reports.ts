import { audienceDays, dayMs, dayOf } from '../../domain/impact/audience-days';
import { dwellsOf, funnelOf } from '../../domain/impact/funnel';
import { goalResults } from '../../domain/impact/goals';
import { latencyOf } from '../../domain/impact/latency';
import { reasonsOf, statesOf, tally } from '../../domain/impact/states';
import type { WorkspaceId } from '../../domain/ids';
import { own } from '../../domain/json';
import type { RunCount } from '../../store/impact-journeys';
import type { Store } from '../../store/store';
import { presentInstant } from '../instant';
import { checkConservation } from './conservation';

/** Whose figures, and since when; instants are epoch milliseconds. */
export interface Asked {
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly from: number;
  readonly now: number;
}

export async function destinationReport(store: Store, { ws, key, from }: Asked) {
  const [rows, settled, conservation] = await Promise.all([
    store.impact.deliveries.states(ws, from, { destination: key }),
    store.impact.deliveries.settled(ws, key, from),
    checkConservation(store, ws, from, key),
  ]);
  return {
    ...statesOf(rows),
    latency: latencyOf(settled),
    reasons: reasonsOf(rows),
    conservation: conservation.get(key) ?? { emitted: 0, ledger: 0, gap: 0 },
  };
}

/** Runs that entered in the window, wherever they have come to since; deliveries of the window. */
export async function journeyReport(store: Store, { ws, key, from }: Asked) {
  const { journeys, deliveries } = store.impact;
  const [runs, visits, conversions, sample, rows, versions] = await Promise.all([
    journeys.runs(ws, key, from),
    journeys.visits(ws, key, from),
    journeys.conversions(ws, key, from),
    journeys.sample(ws, key, from),
    deliveries.states(ws, from, { journey: key }),
    store.journeys.versions(ws, key),
  ]);
  const definition = versions[0]?.definition;
  const counted = countRuns(runs);
  const steps = definition?.steps ?? {};
  const goals = (definition?.goals ?? []).map((goal) => goal.key);
  return {
    ...counted,
    exited: tally(
      runs.filter(({ status }) => status === 'exited').map(({ reason, count }) => [reason ?? 'unstated', count]),
    ),
    steps: funnelOf(Object.keys(steps), visits, dwellsOf(sample)).map(({ step, ...figures }) => {
      const type = own(steps, step)?.type;
      return { step, ...(type !== undefined && { type }), ...figures };
    }),
    goals: goalResults(goals, conversions, counted.entered, sample),
    deliveries: { ...statesOf(rows), reasons: reasonsOf(rows) },
  };
}

export async function audienceReport(store: Store, { ws, key, from, now }: Asked) {
  const [size, edges, attachments] = await Promise.all([
    store.memberships.size(ws, key),
    store.impact.audiences.edgesByDay(ws, key, dayOf(from) * dayMs),
    store.attachments.ofAudience(ws, key),
  ]);
  const days = audienceDays({ from, to: now, size }, edges.entered, edges.exited);
  return {
    size,
    days: days.map(({ at, ...figures }) => ({ at: presentInstant(at), ...figures })),
    destinations: await Promise.all(
      attachments.map(async ({ destination, use }) => ({
        destination,
        use,
        ...(await store.syncMembers.counts(ws, key, destination)),
      })),
    ),
  };
}

/** Runs by how they stand; those that are about to start are inside. */
export function countRuns(runs: readonly RunCount[]) {
  const of = (...statuses: readonly RunCount['status'][]) =>
    runs.filter(({ status }) => statuses.includes(status)).reduce((sum, { count }) => sum + count, 0);
  return {
    entered: runs.reduce((sum, { count }) => sum + count, 0),
    active: of('starting', 'active'),
    completed: of('completed'),
    exited: of('exited'),
    failed: of('failed'),
  };
}
