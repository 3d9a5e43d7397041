import type { Bench } from './bench';
import { megabytesOf } from './meter';
import { putToSleep } from './sleeping';
import { sleeper } from './traffic';

const rounds = 8;
/** Until caches are full, memory grows. */
const warmUp = 2;

/** What the worker keeps after rounds of new runs, none of which ends: its cache of workflows is bounded, so its memory ought to be. */
export const memory: Bench = async (rig, { enrollments }) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await tenant.client.journeys.put('sleeper', sleeper);
  await tenant.client.journeys.publish('sleeper');
  const perRound = Math.ceil(enrollments / rounds);
  const after: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await putToSleep(heddle, tenant, { from: round * perRound, to: (round + 1) * perRound });
    after.push(megabytesOf(heddle.pids['worker'] ?? 0));
  }
  const perThousand = (slope(after.slice(warmUp)) * 1_000) / perRound;
  return [
    {
      name: `worker memory, grown by each thousand runs that sleep`,
      ...{ value: perThousand, unit: 'MB', target: 5 },
      note: `resident after each of ${rounds} rounds of ${perRound}: ${after.join(', ')} MB`,
    },
  ];
};

/** Of the line that fits best: by how much a value is more than the one before it. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const rise = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  return rise / values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
}
