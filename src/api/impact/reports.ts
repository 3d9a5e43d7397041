import { audienceDays, dayMs, dayOf } from '../../domain/impact/audience-days';
import { dwellsOf, funnelOf } from '../../domain/impact/funnel';
import { compareVariants } from '../../domain/impact/experiment';
import { holdoutArms } from '../../domain/journeys/journey-holdout';
import { goalResults } from '../../domain/impact/goals';
import { latencyOf } from '../../domain/impact/latency';
import { countRuns, exitReasons } from '../../domain/impact/runs';
import { reasonsOf, statesOf } from '../../domain/impact/states';
import type { WorkspaceId } from '../../domain/ids';
import { own } from '../../domain/json';
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
export async function journeyReport(store: Store, asked: Asked) {
  const { ws, key, from } = asked;
  const [funnel, rows] = await Promise.all([
    funnelReport(store, asked),
    store.impact.deliveries.states(ws, from, { journey: key }),
  ]);
  return { ...funnel, deliveries: { ...statesOf(rows), reasons: reasonsOf(rows) } };
}

type FunnelAsked = Pick<Asked, 'ws' | 'key' | 'from'> & { readonly version?: number | undefined };

/** Who entered since `from`, how far they came and how they ended, step by step, and the goals they reached. */
export async function funnelReport(store: Store, { ws, key, from, version }: FunnelAsked) {
  const { journeys } = store.impact;
  const [runs, visits, conversions, sample, versions] = await Promise.all([
    journeys.runs(ws, key, from, version),
    journeys.visits(ws, key, from, version),
    journeys.conversions(ws, key, from, version),
    journeys.sample(ws, key, from, version),
    store.journeys.versions(ws, key),
  ]);
  const shown = version === undefined ? versions[0] : versions.find((one) => one.version === version);
  const { steps = {}, goals = [], holdout } = shown?.definition ?? {};
  const counted = countRuns(runs);
  return {
    ...counted,
    exited: exitReasons(runs),
    steps: funnelOf(Object.keys(steps), visits, dwellsOf(sample)).map(({ step, ...figures }) => {
      const type = own(steps, step)?.type;
      return { step, ...(type !== undefined && { type }), ...figures };
    }),
    goals: goalResults(
      goals.map((goal) => goal.key),
      conversions,
      counted.entered,
      sample,
    ),
    ...(holdout && { holdout: { ...holdout, goals: await holdoutReport(store, { ws, key, from, version }, goals) } }),
  };
}

/** What those who were sent did, against what those did who would have been: goal by goal. */
async function holdoutReport(
  store: Store,
  { ws, key, ...runs }: FunnelAsked,
  goals: readonly { readonly key: string }[],
) {
  return Promise.all(
    goals.map(async (goal) => {
      const arms = await store.impact.journeys.arms(ws, key, { goal: goal.key, ...runs });
      const { variants, contaminated, sampleRatio, verdict } = compareVariants(holdoutArms, arms);
      const compared = variants.map(({ variant: arm, exposed, converted, rate, against }) => ({
        ...{ arm, exposed, converted, rate },
        ...(against && { against }),
      }));
      return { goal: goal.key, arms: compared, contaminated, ...(sampleRatio && { sampleRatio }), verdict };
    }),
  );
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
