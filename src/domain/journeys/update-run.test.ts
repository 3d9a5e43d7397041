import { ada as somebody, aJourney, aRun, facts, hour, noon } from '../../testing/runs';
import { profileId } from '../ids';
import type { JsonObject } from '../json';
import type { Enrollment } from './enrollment';
import { step } from './step';
import type { Cause } from './trigger';
import { decideUpdate } from './update-run';

const send: JsonObject = { type: 'send', destination: 'crm', next: 'bye' };
const cart = aJourney(
  { settle: { type: 'wait', for: '2h', next: 'mail' }, mail: send, bye: { type: 'exit' } },
  {
    updates: [
      { on: { event: 'Cart Updated', match: { 'properties.cart': 'entry.properties.cart' } }, resumeAt: 'settle' },
      { on: { event: 'Note Added' } },
      { on: { audience: 'vip', edge: 'entered' } },
    ],
  },
);
const told = (name: string, properties: JsonObject = {}, of: { at?: number; messageId?: string } = {}): Cause => {
  const at = of.at ?? noon + hour;
  const event = { name, properties, at, occurredAt: at, receivedAt: noon + hour, messageId: of.messageId ?? 'm2' };
  return { kind: 'event', event, seq: 30 };
};
const by = { profile: somebody, ids: [somebody], now: noon + hour };
const update = (run: Enrollment, cause: Cause, of: Partial<typeof by> = {}) =>
  decideUpdate(run, cart, cause, { ...by, ...of });

describe('an update of a run', () => {
  it('has the properties of the event go over those of the entry, and wakes the run where it is', () => {
    const after = update(aRun('mail'), told('Note Added', { note: 'x', cart: 'c2' }));
    expect(after).toMatchObject({ step: 'mail', visit: 1, dueAt: noon + hour });
    expect(after?.entry.properties).toEqual({ cart: 'c2', note: 'x', total: 80 });
  });

  it('takes the run to the step where it resumes, as one more visit that has seen the event', () => {
    const after = update(aRun('settle'), told('Cart Updated', { cart: 'c1', total: 9 }));
    expect(after).toMatchObject({
      ...{ step: 'settle', visit: 2, arrivedAt: noon + hour, dueAt: noon + hour, cursor: { [somebody]: 30 } },
      entry: { properties: { cart: 'c1', total: 9 } },
      path: [{ outcome: 'resumed' }, { step: 'settle', visit: 2 }],
    });
    expect(after).not.toHaveProperty('left');
  });

  it('remembers the send that it leaves, which nobody makes any more', () => {
    expect(update(aRun('mail'), told('Cart Updated', { cart: 'c1' }))).toMatchObject({
      step: 'settle',
      left: ['enr_1:mail:1'],
    });
  });

  it('resumes only when an attempt that is under way has settled', () => {
    const sending = { key: 'enr_1:mail:1', at: noon };
    const after = update(aRun('mail', { sending }), told('Cart Updated', { cart: 'c1', total: 9 }));
    expect(after).toMatchObject({ step: 'mail', sending, resumeAt: 'settle', entry: { properties: { total: 9 } } });
    const settled = { on: 'settled', status: 'delivered', isFailure: false } as const;
    const { run } = step(cart, after!, settled, facts({ seq: 40 }), noon + 2 * hour);
    expect(run).toMatchObject({ step: 'settle', effects: 1, path: [{ step: 'mail', outcome: 'delivered' }, {}] });
    expect(run).not.toHaveProperty('resumeAt');
  });

  it('counts what is too much to hold, and wakes the run all the same', () => {
    const after = update(aRun('mail'), told('Note Added', { note: 'x'.repeat(33_000) }));
    expect(after).toMatchObject({ updatesRefused: 1, dueAt: noon + hour, entry: { properties: { cart: 'c1' } } });
  });

  it('that takes it to a step too often is a visible failure', () => {
    const often = aRun('settle', { visits: { settle: 100 } });
    expect(update(often, told('Cart Updated', { cart: 'c1' }))).toMatchObject({
      status: 'failed',
      reason: 'visit-limit',
    });
  });

  it('by somebody else of the household leaves what its own person did as it was', () => {
    const other = { profile: profileId('prf_2'), ids: [profileId('prf_2')] };
    const after = update(aRun('settle'), told('Cart Updated', { cart: 'c1' }), other);
    expect(after).toMatchObject({ visit: 2, cursor: { [somebody]: 10 } });
  });

  it('by an audience wakes it, and tells nothing more', () => {
    const edge = {
      kind: 'edge',
      audience: 'vip',
      edge: 'entered',
      at: noon + hour,
      seq: 30,
      startsJourneys: true,
    } as const;
    expect(update(aRun('settle'), edge)).toMatchObject({ step: 'settle', visit: 1, dueAt: noon + hour });
  });

  it.each<[string, Enrollment, Cause]>([
    ['an event of another run', aRun('settle'), told('Cart Updated', { cart: 'c9' })],
    ['an event that it has no rule for', aRun('settle'), told('Other')],
    [
      'its own entry',
      aRun('settle', { entry: { ...aRun('settle').entry, messageId: 'm1' } }),
      told('Note Added', {}, { messageId: 'm1' }),
    ],
    ['what happened before the entry', aRun('settle'), told('Note Added', {}, { at: noon - 2 * hour })],
    [
      'what is older than the journey takes',
      aRun('settle'),
      told('Cart Updated', { cart: 'c1' }, { at: noon - 72 * hour }),
    ],
    ['anything once it has ended', aRun('settle', { status: 'exited' }), told('Note Added')],
  ])('is not %s', (_, run, cause) => {
    expect(update(run, cause)).toBeUndefined();
  });
});
