import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { counting, expectEachAppliedOnce, recoveryMs, Scene, type TestEvent } from './scene';

jest.setTimeout(2 * recoveryMs);
let heddle: Processes;
let scene: Scene;
beforeAll(async () => {
  heddle = await startProcesses();
});
afterAll(() => heddle.stop());
beforeEach(async () => {
  scene = await Scene.open(heddle);
  await scene.tenant.client.audiences.put('buyers', counting('Ordered'));
  await scene.publish('thanks', {
    entry: { on: { event: 'Ordered' }, key: 'properties.n' },
    start: 'thank',
    steps: { thank: { type: 'send', destination: 'crm', mapping: { n: { from: 'entry.properties.n' } } } },
  });
});
afterEach(() => scene.close());

const order = (n: number): TestEvent => ({
  type: 'track',
  event: 'Ordered',
  messageId: `order-${n}`,
  userId: `person-${n % 3}`,
  properties: { n },
});
const numbers = () => scene.crm.sends().map(({ payload }) => Number(payload['n']));

/** Everything that was acknowledged came to its end, and nothing came twice. */
async function expectEverythingOnce(orders: readonly number[]): Promise<void> {
  await scene.whenEnded('thanks', orders.length);
  await heddle.settled();
  await expectEachAppliedOnce(
    scene,
    orders.map((n) => `order-${n}`),
    'Ordered',
  );
  expect(scene.crm.distinctIds().size).toBe(orders.length);
  expect(new Set(numbers())).toEqual(new Set(orders));
}

describe('Temporal away for fifteen seconds', () => {
  it('lets ingestion go on acknowledging, and everything catches up', async () => {
    const { allAndTemporal } = heddle.between;
    const orders = [0];
    await scene.send([order(0)]);
    await scene.whenEnded('thanks', 1);
    const endsAt = Date.now() + 15_000;
    allAndTemporal.cut();
    const sendOne = async () => {
      const n = orders.length;
      if (n <= 20) {
        await expect(scene.send([order(n)])).resolves.toMatchObject({ accepted: 1 });
        orders.push(n);
      }
      return n > 20 && Date.now() >= endsAt ? true : undefined;
    };
    await until(sendOne, 'fifteen seconds to pass');
    allAndTemporal.restore();
    await expectEverythingOnce(orders);
  });
});

describe('MongoDB away', () => {
  const post = (n: number) => scene.post([order(n)]);

  it('is told to senders and to whoever asks for readiness, and passes by itself', async () => {
    const { apiAndStore, workersAndStore } = heddle.between;
    expect((await post(0)).status).toBe(200);
    apiAndStore.cut();
    workersAndStore.cut();
    const refused = await post(1);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ type: 'urn:heddle:problem:unavailable' });
    const readiness = await fetch(`${heddle.url}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toEqual({ status: 'not ready', checks: { mongodb: 'failed' } });
    expect((await fetch(`${heddle.url}/healthz`)).status).toBe(200);

    apiAndStore.restore();
    workersAndStore.restore();
    await until(async () => ((await fetch(`${heddle.url}/readyz`)).ok ? true : undefined), 'readiness', recoveryMs);
    expect((await post(1)).status).toBe(200);
    await expectEverythingOnce([0, 1]);
  });
});
