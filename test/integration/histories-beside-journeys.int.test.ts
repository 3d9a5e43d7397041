import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { poll } from '../../src/local/poll';
import { fastForward } from '../../src/testing/fast-forward';
import { ringSignal, type WorkflowName } from '../../src/temporal-names';
import { keepHistory } from './histories';
import { needed } from './journey-harness';

type Answers = readonly unknown[];

let client: Client;
let native: NativeConnection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = needed('HEDDLE_TEST_TEMPORAL_ADDRESS');
  client = new Client({ connection: await Connection.connect({ address }) });
  native = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await client.connection.close();
  await native.close();
});

/** Each activity answers what is next in its list, and after that nothing until it is let go. */
function scripted(answers: Readonly<Record<string, Answers>>) {
  let letGo: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (letGo = resolve));
  const named = Object.entries(answers).map(([name, list]) => {
    const left = [...list];
    return [name, async () => (left.length > 0 ? left.shift() : over)] as const;
  });
  return { activities: Object.fromEntries(named), letGo };
}

interface Scene {
  readonly type: WorkflowName;
  readonly args?: object;
  readonly answers: Readonly<Record<string, Answers>>;
  /** What happens to it while it runs. */
  readonly play?: (workflowId: string) => Promise<void>;
  /** How many activities have been asked for by then; without it, it ends. */
  readonly until?: number;
}

const count = async (workflowId: string, kind: string): Promise<number> => {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter(({ eventType }) => Number(eventType) === kinds[kind]).length;
};
const kinds: Readonly<Record<string, number>> = { activity: 10, timer: 17 };
async function reaches(workflowId: string, kind: string, nth: number): Promise<void> {
  const isThere = async () => ((await count(workflowId, kind)) >= nth ? true : undefined);
  if (!(await poll(isThere, { forMs: 20_000 }))) throw new Error(`Gave up waiting for ${kind} number ${nth}.`);
}
const ring = (workflowId: string) => client.workflow.getHandle(workflowId).signal(ringSignal);

const scenes: Readonly<Record<string, Scene>> = {
  'intake-rung': {
    type: 'intake',
    args: { ws: 'ws_1', partition: 3 },
    answers: { applyEvents: [{ hasMore: true }, { hasMore: false }] },
    play: async (id) => {
      await reaches(id, 'activity', 2);
      await ring(id);
    },
    until: 3,
  },
  'clock-ticking': { type: 'clock', args: { from: 0, to: 1024 }, answers: { tick: [null, null] }, until: 3 },
  'backfill-twice': {
    type: 'backfill',
    answers: { backfillProfiles: [7, 7], finishBackfill: [null] },
    play: async (id) => {
      await reaches(id, 'timer', 1);
      await fastForward(client, id, 61_000);
    },
  },
  'sync-retried-and-rung': {
    type: 'sync',
    args: { ws: 'ws_1', audience: 'vip', destination: 'crm' },
    answers: { syncMembers: [{ label: 'busy', resumeInMs: 60_000 }, { label: 'in step' }] },
    play: async (id) => {
      await reaches(id, 'timer', 1);
      await fastForward(client, id, 60_000);
      await reaches(id, 'activity', 2);
      await ring(id);
    },
    until: 3,
  },
  'operation-in-turns': {
    type: 'operation',
    args: { ws: 'ws_1', id: 'op_1' },
    answers: {
      runOperation: [
        { kind: 'import', status: 'running', progress: { done: 1, total: 2 } },
        { kind: 'import', status: 'completed', progress: { done: 2, total: 2 } },
      ],
    },
  },
  'pull-in-turns': {
    type: 'pull',
    args: { ws: 'ws_1', source: 'shop' },
    answers: { pullSource: ['waits', 'goes-on', 'done'] },
    play: async (id) => {
      await reaches(id, 'timer', 1);
      await fastForward(client, id, 1_000);
    },
  },
  'destination-test': { type: 'destinationTest', answers: { testDestination: [{ ok: true }] } },
  'source-test': { type: 'sourceTest', answers: { testSource: [null] } },
  // The beginning of a run that went on as new: told what to do, it does not ask.
  'enrollment-went-on': {
    type: 'enrollment',
    args: {
      ...{ ws: 'ws_1', enrollment: 'enr_1' },
      resume: { do: 'wait', dueAt: 4_102_444_800_000, label: 'rest: waits 1d', details: 'Waits.' },
    },
    answers: { advance: [{ do: 'exit', reason: 'completed' }] },
    play: async (id) => {
      await reaches(id, 'timer', 1);
      await client.workflow.getHandle(id).signal('wake');
    },
  },
};

/** Plays a scene to where it ends, or to where it has asked for so many activities, and looks at it there. */
async function play(
  name: string,
  { type, args = { ws: 'ws_1' }, answers, play: act, until }: Scene,
  look: (workflowId: string) => Promise<void>,
): Promise<void> {
  const taskQueue = `histories-${randomUUID().slice(0, 8)}-journeys`;
  const workflowBundle = { codePath: needed('HEDDLE_TEST_WORKFLOW_BUNDLE') };
  const { activities, letGo } = scripted(answers);
  const worker = await Worker.create({
    ...{ connection: native, namespace: 'default', taskQueue, workflowBundle, activities },
  });
  const workflowId = `history/${name}/${randomUUID()}`;
  const handle = await client.workflow.start(type, { workflowId, taskQueue, args: [args] });
  await worker.runUntil(async () => {
    await act?.(workflowId);
    await (until === undefined ? handle.result() : reaches(workflowId, 'activity', until));
    await look(workflowId);
    if (until !== undefined) await handle.terminate();
    letGo();
  });
}

describe('a workflow beside journeys', () => {
  it.each(Object.entries(scenes))('%s runs on a real Temporal, and replays', (name, scene) =>
    play(name, scene, async (workflowId) => {
      const workflowBundle = { codePath: needed('HEDDLE_TEST_WORKFLOW_BUNDLE') };
      const history = await client.workflow.getHandle(workflowId).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
      await keepHistory(client, name, workflowId);
    }),
  );
});
