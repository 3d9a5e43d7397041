import type { JsonObject } from '../../src/domain/json';
import { journey, JourneyHarness } from './journey-harness';

/** Cases of docs/guides/what-happens-when.md that no other test lives through on a real Temporal. */

const hour = 3_600_000;
const day = 24 * hour;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const bye = (reason: string): JsonObject => ({ type: 'exit', reason });
const listen = (of: JsonObject = {}): JsonObject => ({
  listen: {
    type: 'wait-for',
    timeout: '2d',
    first: [
      { on: { event: 'Email Clicked' }, next: 'clicked' },
      { on: { event: 'Order Completed' }, next: 'bought' },
    ],
    onTimeout: 'silent',
    ...of,
  },
  clicked: bye('clicked'),
  bought: bye('bought'),
  silent: bye('silent'),
});

describe('an event that comes late', () => {
  const of = { entry: { on: { event: 'Cart Started' }, maxEventAge: '72h', reentry: { again: 'always' } } };
  const old = () => ({ occurredAt: Date.now() - 73 * hour });

  it('begins nothing beyond its age, and begins a run within it', async () => {
    await harness.publish(journey('carts', listen(), of));
    await harness.happen('Cart Started', {}, old());
    expect(await harness.runs('carts')).toEqual([]);
    await harness.happen('Cart Started', {}, { occurredAt: Date.now() - 71 * hour });
    await harness.waitingAt('carts', 'listen');
  });

  it('wakes no run beyond its age', async () => {
    await harness.publish(journey('carts', listen({ since: 'entry' }), of));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('carts', 'listen');
    await harness.happen('Email Clicked', {}, old());
    await harness.fastForward(workflowId, 2 * day);
    expect((await harness.ended('carts'))[0]).toMatchObject({ reason: 'silent' });
  });
});

describe('an event that came before the wait for it', () => {
  const settled = (since: string): JsonObject => ({
    settle: { type: 'wait', for: '2h', next: 'listen' },
    ...listen({ since }),
  });

  it.each([
    ['step', 'silent'],
    ['entry', 'clicked'],
    ['ever', 'clicked'],
  ])('since the entry and before the step: with "since": "%s" the run ends %s', async (since, reason) => {
    await harness.publish(journey('carts', settled(since)));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('carts', 'settle');
    await harness.happen('Email Clicked');
    await harness.fastForward(workflowId, 2 * hour);
    if (reason === 'silent') {
      await harness.waitingAt('carts', 'listen');
      await harness.fastForward(workflowId, 2 * day);
    }
    expect((await harness.ended('carts'))[0]).toMatchObject({ reason });
  });

  it('before the entry: counts only with "since": "ever", and then the wait never sleeps', async () => {
    await harness.publish(journey('ever', listen({ since: 'ever' })));
    await harness.publish(journey('entry', listen({ since: 'entry' })));
    await harness.happen('Email Clicked');
    await harness.happen('Cart Started');
    const [run] = await harness.ended('ever');
    expect(run).toMatchObject({ reason: 'clicked' });
    expect((await harness.history(run!.workflowId)).kinds).not.toContain('EVENT_TYPE_TIMER_STARTED');
    await harness.waitingAt('entry', 'listen');
  });
});

describe('two branches of a wait that both match', () => {
  it('are decided by the order of arrival, whatever the times of the events', async () => {
    await harness.publish(journey('carts', listen()));
    await harness.happen('Cart Started');
    await harness.waitingAt('carts', 'listen');
    await harness.accept('Order Completed');
    await harness.accept('Email Clicked', {}, { occurredAt: Date.now() - 1 });
    await harness.apply();
    expect((await harness.ended('carts'))[0]).toMatchObject({ reason: 'bought' });
  });

  it('of one event are decided by the order in the definition', async () => {
    const big = { event: 'Order Completed', where: [{ property: 'total', is: 'at_least', value: 100 }] };
    const first = [
      { on: big, next: 'clicked' },
      { on: { event: 'Order Completed' }, next: 'bought' },
    ];
    await harness.publish(journey('carts', listen({ first })));
    await harness.happen('Cart Started');
    await harness.waitingAt('carts', 'listen');
    await harness.happen('Order Completed', { total: 120 });
    expect((await harness.ended('carts'))[0]).toMatchObject({ reason: 'clicked' });
  });
});

describe('a goal and an exit', () => {
  it('are facts apart: what is bought after the exit converts within its window, and not beyond', async () => {
    const goals = [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d', value: 'properties.revenue' }];
    const exits = [{ on: { event: 'Unsubscribed' }, reason: 'unsubscribed' }];
    await harness.publish(
      journey('carts', listen({ first: [{ on: { event: 'Email Clicked' }, next: 'clicked' }] }), {
        goals,
        exits,
        entry: { on: { event: 'Cart Started' }, maxEventAge: '30d' },
      }),
    );
    const cart = (user: string, age: number) =>
      harness.happen('Cart Started', {}, { user, occurredAt: Date.now() - age });
    await cart('ann', 0);
    await cart('bob', 8 * day);
    await harness.allWaitingAt('carts', 'listen', 2);
    for (const user of ['ann', 'bob']) await harness.happen('Unsubscribed', {}, { user });
    await harness.ended('carts');
    for (const user of ['ann', 'bob']) await harness.happen('Order Completed', { revenue: 30 }, { user });
    const runs = await harness.runs('carts');
    const [early, late] = runs.sort((a, b) => b.entry.at - a.entry.at);
    expect(early).toMatchObject({ reason: 'unsubscribed', conversions: [{ goal: 'purchase', value: 30 }] });
    expect(late).toMatchObject({ reason: 'unsubscribed', conversions: [] });
  });
});

describe('the condition of an entry', () => {
  it('is asked after what the event itself has written: the second cart is the second', async () => {
    const second = { event: 'Cart Started', count: { is: 'at_least', value: 2 } };
    await harness.publish(journey('carts', listen(), { entry: { on: { event: 'Cart Started' }, if: second } }));
    await harness.happen('Cart Started');
    expect(await harness.runs('carts')).toEqual([]);
    await harness.happen('Cart Started');
    await harness.waitingAt('carts', 'listen');
  });
});

describe('a loop of steps', () => {
  it('that never comes to rest fails visibly once a step was visited a hundred times', async () => {
    const past = { at: 'entry.properties.at', ifPast: 'continue' };
    const steps = {
      rest: { type: 'wait', until: past, next: 'which' },
      which: { type: 'branch', cases: [{ if: { event: 'Email Clicked' }, next: 'bye' }], else: 'rest' },
      bye: bye('clicked'),
    };
    await harness.publish(journey('carts', steps));
    await harness.happen('Cart Started', { at: '2020-01-01T00:00:00Z' });
    expect((await harness.ended('carts'))[0]).toMatchObject({ status: 'failed', reason: 'visit-limit' });
  });
});
