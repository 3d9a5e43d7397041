import { mongoCommand, type Moment } from '../../../src/testing/fault-proxy';
import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { counting, recoveryMs, Scene, type TestEvent } from './scene';

jest.setTimeout(2 * recoveryMs);
let heddle: Processes;
let scene: Scene;
beforeAll(async () => {
  heddle = await startProcesses();
});
afterAll(() => heddle.stop());
beforeEach(async () => {
  scene = await Scene.open(heddle);
});
afterEach(() => scene.close());

const track = (event: string, who: Pick<TestEvent, 'userId' | 'anonymousId'>, properties = {}): TestEvent => ({
  type: 'track',
  event,
  properties,
  ...who,
});
const ann = { userId: 'ann' };
const someone = { anonymousId: 'someone' };
/** Someone turns out to be Ann. */
const merge: TestEvent = { type: 'identify', ...ann, ...someone };

const bye = { type: 'exit' as const };
const hello = { type: 'send' as const, destination: 'crm', next: 'bye' };
const greeting = { entry: { on: { event: 'Started' } }, start: 'hello', steps: { hello, bye } };
/** Greets after `Go`, or says goodbye after a time-out. */
const patient = (timeout = '1h') => ({
  entry: { on: { event: 'Started' } },
  start: 'rest',
  steps: {
    rest: { type: 'wait-for' as const, timeout, first: [{ on: { event: 'Go' }, next: 'hello' }], onTimeout: 'bye' },
    hello,
    bye,
  },
});

async function killWorkerAt(moment: Moment, cause: () => Promise<unknown>): Promise<void> {
  const trap = heddle.between.workersAndStore.hold(moment);
  await cause();
  await trap.sprung;
  await heddle.workers[0].kill();
}
const restart = () => heddle.workers[0].start();
const whenWaiting = (count: number) =>
  scene.whenRuns('patient', 'to wait', count, ({ status, waitingFor }) => status === 'active' && waitingFor.length > 0);

/** Whatever went wrong: one effect at the CRM, known by one key, and the ledger knows that it arrived. */
async function expectOneDelivery(): Promise<void> {
  expect(scene.crm.distinctIds().size).toBe(1);
  expect(await scene.deliveries()).toMatchObject([
    { status: 'delivered', idempotencyKey: [...scene.crm.distinctIds()][0] },
  ]);
}

describe('a worker killed in the middle of advance', () => {
  it.each(['before', 'after'] as const)('%s the run is written, delivers once', async (held) => {
    await scene.publish('greeting', greeting);
    const write = { says: mongoCommand('update', 'enrollments'), held };
    await killWorkerAt(write, () => scene.send([track('Started', ann)]));
    await restart();
    expect(await scene.whenEnded('greeting')).toMatchObject([{ status: 'completed' }]);
    await expectOneDelivery();
  });
});

describe('a worker killed between a commit and its outbox', () => {
  it('leaves nothing undone: runs start, destinations hear of members', async () => {
    await scene.publish('greeting', greeting);
    await scene.tenant.client.audiences.put('starters', counting('Started'));
    await scene.tenant.client.audiences.attach('starters', 'crm');
    await killWorkerAt({ says: 'commitTransaction', held: 'after' }, () => scene.send([track('Started', ann)]));
    expect(await scene.runs('greeting')).toMatchObject([{ status: 'starting' }]);
    expect(await heddle.store.outbox.depth()).toBeGreaterThan(1);

    await restart();
    expect(await scene.whenEnded('greeting')).toMatchObject([{ status: 'completed' }]);
    const [profile] = await scene.profiles();
    const members = async () =>
      scene.crm.membersOf('starters').length > 0 ? scene.crm.membersOf('starters') : undefined;
    expect(await until(members, 'the CRM to hear of the member', recoveryMs)).toEqual([profile?.id]);
    await heddle.settled();
    expect(scene.crm.sends()).toHaveLength(1);
  });
});

