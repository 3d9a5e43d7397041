import type { SendingPolicy } from '../../src/domain/delivery/sending-policy.schema';
import type { JsonObject } from '../../src/domain/json';
import { inTransaction } from '../../src/store/open-store';
import type { DeliveryDoc } from '../../src/store/deliveries';
import { until } from '../../src/testing/system';
import { journey, JourneyHarness } from './journey-harness';

const hour = 3_600_000;
const day = 24 * hour;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const mail: JsonObject = { type: 'send', destination: 'crm' };

const set = (policy: SendingPolicy): Promise<void> =>
  inTransaction(harness.store.connection, (session) =>
    harness.store.workspaces.setSending(harness.ws, { policy, version: 1 }, session),
  );

/** Local times in UTC that many hours from now. */
const inHours = (hours: number): string => new Date(Date.now() + hours * hour).toISOString().slice(11, 16);
const quietNow = (then: 'delay' | 'skip'): SendingPolicy => ({
  quietHours: { from: inHours(-1), to: inHours(2), then },
});

const ledger = (journeyKey: string): Promise<DeliveryDoc[]> =>
  harness.store.deliveries.page(harness.ws, { journey: journeyKey }, 100);
const stateOf = ({ status, reason }: DeliveryDoc): string => (reason === undefined ? status : `${status} ${reason}`);
const states = async (journeyKey: string): Promise<string[]> => (await ledger(journeyKey)).map(stateOf);
const stands = (journeyKey: string, ...wanted: string[]) =>
  until(
    async () => (String(await states(journeyKey)) === String(wanted) ? true : undefined),
    `${journeyKey} has ${wanted.join(', ')}`,
    20_000,
  );

/** Its delivery is held a moment before the workflow waits. */
const asleep = (workflowId: string) => harness.kindsUntil(workflowId, 'EVENT_TYPE_TIMER_STARTED', 1);

async function begin(key: string, of: JsonObject = {}): Promise<string> {
  await harness.publish(journey(key, { mail }, of));
  await harness.happen('Cart Started');
  const [run] = await harness.until(key, (runs) => runs.length === 1, 'the run has begun');
  return run!.workflowId;
}

describe('quiet hours', () => {
  it('hold a send until they are over, with the reason on its delivery and on the workflow', async () => {
    await set(quietNow('delay'));
    const workflowId = await begin('night');
    await stands('night', 'held quiet-hours');
    expect(harness.destination.got).toEqual([]);
    await asleep(workflowId);
    expect((await harness.history(workflowId)).text).toContain('mail: held: quiet-hours');
    await harness.fastForward(workflowId, 3 * hour);
    await harness.ended('night');
    await harness.keepHistory('enrollment-held', workflowId);
    expect(await states('night')).toEqual(['delivered']);
    expect(harness.destination.got).toHaveLength(1);
  });

  it('withhold it where the policy says so, and the journey goes on as the step says', async () => {
    await set(quietNow('skip'));
    await begin('skipped');
    expect((await harness.ended('skipped'))[0]).toMatchObject({ status: 'completed' });
    expect(await states('skipped')).toEqual(['withheld quiet-hours']);
  });

  it('are those of where the person lives', async () => {
    await set({ quietHours: { from: inHours(-1), to: inHours(2), then: 'delay' } });
    await harness.happen('identify', {}, { kind: 'identify', traits: { timezone: 'Pacific/Kiritimati' } });
    await begin('far-away');
    await harness.ended('far-away');
    expect(await states('far-away')).toEqual(['delivered']);
  });

  it('do not hold what is transactional', async () => {
    await set({ ...quietNow('delay'), caps: [{ max: 1, per: '7d', then: 'skip' }] });
    const purpose = { key: 'receipts', name: 'Receipts', whenUnset: 'deny', transactional: true } as const;
    await inTransaction(harness.store.connection, (session) =>
      harness.store.purposes.save(harness.ws, purpose, Date.now(), session),
    );
    for (const key of ['receipt', 'receipt-too']) {
      await begin(key, { purpose: 'receipts' });
      await harness.ended(key);
      expect(await states(key)).toEqual(['delivered']);
    }
  });

  it('are over at once when the policy says no more of them: within an hour', async () => {
    await set(quietNow('delay'));
    const workflowId = await begin('lifted');
    await stands('lifted', 'held quiet-hours');
    await asleep(workflowId);
    await set({});
    await harness.fastForward(workflowId, hour);
    await harness.ended('lifted');
    expect(await states('lifted')).toEqual(['delivered']);
  });
});

