import { dayMs } from '../../domain/duration';
import { audienceDays, dayOf } from '../../domain/impact/audience-days';
import { dwellsOf, funnelOf, stuckAfterMs } from '../../domain/impact/funnel';
import { compareVariants } from '../../domain/impact/experiment';
import { holdoutArms } from '../../domain/journeys/journey-holdout';
import { goalResults } from '../../domain/impact/goals';
import { latencyOf } from '../../domain/impact/latency';
import { countRuns, exitReasons } from '../../domain/impact/runs';
import { reasonsOf, statesOf } from '../../domain/impact/states';
import type { WorkspaceId } from '../../domain/ids';
import { own } from '../../domain/json';
import type { Step } from '../../domain/journeys/journey.schema';
import type { JourneyVersion } from '../../store/journeys';
import type { RunsAsked } from '../../store/runs-filter';
import type { Store } from '../../store/store';
import { presentInstant } from '../instant';
import { invalidRequest } from '../problem';
import { checkConservation } from './conservation';

/** Whose figures, and since when; instants are epoch milliseconds. */
export interface Asked {
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly from: number;
  readonly now: number;
}

/** Of a journey, too: the runs of one version, or of those who have one variant of an experiment, as `experiment:variant`. */
export interface RunsQuestion extends Asked {
  readonly version?: number | undefined;
  readonly variant?: string | undefined;
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
export async function journeyReport(store: Store, asked: RunsQuestion) {
  const { ws, key, from, version } = asked;
  const [funnel, rows] = await Promise.all([
    funnelReport(store, asked),
    store.impact.deliveries.states(ws, from, { journey: key, ...(version !== undefined && { version }) }),
  ]);
  return { ...funnel, deliveries: { ...statesOf(rows), reasons: reasonsOf(rows) } };
}

/** Who entered since `from`, how far they came and how they ended, step by step, and the goals they reached. */
export async function funnelReport(store: Store, { ws, key, from, now, version, variant }: RunsQuestion) {
  const { journeys, freshness } = store.impact;
  const versions = await store.journeys.versions(ws, key);
  const asked = { from, version, variant: variant === undefined ? undefined : readVariant(versions, variant) };
  // One after another: each reads every run of a large journey, and has its own ten seconds.
  const visits = await journeys.visits(ws, key, asked);
  const runs = await journeys.runs(ws, key, asked);
  const conversions = await journeys.conversions(ws, key, asked);
  const sample = await journeys.sample(ws, key, asked);
  const stuck = await freshness.stuck(ws, key, asked, now - stuckAfterMs);
  const shown = version === undefined ? versions[0] : versions.find((one) => one.version === version);
  const { steps = {}, goals = [], holdout } = shown?.definition ?? {};
  const counted = countRuns(runs);
  return {
    ...counted,
    exited: exitReasons(runs),
    steps: funnelOf(Object.keys(steps), visits, dwellsOf(sample), stuck).map(({ step, ...figures }) => {
      const type = own(steps, step)?.type;
      return { step, ...(type !== undefined && { type }), ...figures };
    }),
    goals: goalResults(
      goals.map((goal) => goal.key),
      conversions,
      counted.entered,
      sample,
    ),
    ...(holdout && { holdout: { ...holdout, goals: await holdoutReport(store, { ws, key }, asked, goals) } }),
  };
}

/** What those who were sent did, against what those did who would have been: goal by goal. */
async function holdoutReport(
  store: Store,
  { ws, key }: Pick<Asked, 'ws' | 'key'>,
  runs: RunsAsked,
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

/** Where the experiment is split, in whatever version; what is no variant of the journey has no figures. */
function readVariant(versions: readonly JourneyVersion[], asked: string): NonNullable<RunsAsked['variant']> {
  const [experiment, outcome = '', ...more] = asked.split(':');
  const isAsked = (step: Step): boolean =>
    step.type === 'split' && step.experiment === experiment && step.variants.some(({ key }) => key === outcome);
  const steps = versions.flatMap(({ definition }) =>
    Object.entries(definition.steps).flatMap(([id, step]) => (isAsked(step) ? [id] : [])),
  );
  if (steps.length > 0 && more.length === 0) return { steps: [...new Set(steps)], outcome };
  const message = 'No version of the journey splits by this. Write "experiment:variant", as a split step has them.';
  throw invalidRequest(message, [{ in: 'query', pointer: '/variant', message }]);
}
