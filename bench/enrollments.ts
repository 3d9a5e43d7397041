import { randomUUID } from 'node:crypto';
import type { JourneyDefinition } from '../src/client/types';
import { startWebhookTwin } from '../src/twins/webhook-twin';
import type { Bench } from './bench';
import { floorQueue, startFloorWorker } from './floor/start-floor-worker';
import { ring } from './floor/floor-workflow';
import { alternately, inParallel, metered, rateOf, summary } from './measure';
import type { Heddle } from './rig';
import { within, type Tenant } from './tenant';
import { person } from './traffic';

const rounds = 3;
const runs = 100;
const atOnce = 32;
const secret = 'whsec_YmVuY2htYXJrLXNlY3JldC1vZi0zMi1ieXRlcy0xMjM0NQ==';

/** Start → a signal → an activity → end: wait for an event, deliver a message, exit. */
const journey: JourneyDefinition = {
  name: 'Answer',
  entry: { on: { event: 'Asked' }, reentry: { again: 'always' } },
  start: 'listen',
  steps: {
    listen: {
      type: 'wait-for',
      timeout: '7d',
      first: [{ on: { event: 'Answered' }, next: 'tell' }],
      onTimeout: 'silent',
    },
    tell: { type: 'send', destination: 'hook', mapping: { template: 'thanks' }, next: 'done' },
    done: { type: 'exit', reason: 'answered' },
    silent: { type: 'exit', reason: 'silent' },
  },
};
const journeySteps = 3;

/** Whole runs per second, against a bare workflow with one signal and one activity on the same Temporal, and against one with the same commands. */
export const enrollments: Bench = async (rig) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  const twin = await startWebhookTwin({ secret });
  const floorWorker = await startFloorWorker(rig, heddle);
  try {
    const secrets = { signingSecret: secret };
    await tenant.client.destinations.put('hook', {
      type: 'webhook',
      name: 'Hook',
      settings: { url: twin.hook },
      secrets,
    });
    await tenant.client.journeys.put('answer', journey);
    await tenant.client.journeys.publish('answer');
    const run = metered(heddle, runs, () => rateOf(runs, () => throughTheJourney(heddle, tenant)));
    const floor = (workflow: string) => () => rateOf(runs, () => throughTheFloor(heddle, workflow));
    const [bare, commands] = [floor('floorWorkflow'), floor('floorCommands')];
    await bare();
    const pairs = await alternately(rounds, run.rate, bare);
    await commands();
    const same = await alternately(rounds, run.rate, commands);
    const events = await historyEventsPerStep(heddle, tenant);
    return [
      {
        name: 'enrollments: start → signal → activity → end',
        unit: 'per s',
        ...summary(pairs),
        target: 0.6,
        usage: run.usage(),
      },
      {
        name: 'enrollments: the same against a bare workflow with the same commands',
        unit: 'per s',
        ...summary(same),
        target: 0.7,
      },
      { name: 'history events per journey step', value: events, unit: 'events', target: 12 },
    ];
  } finally {
    await floorWorker.stop();
    await twin.close();
  }
};

async function throughTheJourney({ store }: Heddle, { ws, client }: Tenant): Promise<void> {
  const all = store.connection.db.collection<{ ws: string; status: string; step: string }>('enrollments');
  const standing = (status: string) => async () =>
    (await all.countDocuments({ ws, journey: 'answer', status, ...(status === 'active' && { step: 'listen' }) })) ===
    expected(status);
  const ended = await all.countDocuments({ ws, status: 'completed' });
  const expected = (status: string) => (status === 'active' ? runs : ended + runs);
  const tell = (event: string) =>
    client.events.batch(
      Array.from({ length: runs }, (_, index) => ({ type: 'track' as const, event, ...person(index) })),
    );
  await tell('Asked');
  await within('the runs to listen', standing('active'));
  await tell('Answered');
  await within('the runs to end', standing('completed'));
}

async function throughTheFloor({ temporal }: Heddle, workflow: string): Promise<void> {
  const ids = Array.from({ length: runs }, () => `floor/${randomUUID()}`);
  await inParallel(ids, atOnce, (workflowId) =>
    temporal.workflow.start(workflow, { workflowId, taskQueue: floorQueue, args: [] }),
  );
  await inParallel(ids, atOnce, (id) => temporal.workflow.getHandle(id).signal(ring));
  await inParallel(ids, runs, (id) => temporal.workflow.getHandle(id).result());
}

async function historyEventsPerStep({ temporal, store }: Heddle, { ws }: Tenant): Promise<number> {
  const [run] = await store.enrollments.ofJourney(ws, 'answer', 1);
  if (!run) throw new Error('No run of the journey is stored.');
  const { events } = await temporal.workflow.getHandle(run.workflowId).fetchHistory();
  return (events?.length ?? 0) / journeySteps;
}
