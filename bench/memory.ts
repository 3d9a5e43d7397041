import type { Bench } from './bench';
import { within } from './tenant';
import { person, sleeper } from './traffic';
import { megabytesOf } from './meter';

const rounds = 8;
/** Until caches are full, memory grows. */
const warmUp = 2;
const atATime = 500;

/** What the worker keeps after rounds of new runs, none of which ends: its cache of workflows is bounded, so its memory ought to be. */
export const memory: Bench = async (rig, { enrollments }) => {
  const heddle = await rig.start();
  const { ws, client } = await heddle.createTenant();
  await client.journeys.put('sleeper', sleeper);
  await client.journeys.publish('sleeper');
  const runs = heddle.store.connection.db.collection('enrollments');
  const perRound = Math.ceil(enrollments / rounds);
  const after: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (let start = 0; start < perRound; start += atATime) {
      const count = Math.min(atATime, perRound - start);
      const from = round * perRound + start;
      const events = Array.from({ length: count }, (_, index) => ({
        ...{ type: 'track' as const, event: 'Fell Asleep', ...person(from + index) },
      }));
      await client.events.batch(events);
      const asleep = { ws, journey: 'sleeper', status: 'active', step: 'sleep' };
      await within('the runs to sleep', async () => (await runs.countDocuments(asleep)) === from + count, {
        everyMs: 200,
      });
    }
    after.push(megabytesOf(heddle.pids['worker'] ?? 0));
  }
  const [first = 0] = after.slice(warmUp);
  const grown = (after.at(-1) ?? 0) - first;
  const perThousand = (grown * 1_000) / (perRound * (rounds - warmUp - 1));
  return [
    {
      name: `worker memory, grown by each thousand runs that sleep`,
      ...{ value: perThousand, unit: 'MB', target: 5 },
      note: `resident after each of ${rounds} rounds of ${perRound}: ${after.join(', ')} MB`,
    },
  ];
};