describe('a worker killed after a delivery has reached the destination', () => {
  it('sends again under the same key, and says so once', async () => {
    await scene.publish('greeting', greeting);
    const trap = scene.holdSend();
    await scene.send([track('Started', ann)]);
    await trap.sprung;
    await heddle.workers[0].kill();
    await restart();
    expect(await scene.whenEnded('greeting')).toMatchObject([
      { status: 'completed', path: [{ outcome: 'delivered' }, {}] },
    ]);
    expect(scene.crm.messages.length).toBeGreaterThan(1);
    await expectOneDelivery();
  });

  it('repeats a change of membership under the same key', async () => {
    await scene.tenant.client.audiences.put('starters', counting('Started'));
    await scene.tenant.client.audiences.attach('starters', 'crm');
    const trap = scene.holdSend();
    await scene.send([track('Started', ann)]);
    await trap.sprung;
    await heddle.workers[0].kill();
    await restart();
    const delivered = async () => ((await scene.deliveries())[0]?.status === 'delivered' ? true : undefined);
    await until(delivered, 'the ledger to say delivered', recoveryMs);
    const [profile] = await scene.profiles();
    expect(scene.crm.membersOf('starters')).toEqual([profile?.id]);
    await expectOneDelivery();
  });
});

describe('an event acknowledged just before the deadline of a wait', () => {
  it('wins over the time-out, however late it is applied', async () => {
    await scene.publish('patient', patient('5s'));
    await scene.send([track('Started', ann)]);
    const [{ dueAt: deadline = 0 } = {}] = await whenWaiting(1);
    const trap = heddle.between.workersAndStore.hold({ says: 'startTransaction', held: 'before' });
    await scene.send([track('Go', ann)]);
    expect(Date.now()).toBeLessThan(deadline);
    await trap.sprung;
    await scene.whenRuns('patient', 'to look after the deadline', 1, ({ dueAt = 0 }) => dueAt > deadline);
    trap.release();
    const [run] = await scene.whenEnded('patient');
    expect(run?.path.map(({ outcome }) => outcome)).toEqual(['Go', 'delivered', 'completed']);
    await expectOneDelivery();
  });
});

describe('a merge of two people who are in the same journey', () => {
  const reasons = async () => (await scene.whenEnded('patient', 2)).map(({ reason }) => reason).sort();

  it('in the middle of a batch, lets one run go on', async () => {
    await scene.publish('patient', patient());
    await scene.send([track('Started', someone), track('Started', ann), merge, track('Go', ann)]);
    expect(await reasons()).toEqual(['completed', 'merged']);
    await expectOneDelivery();
  });

  it('in the middle of a wait, lets one run go on', async () => {
    await scene.publish('patient', patient());
    await scene.send([track('Started', someone), track('Started', ann)]);
    await whenWaiting(2);
    await scene.send([merge]);
    await scene.whenRuns('patient', 'to end by the merge', 1, ({ reason }) => reason === 'merged');
    await scene.send([track('Go', someone)]);
    expect(await reasons()).toEqual(['completed', 'merged']);
    await expectOneDelivery();
  });

  it('in the middle of a send, sends nothing twice', async () => {
    await scene.publish('patient', patient());
    await scene.send([track('Started', ann)]);
    await whenWaiting(1);
    await scene.send([track('Started', someone)]);
    await whenWaiting(2);
    const trap = scene.holdSend();
    await scene.send([track('Go', someone)]);
    await trap.sprung;
    await scene.send([merge]);
    await scene.whenRuns('patient', 'to end by the merge', 1, ({ reason }) => reason === 'merged');
    trap.release();
    await scene.send([track('Go', ann)]);
    expect(await reasons()).toEqual(['completed', 'merged']);
    expect(scene.crm.messages).toHaveLength(1);
    await expectOneDelivery();
  });
});

describe('many runs of one person at once', () => {
  it('each deliver once, and none is stuck', async () => {
    await scene.publish('carts', {
      ...greeting,
      entry: { on: { event: 'Started' }, key: 'properties.cart' },
      steps: { hello: { ...hello, mapping: { cart: { from: 'entry.properties.cart' } } }, bye },
    });
    const carts = Array.from({ length: 50 }, (_, n) => `cart-${n}`);
    await scene.send(carts.map((cart) => track('Started', ann, { cart })));
    const runs = await scene.whenEnded('carts', carts.length);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['completed']));
    expect(
      scene.crm
        .sends()
        .map(({ payload }) => payload['cart'])
        .sort(),
    ).toEqual([...carts].sort());
    expect((await scene.deliveries()).map(({ status }) => status)).toEqual(carts.map(() => 'delivered'));
  });
});
