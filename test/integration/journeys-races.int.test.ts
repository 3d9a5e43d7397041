import type { Enrollment } from '../../src/domain/journeys/enrollment';
import type { JsonObject } from '../../src/domain/json';
import { until } from '../../src/testing/system';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const listen = (next: string, of: JsonObject = {}): JsonObject => ({
  type: 'wait-for',
  timeout: '24h',
  first: [{ on: { event: 'Email Clicked' }, next }],
  onTimeout: 'no',
  ...of,
});
const yes = { type: 'exit', reason: 'yes' };
const no = { type: 'exit', reason: 'no' };
const mail = { mail: { type: 'send', destination: 'crm' } };
const anonymous = { identifiers: [{ type: 'anonymous_id', value: 'a1' }] };
const both = {
  identifiers: [
    { type: 'anonymous_id', value: 'a1' },
    { type: 'user_id', value: 'u1' },
  ],
};

describe('an exit that was acknowledged', () => {
  const exits = [{ on: { event: 'Order Completed' }, reason: 'purchased' }];

  it('keeps a retry from leaving, though the intake is behind', async () => {
    await harness.publish(journey('retry', mail, { exits }));
    harness.destination.answers.push(async () => {
      await harness.accept('Order Completed');
      return { kind: 'transient', code: 'http-503' } as const;
    });
    await harness.happen('Cart Started');
    const [held] = await harness.until(
      'retry',
      ([run]) => (run?.dueAt ?? Infinity) < Date.now() + 5_000,
      'the retry looks again',
    );
    expect(held).toMatchObject({ status: 'active', step: 'mail' });
    expect(held).not.toHaveProperty('sending');
    await harness.apply();
    expect((await harness.ended('retry'))[0]).toMatchObject({ status: 'exited', reason: 'purchased' });
    expect(harness.destination.got).toHaveLength(1);
  });

  it('does not make forgotten an attempt that may have arrived, while the retry waits for the intake', async () => {
    await harness.publish(journey('unclear', mail, { exits }));
    harness.destination.answers.push(async () => {
      await harness.accept('Order Completed');
      return { kind: 'unclear', code: 'timeout' };
    });
    await harness.happen('Cart Started');
    const rows = async () =>
      (await harness.store.deliveries.page(harness.ws, { journey: 'unclear' }, 10)).map(({ status }) => status);
    await until(async () => (await rows())[0] === 'held' || undefined, 'the retry to be held');
    // Kept for whoever ends the run; whoever stops all sends need not wait for it.
    expect((await harness.runs('unclear'))[0]).toMatchObject({ sending: { isResting: true } });
    expect(await harness.store.enrollments.sending(harness.ws, 'unclear')).toBe(0);
    await harness.apply();
    await harness.until(
      'unclear',
      ([run]) => run?.endedAt !== undefined && run.dueAt === undefined,
      'the workflow has noticed',
    );
    expect(harness.destination.got).toHaveLength(1);
    expect(await rows()).toEqual(['unknown']);
  });

  it('leaves no claim behind when it came while the send was under way', async () => {
    await harness.publish(journey('cut', mail, { exits }));
    harness.destination.answers.push(async () => {
      await harness.happen('Order Completed');
      return { kind: 'ok', code: 'http-200' } as const;
    });
    await harness.happen('Cart Started');
    await harness.until(
      'cut',
      ([run]) => run?.endedAt !== undefined && run.dueAt === undefined,
      'the workflow has noticed',
    );
    expect(await harness.store.enrollments.sending(harness.ws, 'cut')).toBe(0);
  });
});

describe('a branch', () => {
  it('sees the event that led to it, though the clock of the door is ahead of Temporal', async () => {
    const which = { type: 'branch', cases: [{ if: { event: 'Email Clicked' }, next: 'yes' }], else: 'no' };
    await harness.publish(journey('skew', { listen: listen('which'), which, yes, no }));
    await harness.happen('Cart Started');
    await harness.waitingAt('skew', 'listen');
    const at = Date.now() + 1_000;
    await harness.happen('Email Clicked', {}, { receivedAt: at, occurredAt: at });
    expect((await harness.ended('skew'))[0]).toMatchObject({ reason: 'yes' });
  });
});

describe('a merge', () => {
  it('wakes a wait that it satisfies', async () => {
    await harness.publish(journey('joined', { listen: listen('yes', { since: 'entry' }), yes, no }));
    await harness.happen('Cart Started');
    await harness.waitingAt('joined', 'listen');
    await harness.happen('Email Clicked', {}, anonymous);
    await harness.happen('Logged In', {}, both);
    expect((await harness.ended('joined'))[0]).toMatchObject({ reason: 'yes' });
  });

  it('of two runs lets one convert: a purchase is one conversion', async () => {
    const goals = [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d', value: 'properties.revenue' }];
    const rest = { type: 'wait', for: '10d', next: 'no' };
    await harness.publish(journey('goals', { rest, no }, { goals }));
    await harness.happen('Cart Started');
    await harness.happen('Cart Started', {}, anonymous);
    await harness.until(
      'goals',
      (runs) => runs.length === 2 && runs.every(({ status, dueAt }) => status === 'active' && dueAt),
      'both wait',
    );
    await harness.happen('Logged In', {}, both);
    const hasSettled = ({ mergedInto, dueAt }: Enrollment): boolean =>
      mergedInto === undefined ? (dueAt ?? 0) > Date.now() + 3_600_000 : dueAt === undefined;
    await harness.until('goals', (runs) => runs.every(hasSettled), 'one run is over and the other rests on');
    await harness.happen('Order Completed', { revenue: 10 });
    const conversions = (await harness.runs('goals')).flatMap((run) => run.conversions);
    expect((await harness.runs('goals')).filter(({ mergedInto }) => mergedInto)).toHaveLength(1);
    expect(conversions.map(({ goal, value }) => ({ goal, value }))).toEqual([{ goal: 'purchase', value: 10 }]);
  });
});
