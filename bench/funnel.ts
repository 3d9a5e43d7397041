import type { EnrollmentDoc } from '../src/store/enrollments';
import { profileId, enrollmentId, subjectOf, type WorkspaceId } from '../src/domain/ids';
import type { JourneyDefinition } from '../src/client/types';
import type { Bench } from './bench';
import { alternately, summary } from './measure';

const samples = 5;
const atATime = 1_000;
/** One in so many is still inside. */
const oneIn = 4;
const hourMs = 3_600_000;

const journey: JourneyDefinition = {
  name: 'Onboarding',
  entry: { on: { event: 'Signed Up' } },
  purpose: 'service',
  start: 'settle',
  steps: {
    settle: { type: 'wait', for: '1h', next: 'look' },
    look: { type: 'wait', for: '1h', next: 'rest' },
    rest: { type: 'wait', for: '30d', next: 'done' },
    done: { type: 'exit', reason: 'rested' },
  },
};

/** `GET /v1/journeys/{key}/funnel` of a journey that many have walked, beside a bare scan that counts the same runs. */
export const funnel: Bench = async (rig, { profiles }) => {
  const heddle = await rig.start(['api']);
  const { ws, client } = await heddle.createTenant();
  await client.journeys.put('onboarding', journey);
  await client.journeys.publish('onboarding');
  const runs = heddle.store.connection.db.collection<EnrollmentDoc>('enrollments');
  const now = Date.now();
  for (let from = 0; from < profiles; from += atATime) {
    const count = Math.min(atATime, profiles - from);
    await runs.insertMany(Array.from({ length: count }, (_, at) => walked(ws, from + at, now)));
  }
  const ask = async () => {
    const { entered } = await client.journeys.funnel('onboarding');
    if (entered !== profiles) throw new Error(`The funnel counts ${entered} runs of ${profiles}.`);
  };
  const scan = () =>
    runs.aggregate([{ $match: { ws, journey: 'onboarding' } }, { $project: { path: 1 } }, { $count: 'n' }]).toArray();
  const pairs = await alternately(
    samples,
    () => secondsOf(ask),
    () => secondsOf(scan),
  );
  const name = `funnel of ${profiles.toLocaleString('en')} runs, median of ${samples}`;
  const { value, floor, ratio } = summary(pairs);
  return [{ name, value, unit: 's', floor, ratio: 1 / ratio, note: 'the floor reads their paths, and counts them' }];
};

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}

/** Somebody's run as it stands after three steps, or has ended after four. */
function walked(ws: WorkspaceId, number: number, now: number): EnrollmentDoc {
  const profile = profileId(`prf_${number}`);
  const at = now - 24 * hourMs;
  const hasEnded = number % oneIn !== 0;
  const visit = (step: string, hour: number, outcome?: string) => ({
    ...{ step, visit: 1, at: at + hour * hourMs },
    ...(outcome !== undefined && { outcome }),
  });
  const passed = [visit('settle', 0, 'timeout'), visit('look', 1, 'timeout')];
  return {
    ...{ _id: `${ws}:enr_${number}`, ws, id: enrollmentId(`enr_${number}`), journey: 'onboarding', version: 1 },
    ...{ profile, subject: subjectOf(ws, profile), entryKey: '', n: number, rev: 4, visit: 1, visits: {}, steps: {} },
    ...{ arrivedAt: at, enteredAt: at, waitingFor: [], conversions: [], cursor: { seq: number, at } },
    entry: { at, name: 'Signed Up', messageId: `m${number}`, properties: { plan: `plan-${number}` } },
    ...(hasEnded
      ? { status: 'completed', step: 'done', reason: 'rested', endedAt: at + 3 * hourMs }
      : { status: 'active', step: 'rest', dueAt: now + 24 * hourMs }),
    path: hasEnded
      ? [...passed, visit('rest', 2, 'timeout'), visit('done', 3, 'rested')]
      : [...passed, visit('rest', 2)],
  } as unknown as EnrollmentDoc;
}
