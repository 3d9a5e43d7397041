import { simulatePerson } from './testing';

const cart = {
  key: 'cart',
  name: 'Cart',
  entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id' },
  exits: [
    {
      on: { event: 'Order Completed', match: { 'properties.cart_id': 'entry.properties.cart_id' } },
      reason: 'purchased',
    },
  ],
  goals: [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d', value: 'properties.revenue' }],
  purpose: 'marketing',
  start: 'settle',
  steps: {
    settle: { type: 'wait', for: '2h', next: 'remind' },
    remind: { type: 'send', destination: 'crm', next: 'listen' },
    listen: {
      type: 'wait-for',
      timeout: '24h',
      first: [{ on: { event: 'Email Clicked' }, next: 'thanks' }],
      onTimeout: 'which',
    },
    which: {
      type: 'branch',
      cases: [{ if: { contacted: { channel: 'email' }, within: '7d' }, next: 'mark' }],
      else: 'lost',
    },
    mark: { type: 'update', set: { reminded: true }, next: 'say' },
    say: { type: 'emit', event: 'Reminded', next: 'done' },
    thanks: { type: 'exit', reason: 'clicked' },
    done: { type: 'exit', reason: 'silent' },
    lost: { type: 'exit', reason: 'not contacted' },
  },
};

const at = (time: string) => `2026-03-${time}:00Z`;
const track = (event: string, time: string, properties = { cart_id: 'c1' }) => ({
  ...{ type: 'track', userId: 'u1', event, properties, timestamp: at(time) },
});
const started = track('Cart Started', '01T12:00');
const steps = (run: { path: readonly { step: string; outcome?: string }[] } | undefined) =>
  run?.path.map(({ step, outcome }) => `${step} ${outcome}`);

describe('a journey that is run through one person’s events', () => {
  it('waits, sends, listens, branches on its own contact, writes and ends, on a clock that jumps', async () => {
    const { runs, sends } = await simulatePerson({ journey: cart, events: [started], channels: { crm: 'email' } });
    expect(steps(runs[0])).toEqual([
      'settle waited',
      'remind delivered',
      'listen timeout',
      'which case 1',
      'mark applied',
      'say applied',
      'done silent',
    ]);
    expect(runs).toMatchObject([{ journey: 'cart', entryKey: 'c1', status: 'completed', reason: 'silent' }]);
    expect(sends).toEqual([
      {
        at: Date.parse(at('01T14:00')),
        journey: 'cart',
        step: 'remind',
        destination: 'crm',
        channel: 'email',
        status: 'delivered',
      },
    ]);
  });

  it('is woken by what it waits for, and an event that arrives at the deadline is in time', async () => {
    const { runs } = await simulatePerson({ journey: cart, events: [started, track('Email Clicked', '02T14:00')] });
    expect(runs[0]).toMatchObject({ reason: 'clicked', endedAt: Date.parse(at('02T14:00')) });
  });

  it('ends by an exit before anything is sent, and converts', async () => {
    const bought = track('Order Completed', '01T13:00', { cart_id: 'c1', revenue: 20 } as never);
    const { runs, sends } = await simulatePerson({ journey: cart, events: [bought, started] });
    expect(runs).toMatchObject([
      { status: 'exited', reason: 'purchased', conversions: [{ goal: 'purchase', value: 20 }] },
    ]);
    expect(sends).toEqual([]);
  });

  it('stands where it is when the clock stops', async () => {
    const { runs } = await simulatePerson({ journey: cart, events: [started], to: at('01T13:00') });
    expect(runs).toMatchObject([{ status: 'active', step: 'settle' }]);
  });

  it('keeps quiet hours and says what was withheld for want of consent', async () => {
    const quiet = { quietHours: { from: '13:00', to: '16:00', then: 'delay' as const } };
    const held = await simulatePerson({ journey: cart, events: [started], sending: quiet });
    expect(held.sends).toMatchObject([{ status: 'delivered', at: Date.parse(at('01T16:00')) }]);
    const purposes = [{ key: 'marketing', name: 'Marketing' }];
    const denied = await simulatePerson({ journey: cart, events: [started], purposes });
    expect(denied.sends).toMatchObject([{ status: 'withheld', reason: 'consent' }]);
  });

  it('refuses an event without an instant, by its place', async () => {
    await expect(
      simulatePerson({ journey: cart, events: [{ type: 'track', userId: 'u1', event: 'A' }] }),
    ).rejects.toThrow('events[0].timestamp is no instant');
  });
});