describe('what is asked again when a held send may go', () => {
  const holdUntilLater = async (key: string, of: JsonObject = {}): Promise<string> => {
    await set(quietNow('delay'));
    const workflowId = await begin(key, of);
    await stands(key, 'held quiet-hours');
    await asleep(workflowId);
    return workflowId;
  };

  it('is consent', async () => {
    const workflowId = await holdUntilLater('consent');
    const consent = { records: { marketing: { status: 'denied' } } };
    await harness.happen('identify', {}, { kind: 'identify', context: { consent } });
    await harness.fastForward(workflowId, 3 * hour);
    await harness.ended('consent');
    expect(await states('consent')).toEqual(['withheld consent']);
  });

  it('is the suppression lists', async () => {
    const workflowId = await holdUntilLater('suppressed');
    const entry = { identifier: { type: 'user_id', value: 'u1' }, scope: 'everything', reason: 'manual' } as const;
    await inTransaction(harness.store.connection, (session) =>
      harness.store.suppressions.save(harness.ws, [{ ...entry, at: Date.now(), source: 'test' }], session),
    );
    await harness.fastForward(workflowId, 3 * hour);
    await harness.ended('suppressed');
    expect(await states('suppressed')).toEqual(['withheld suppressed']);
  });

  it('is a cap', async () => {
    const workflowId = await holdUntilLater('capped-later');
    await set({ caps: [{ max: 1, per: '7d', then: 'skip' }] });
    await begin('first');
    await harness.ended('first');
    await harness.fastForward(workflowId, 3 * hour);
    await harness.ended('capped-later');
    expect(await states('capped-later')).toEqual(['withheld cap']);
  });

  it('is whether the run has ended: an exit wins', async () => {
    await holdUntilLater('left', { exits: [{ on: { event: 'Order Completed' }, reason: 'purchased' }] });
    await harness.happen('Order Completed');
    await harness.ended('left');
    expect(await states('left')).toEqual(['withheld exited']);
    expect(harness.destination.got).toEqual([]);
  });
});

describe('a cap', () => {
  it('lets one of two journeys send to a person, and the other when a place is free', async () => {
    await set({ caps: [{ max: 1, per: '1d', then: 'delay' }] });
    for (const key of ['one', 'two']) await harness.publish(journey(key, { mail }));
    await harness.happen('Cart Started');
    const both = async () => [...(await ledger('one')), ...(await ledger('two'))];
    await until(
      async () => ((await both()).map(stateOf).sort().join() === 'delivered,held cap' ? true : undefined),
      'one is delivered, the other held',
    );
    expect(harness.destination.got).toHaveLength(1);
    const held = (await both()).find(({ status }) => status === 'held')?.journey ?? '';
    const run = await harness.waitingAt(held, 'mail');
    await asleep(run.workflowId);
    await harness.fastForward(run.workflowId, day + hour);
    await harness.ended(held);
    expect(await states(held)).toEqual(['delivered']);
    expect(harness.destination.got).toHaveLength(2);
  });

  it('counts what was sent before there was one, and nothing that was refused', async () => {
    harness.destination.answers.push({ kind: 'invalid', code: 'http-400' });
    await begin('refused');
    await harness.ended('refused');
    await set({ caps: [{ max: 1, per: '7d', then: 'skip' }] });
    await begin('after-a-refusal');
    await harness.ended('after-a-refusal');
    expect(await states('after-a-refusal')).toEqual(['delivered']);
    await set({});
    await begin('uncapped');
    await harness.ended('uncapped');
    await set({ caps: [{ max: 2, per: '7d', then: 'skip' }] });
    await begin('third');
    await harness.ended('third');
    expect(await states('third')).toEqual(['withheld cap']);
  });

  it('counts what either of two people got who turn out to be one', async () => {
    await set({ caps: [{ max: 1, per: '7d', then: 'skip' }] });
    const phone = { type: 'device_id', value: 'd1' };
    await harness.publish(journey('as-a-device', { mail }));
    await harness.happen('Cart Started', {}, { identifiers: [phone] });
    await harness.ended('as-a-device');
    await harness.happen('Seen', {}, { user: 'u1' });
    await harness.happen('Logged In', {}, { identifiers: [{ type: 'user_id', value: 'u1' }, phone] });
    await harness.publish(journey('as-a-user', { mail }, { entry: { on: { event: 'Wish Listed' } } }));
    await harness.happen('Wish Listed');
    await harness.ended('as-a-user');
    expect(await states('as-a-user')).toEqual(['withheld cap']);
  });
});

describe('a stop of all sends', () => {
  it('holds what would leave, transactional or not, and lets it go on when it is taken back', async () => {
    await set({ sendsStopped: true });
    const workflowId = await begin('stopped');
    await stands('stopped', 'held sends-stopped');
    await asleep(workflowId);
    expect(harness.destination.got).toEqual([]);
    await harness.fastForward(workflowId, 20 * 60_000);
    await harness.waitingAt('stopped', 'mail');
    expect(harness.destination.got).toEqual([]);
    await inTransaction(harness.store.connection, (session) => {
      const resumed = { at: Date.now(), overMs: 0 };
      return harness.store.workspaces.setSending(harness.ws, { policy: {}, version: 2, resumed }, session);
    });
    await harness.fastForward(workflowId, 20 * 60_000);
    await harness.ended('stopped');
    expect(await states('stopped')).toEqual(['delivered']);
  });
});
