import { mongoCommand } from '../../../src/testing/fault-proxy';
import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { counting, expectEachAppliedOnce, recoveryMs, Scene, type TestEvent } from './scene';

jest.setTimeout(2 * recoveryMs);
let heddle: Processes;
let scene: Scene;
beforeAll(async () => {
  heddle = await startProcesses({ workers: 2, env: { HEDDLE_INTAKE_BATCH: '20' } });
});
afterAll(() => heddle.stop());
beforeEach(async () => {
  scene = await Scene.open(heddle);
  await scene.tenant.client.audiences.put('buyers', counting('Ordered'));
});
afterEach(() => scene.close());

const order = (person: string, n: number): TestEvent => ({
  type: 'track',
  event: 'Ordered',
  messageId: `${person}-${n}`,
  userId: person,
});
const orders = (person: string, count: number, from = 0): TestEvent[] =>
  Array.from({ length: count }, (_, index) => order(person, from + index));
const idsOf = (events: readonly TestEvent[]): string[] => events.map(({ messageId }) => messageId ?? '');

const isAcknowledged = (batch: readonly TestEvent[]): Promise<boolean> =>
  scene.post(batch).then(
    ({ ok }) => ok,
    () => false,
  );

describe('an API killed during ingestion', () => {
  it('keeps what it acknowledged, and applies it once', async () => {
    const acknowledged: string[] = [];
    const senders = ['ann', 'bob', 'cyd'].map(async (person) => {
      for (let batch = 0; batch < 400; batch += 1) {
        const events = orders(person, 5, batch * 5);
        if (!(await isAcknowledged(events))) return;
        acknowledged.push(...idsOf(events));
      }
    });
    await until(async () => acknowledged.length >= 50 || undefined, 'some acknowledgements');
    await heddle.api.kill();
    await Promise.all(senders);
    await heddle.api.start();
    await heddle.settled();

    const stored = (await scene.events()).map(({ messageId }) => messageId);
    expect(stored).toEqual(expect.arrayContaining(acknowledged));
    await expectEachAppliedOnce(scene, stored, 'Ordered');
  });

  it('after storing and before acknowledging, counts the repeated request once', async () => {
    const events = orders('ann', 5);
    const trap = heddle.between.apiAndStore.hold({ says: mongoCommand('insert', 'events'), held: 'after' });
    const answer = isAcknowledged(events);
    await trap.sprung;
    await heddle.api.kill();
    expect(await answer).toBe(false);
    await heddle.api.start();
    expect(await isAcknowledged(events)).toBe(true);
    await heddle.settled();
    await expectEachAppliedOnce(scene, idsOf(events), 'Ordered');
  });
});

describe('a worker killed in the middle of applyEvents', () => {
  it.each(['before', 'after'] as const)('%s its transaction is committed, applies each event once', async (held) => {
    const events = orders('ann', 30);
    const trap = heddle.between.workersAndStore.hold({ says: 'commitTransaction', held });
    await scene.send(events);
    await trap.sprung;
    await Promise.all(heddle.workers.map((worker) => worker.kill()));
    await Promise.all(heddle.workers.map((worker) => worker.start()));
    await heddle.settled();
    await expectEachAppliedOnce(scene, idsOf(events), 'Ordered');
  });
});

describe('two workers that drain one partition at once', () => {
  it('come to the same result as one', async () => {
    // One has read its batch and stands still before its transaction; the other drains everything meanwhile.
    const trap = heddle.between.workersAndStore.hold({ says: 'startTransaction', held: 'before' });
    const events = [...orders('ann', 30), ...orders('bob', 30)];
    await scene.send(events);
    await trap.sprung;
    await heddle.temporal.workflow.start('intake', {
      workflowId: `second-intake/${scene.tenant.ws}`,
      taskQueue: 'intake',
      args: [{ ws: scene.tenant.ws, partition: 0 }],
    });
    await until(async () => !(await heddle.store.events.hasPending(scene.tenant.ws, 0)) || undefined, 'the other one');
    trap.release();
    const more = [...orders('ann', 30, 30), ...orders('bob', 30, 30)];
    await scene.send(more);
    await heddle.temporal.workflow.getHandle(`second-intake/${scene.tenant.ws}`).signal('ring');
    await heddle.settled();

    await expectEachAppliedOnce(scene, idsOf([...events, ...more]), 'Ordered');
    const profiles = await scene.profiles();
    // Sixty orders and one entry into the audience, each numbered once and in order.
    expect(profiles.map(({ seq }) => seq)).toEqual([61, 61]);
  });
});

describe('a poison event', () => {
  it('costs itself only, and says why', async () => {
    // As an older or broken writer could have left it: the fold has no identifiers to go by.
    const good = orders('ann', 6);
    const broken = { _id: `${scene.tenant.ws}:broken`, messageId: 'broken', identifiers: null };
    const trap = heddle.between.workersAndStore.hold({ says: 'startTransaction', held: 'before' });
    await scene.send(good.slice(0, 1));
    await trap.sprung;
    await scene.send(good.slice(1, 3));
    const [sample] = (await scene.events()).filter(({ state }) => state === 'pending');
    if (!sample) throw new Error('nothing is pending');
    await heddle.store.events.insertPending([{ ...sample, ...broken } as unknown as typeof sample]);
    await scene.send(good.slice(3));
    trap.release();
    await heddle.settled();

    expect(await heddle.store.deadLetters.page(scene.tenant.ws, 10)).toMatchObject([
      { stage: 'unapplied', messageId: 'broken', code: 'TypeError' },
    ]);
    expect(await heddle.store.events.byMessageId(scene.tenant.ws, 'broken')).toMatchObject({ state: 'dead' });
    const applied = (await scene.events()).filter(({ state }) => state === 'applied');
    expect(applied.map(({ messageId }) => messageId).sort()).toEqual(idsOf(good).sort());
  });
});
