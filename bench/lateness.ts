import type { JourneyDefinition } from '../src/client/types';
import type { Bench } from './bench';
import { percentile } from './measure';
import { within } from './tenant';
import { person } from './traffic';

const atATime = 500;
/** For all to enter and fall asleep: generous. */
const msToEnterOne = 25;

/** Everybody waits until the same second, each for an instant of their own in it. */
const journey: JourneyDefinition = {
  name: 'Alarm',
  entry: { on: { event: 'Alarm Set' } },
  purpose: 'service',
  start: 'sleep',
  steps: {
    sleep: { type: 'wait', until: { at: 'entry.properties.at' }, next: 'done' },
    done: { type: 'exit', reason: 'rang' },
  },
};

interface Woken {
  readonly endedAt: number;
  readonly entry: { readonly properties: { readonly at: string } };
}

/** How late runs go on of which many are due within one second. */
export const lateness: Bench = async (rig, { dueAtOnce }) => {
  const heddle = await rig.start();
  const { ws, client } = await heddle.createTenant();
  await client.journeys.put('alarm', journey);
  await client.journeys.publish('alarm');
  const runs = heddle.store.connection.db.collection<Woken>('enrollments');
  const second = Date.now() + 15_000 + dueAtOnce * msToEnterOne;
  for (let start = 0; start < dueAtOnce; start += atATime) {
    const end = Math.min(start + atATime, dueAtOnce);
    const events = Array.from({ length: end - start }, (_, index) => ({
      ...{ type: 'track' as const, event: 'Alarm Set', ...person(start + index) },
      properties: { at: new Date(second + ((start + index) % 1_000)).toISOString() },
    }));
    await client.events.batch(events);
    const asleep = { ws, journey: 'alarm', status: 'active', dueAt: { $gte: second } };
    await within('the runs to sleep', async () => (await runs.countDocuments(asleep)) === end, { everyMs: 200 });
  }
  if (Date.now() > second - 1_000) throw new Error('Falling asleep took longer than foreseen: ask for fewer runs.');
  const ended = { ws, journey: 'alarm', status: 'completed' };
  const haveEnded = async () => (await runs.countDocuments(ended)) === dueAtOnce;
  await within('the runs to end', haveEnded, { everyMs: 500, forMs: 300_000 });
  const found = await runs.find(ended).toArray();
  // By the clock of Temporal, which the end of a run is written in: when its workflow was given its turn.
  const late = found.map(({ endedAt, entry }) => (endedAt - Date.parse(entry.properties.at)) / 1_000);
  const name = `timer lateness, ${dueAtOnce.toLocaleString('en')} due in one second`;
  return [
    { name: `${name}: p99`, value: percentile(late, 0.99), unit: 's', target: 2 },
    { name: `${name}: p50`, value: percentile(late, 0.5), unit: 's' },
  ];
};
