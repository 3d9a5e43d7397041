import { randomUUID } from 'node:crypto';
import type { JourneyDefinition } from '../src/client/types';
import type { Bench } from './bench';
import { floorQueue, startFloorWorker } from './floor/start-floor-worker';
import { inParallel, percentile } from './measure';
import type { Heddle, Rig } from './rig';
import { within } from './tenant';
import { person } from './traffic';

const atATime = 500;
const atOnce = 32;
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

/** How late runs go on of which many are due within one second, and how late as many bare workflows with the same commands do. */
export const lateness: Bench = async (rig, { dueAtOnce }) => {
  const heddle = await rig.start();
  const late = await latenessOfRuns(heddle, dueAtOnce);
  const floor = await latenessOfFloor(rig, heddle, dueAtOnce);
  const name = `timer lateness, ${dueAtOnce.toLocaleString('en')} due in one second`;
  const compared = (share: number) => {
    const [value, least] = [percentile(late, share), percentile(floor, share)];
    return { value, unit: 's', floor: least, ratio: least / value };
  };
  return [
    { name: `${name}: p99`, ...compared(0.99), note: 'asked: 2 s' },
    { name: `${name}: p50`, ...compared(0.5) },
  ];
};

/** In seconds, by the clock of Temporal: when its workflow was given its turn. */
async function latenessOfRuns(heddle: Heddle, dueAtOnce: number): Promise<number[]> {
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
  return found.map(({ endedAt, entry }) => (endedAt - Date.parse(entry.properties.at)) / 1_000);
}

/** The same of bare workflows. */
async function latenessOfFloor(rig: Rig, heddle: Heddle, dueAtOnce: number): Promise<number[]> {
  const { temporal } = heddle;
  const worker = await startFloorWorker(rig, heddle);
  try {
    const second = Date.now() + 15_000 + dueAtOnce * msToEnterOne;
    const numbers = Array.from({ length: dueAtOnce }, (_, index) => index);
    const ids = numbers.map(() => `floor/${randomUUID()}`);
    await inParallel(ids, atOnce, (workflowId, index) =>
      temporal.workflow.start('floorTimer', { workflowId, taskQueue: floorQueue, args: [second + (index % 1_000)] }),
    );
    if (Date.now() > second - 1_000) throw new Error('Starting took longer than foreseen: ask for fewer runs.');
    const late: number[] = [];
    await inParallel(ids, dueAtOnce, async (id) => {
      late.push(Number(await temporal.workflow.getHandle(id).result()) / 1_000);
    });
    return late;
  } finally {
    await worker.stop();
  }
}
