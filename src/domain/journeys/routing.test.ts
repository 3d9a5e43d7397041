import type { JsonObject } from '../json';
import { firstAt } from '../path';
import { enrollmentId, profileId, workspaceId } from '../ids';
import { compileJourney, type JourneyStatus } from './compiled-journey';
import { endEnrollment, type Enrollment } from './enrollment';
import { JourneyDefinition } from './journey.schema';
import { mergeEnrollments } from './merge-enrollments';
import { decideConversions, decideEntry, decideExit, type Cause, type EntryContext } from './routing';

const noon = Date.UTC(2026, 2, 1, 12);
const hour = 3_600_000;
const day = 24 * hour;
const ws = workspaceId('ws_1');
const ada = profileId('prf_ada');
const phone = profileId('prf_phone');

const cart: JourneyDefinition = JourneyDefinition.parse({
  key: 'cart',
  name: 'Cart',
  entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id', reentry: { again: 'always' } },
  exits: [
    {
      on: { event: 'Order Completed', match: { 'properties.cart_id': 'entry.properties.cart_id' } },
      reason: 'purchased',
    },
    { on: { event: 'Unsubscribed' }, reason: 'unsubscribed' },
    { on: { audience: 'staff', edge: 'entered' } },
  ],
  goals: [
    {
      key: 'purchase',
      on: { event: 'Order Completed' },
      within: '7d',
      value: 'properties.revenue',
      currency: 'properties.currency',
    },
  ],
  start: 'settle',
  steps: { settle: { type: 'wait', for: '2h', next: 'done' }, done: { type: 'exit' } },
});

let seq = 0;
function event(
  name: string,
  properties: JsonObject = {},
  of: { at?: number; receivedAt?: number; messageId?: string } = {},
): Cause {
  seq += 1;
  const at = of.at ?? noon;
  const event = {
    name,
    properties,
    at,
    occurredAt: at,
    receivedAt: of.receivedAt ?? at,
    messageId: of.messageId ?? `m${seq}`,
  };
  return { kind: 'event', event, seq };
}
type EventCause = Extract<Cause, { kind: 'event' }>;
const edge = (audience: string, startsJourneys = true): Cause => ({
  kind: 'edge',
  audience,
  edge: 'entered',
  at: noon,
  seq: (seq += 1),
  startsJourneys,
});

function enter(
  definition: JourneyDefinition,
  cause: Cause,
  of: Partial<EntryContext> & { status?: JourneyStatus } = {},
): ReturnType<typeof decideEntry> {
  return decideEntry(compileJourney(definition, 1, of.status ?? 'published'), cause, {
    ws,
    profile: ada,
    subjectIds: [ada],
    existing: [],
    evaluateIf: () => true,
    readDue: () => undefined,
    now: noon,
    makeId: (journey, subject, key, n) => enrollmentId(`enr_${journey}/${subject}/${key}/${n}`),
    ...of,
  });
}

function entered(definition: JourneyDefinition, cause: Cause, of: Partial<EntryContext> = {}): Enrollment {
  const run = enter(definition, cause, of);
  if (!run || 'ignored' in run) throw new Error('nobody entered');
  return run;
}
const change = (of: Partial<JourneyDefinition>): JourneyDefinition => ({ ...cart, ...of });
const compiled = (definition: JourneyDefinition) => compileJourney(definition, 1, 'published');

describe('decideEntry', () => {
  it('starts a run at the first step, with the entry key and everything that tells it apart', () => {
    const cause = event('Cart Started', { cart_id: 'c1' });
    expect(enter(cart, cause)).toMatchObject({
      id: `enr_cart/ws_1:prf_ada/c1/${cause.seq}`,
      workflowId: `enrollment/ws_1/cart/enr_cart/ws_1:prf_ada/c1/${cause.seq}`,
      subject: 'ws_1:prf_ada',
      status: 'starting',
      step: 'settle',
      visit: 1,
      entryKey: 'c1',
      rev: 1,
      entry: { name: 'Cart Started', properties: { cart_id: 'c1' }, cursor: { prf_ada: cause.seq } },
    });
  });

  it('answers nothing to events of other names', () => {
    expect(enter(cart, event('Cart Updated'))).toBeUndefined();
  });

  it.each([
    ['the journey is paused', event('Cart Started', { cart_id: 'c1' }), { status: 'paused' as const }, 'not-published'],
    [
      'the journey is archived',
      event('Cart Started', { cart_id: 'c1' }),
      { status: 'archived' as const },
      'not-published',
    ],
    ['the event has no key', event('Cart Started', {}), {}, 'no-key'],
    ['the key is a list', event('Cart Started', { cart_id: ['c1'] }), {}, 'no-key'],
    ['the rule does not hold', event('Cart Started', { cart_id: 'c1' }), { evaluateIf: () => false }, 'rule'],
    [
      'the event is older than 72 hours',
      event('Cart Started', { cart_id: 'c1' }, { at: noon - 72 * hour - 1 }),
      {},
      'too-old',
    ],
  ])('starts nothing when %s', (_, cause, of, reason) => {
    const definition = change({ entry: { ...cart.entry, if: { trait: 'tier', is: 'set' } } });
    expect(enter(definition, cause, of)).toEqual({ ignored: reason });
  });

  it('still takes an event of exactly the age limit', () => {
    expect(enter(cart, event('Cart Started', { cart_id: 'c1' }, { at: noon - 72 * hour }))).toHaveProperty(
      'status',
      'starting',
    );
  });

  it('hands the rule the values of the entry event', () => {
    const definition = change({
      entry: {
        ...cart.entry,
        if: { path: 'entry.properties.total', is: 'at_least', value: { from: 'entry.properties.limit' } },
      },
    });
    const asked: unknown[] = [];
    const evaluateIf: EntryContext['evaluateIf'] = (rule, paths) =>
      asked.push(rule, firstAt(paths, 'entry.properties.total')) > 0;
    enter(definition, event('Cart Started', { cart_id: 'c1', total: 80, limit: 50 }), { evaluateIf });
    expect(asked).toEqual([{ path: 'entry.properties.total', is: 'at_least', value: 50 }, 80]);
  });

  it('does not begin by what it has emitted itself', () => {
    const began = event('Cart Started', { cart_id: 'c1' });
    const by = (...emittedBy: string[]) =>
      enter(cart, { ...began, event: { ...(began as EventCause).event, emittedBy } } as Cause);
    expect(by('other', 'cart')).toEqual({ ignored: 'emitted-by-itself' });
    expect(by('cart', 'other')).toMatchObject({ entry: { emittedBy: ['cart', 'other'] } });
  });

  it('enters on an audience edge, but not on one by definition change or merge', () => {
    const definition = change({ entry: { on: { audience: 'vip', edge: 'entered' } } });
    expect(enter(definition, edge('vip'))).toMatchObject({ entryKey: '', entry: { name: 'vip', properties: {} } });
    expect(enter(definition, edge('vip', false))).toEqual({ ignored: 'edge-starts-nothing' });
  });

  describe('when the person has been here before', () => {
    const again = (value: 'never' | 'always' | '7d' | '1h') =>
      change({ entry: { on: { event: 'Cart Started' }, reentry: { again: value } } });
    const first = () => entered(again('always'), event('Cart Started', {}, { at: noon }));
    const ended = () =>
      endEnrollment({ ...first(), status: 'active' }, { status: 'completed', reason: 'completed' }, noon + hour);

    it.each(['never', 'always', '7d'] as const)('never starts a second run beside an open one (again: %s)', (value) => {
      expect(
        enter(again(value), event('Cart Started', {}, { at: noon + 9 * day }), {
          existing: [first()],
          now: noon + 9 * day,
        }),
      ).toEqual({
        ignored: 'already-inside',
      });
    });

    it.each([
      ['never', 9 * day, { ignored: 'entered-before' }],
      ['7d', 7 * day - 1, { ignored: 'too-soon' }],
      ['7d', 7 * day, { status: 'starting' }],
      ['always', 0, { status: 'starting' }],
      ['7d', -hour, { ignored: 'too-soon' }],
      ['1h', -hour, { status: 'starting' }],
      ['always', -hour, { status: 'starting' }],
    ] as const)('with again: %s, %d ms after the last entry, answers %j', (value, later, answer) => {
      const cause = event('Cart Started', {}, { at: noon + later });
      expect(enter(again(value), cause, { existing: [ended()], now: Math.max(noon, noon + later) })).toMatchObject(
        answer,
      );
    });

    it.each([
      ['restart', undefined, 1, { status: 'starting' }],
      ['parallel', undefined, 1, { status: 'starting' }],
      ['parallel', undefined, 2, { ignored: 'enough-inside' }],
      ['parallel', 3, 2, { status: 'starting' }],
      ['parallel', 3, 3, { ignored: 'enough-inside' }],
    ] as const)('with whileInside: %s, max: %s and %d inside, answers %j', (whileInside, max, inside, answer) => {
      const reentry = { again: 'never' as const, whileInside, ...(max && { max }) };
      const definition = change({ entry: { on: { event: 'Cart Started' }, reentry } });
      const existing = Array.from({ length: inside }, first);
      expect(enter(definition, event('Cart Started'), { existing })).toMatchObject(answer);
      const afterwards = { existing: [ended()] };
      expect(enter(definition, event('Cart Started'), afterwards)).toEqual({ ignored: 'entered-before' });
    });

    it('counts each key by itself', () => {
      const c1 = entered(cart, event('Cart Started', { cart_id: 'c1' }));
      expect(enter(cart, event('Cart Started', { cart_id: 'c2' }), { existing: [c1] })).toMatchObject({
        entryKey: 'c2',
      });
      expect(enter(cart, event('Cart Started', { cart_id: 'c1' }), { existing: [c1] })).toEqual({
        ignored: 'already-inside',
      });
    });

    it('keeps the run in view as long as it bars another', () => {
      expect(entered(again('7d'), event('Cart Started')).openUntil).toBe(noon + 90 * day);
      expect(entered(again('never'), event('Cart Started')).openUntil).toBe(Number.MAX_SAFE_INTEGER);
    });
  });
});

describe('decideExit', () => {
  const run = () => entered(cart, event('Cart Started', { cart_id: 'c1' }));

  it('reaches only the runs whose match holds', () => {
    expect(decideExit(run(), compiled(cart), event('Order Completed', { cart_id: 'c1' }))).toEqual({
      reason: 'purchased',
      rule: 0,
    });
    expect(decideExit(run(), compiled(cart), event('Order Completed', { cart_id: 'c2' }))).toBeUndefined();
    expect(decideExit(run(), compiled(cart), event('Order Completed'))).toBeUndefined();
  });

  it('exits on an audience edge', () => {
    expect(decideExit(run(), compiled(cart), edge('staff'))).toEqual({ reason: 'exit-rule', rule: 2 });
  });

  it('is not moved by what happened before the entry, unless a match ties it to this run', () => {
    const before = { at: noon - hour };
    expect(decideExit(run(), compiled(cart), event('Unsubscribed', {}, before))).toBeUndefined();
    expect(decideExit(run(), compiled(cart), event('Order Completed', { cart_id: 'c1' }, before))).toMatchObject({
      reason: 'purchased',
    });
  });

  it('does not exit on the entry event itself, nor a run that has ended', () => {
    const start = event('Cart Started', { cart_id: 'c1' });
    const definition = change({ exits: [{ on: { event: '*' } }] });
    const open = entered(definition, start);
    expect(decideExit(open, compiled(definition), start)).toBeUndefined();
    const ended = endEnrollment(open, { status: 'exited', reason: 'x' }, noon);
    expect(decideExit(ended, compiled(definition), event('Anything'))).toBeUndefined();
  });
});

describe('what a run has said itself', () => {
  const run = entered(cart, event('Cart Started', { cart_id: 'c1' }));
  const isOver = { ...cart, exits: [{ on: { event: 'Order Completed' } }] };
  const own = event('Order Completed', {}, { messageId: `${run.id}:tell:1` });

  it('neither ends it nor is its goal, and is news to every other run', () => {
    expect(decideExit(run, compiled(isOver), own)).toBeUndefined();
    expect(decideConversions(run, compiled(isOver), own)).toEqual([]);
    const other = { ...run, id: enrollmentId('enr_other') };
    expect(decideExit(other, compiled(isOver), own)).toBeDefined();
    expect(decideConversions(other, compiled(isOver), own)).toHaveLength(1);
  });
});

describe('decideConversions', () => {
  const run = () => entered(cart, event('Cart Started', { cart_id: 'c1' }));
  const order = (at: number) => event('Order Completed', { cart_id: 'c1', revenue: 40, currency: 'EUR' }, { at });

  it.each([
    [-1, 0],
    [0, 1],
    [7 * day, 1],
    [7 * day + 1, 0],
  ])('an order %d ms after the entry converts %d times: the window is closed', (later, times) => {
    expect(decideConversions(run(), compiled(cart), order(noon + later))).toHaveLength(times);
  });

  it('records value, currency and the event, once per goal', () => {
    const [conversion] = decideConversions(run(), compiled(cart), order(noon + hour));
    expect(conversion).toMatchObject({ goal: 'purchase', at: noon + hour, value: 40, currency: 'EUR' });
    const converted = { ...run(), conversions: [conversion!] };
    expect(decideConversions(converted, compiled(cart), order(noon + 2 * hour))).toEqual([]);
  });

  it('counts after the run has ended: goal and exit are separate facts', () => {
    const ended = endEnrollment(run(), { status: 'exited', reason: 'purchased' }, noon + hour);
    expect(decideConversions(ended, compiled(cart), order(noon + 2 * hour))).toHaveLength(1);
  });
});

describe('mergeEnrollments', () => {
  const c = (id: string, at: number) => entered(cart, event('Cart Started', { cart_id: id }, { at }), { now: at });
  const of = (run: Enrollment): Enrollment => ({
    ...run,
    profile: phone,
    subject: `ws_1:${phone}`,
    id: enrollmentId(`${run.id}/phone`),
  });
  const active = (run: Enrollment): Enrollment => ({ ...run, status: 'active' });

  it('lets the older of two runs of one journey and key go on; the other exits as merged', () => {
    const older = of(active(c('c1', noon)));
    const younger = active(c('c1', noon + hour));
    const merged = mergeEnrollments(ws, ada, [younger], [older], noon + 2 * hour);
    expect(merged).toHaveLength(2);
    expect(merged).toContainEqual(
      expect.objectContaining({ id: older.id, status: 'active', subject: 'ws_1:prf_ada', rev: older.rev + 1 }),
    );
    expect(merged).toContainEqual(
      expect.objectContaining({ id: younger.id, status: 'exited', reason: 'merged', mergedInto: older.id }),
    );
    const goesOn = merged.map(
      (run) =>
        decideConversions(run, compiled(cart), event('Order Completed', { cart_id: 'c1' }, { at: noon + 3 * hour }))
          .length,
    );
    expect(goesOn.sort()).toEqual([0, 1]);
  });

  it('lets the run that goes on skip what the other has sent', () => {
    const older = active(c('c1', noon));
    const younger = of({
      ...active(c('c1', noon + hour)),
      path: [{ step: 'remind', visit: 1, at: noon, outcome: 'sent' }],
    });
    const merged = mergeEnrollments(ws, ada, [older], [younger], noon + 2 * hour);
    expect(merged.find(({ id }) => id === older.id)).toMatchObject({ sentElsewhere: ['remind'] });
  });

  it('skips nothing that the run that goes on has sent as often itself', () => {
    const sent = (visits: number) =>
      Array.from({ length: visits }, (_, index) => ({
        step: 'remind',
        visit: index + 1,
        at: noon,
        outcome: 'delivered',
      }));
    const older = { ...active(c('c1', noon)), path: sent(2) };
    const merged = (times: number) =>
      mergeEnrollments(ws, ada, [older], [of({ ...active(c('c1', noon + hour)), path: sent(times) })], noon + 2 * hour);
    expect(merged(2).find(({ id }) => id === older.id)).toMatchObject({ sentElsewhere: [] });
    expect(merged(3).find(({ id }) => id === older.id)).toMatchObject({ sentElsewhere: ['remind'] });
  });

  it("lets the survivor's own waits look at once, since the other may have done what they wait for; one revision each", () => {
    const waiting = { ...active(c('c1', noon)), waitingFor: ['ws_1:prf_ada|Order Completed'], dueAt: noon + day };
    const sleeping = { ...active(c('c2', noon)), dueAt: noon + day };
    const [woken, ...others] = mergeEnrollments(ws, ada, [waiting, sleeping], [], noon + hour);
    expect(woken).toMatchObject({ id: waiting.id, dueAt: noon + hour, rev: waiting.rev + 1 });
    expect(others).toEqual([]);
    const twins = mergeEnrollments(ws, ada, [waiting], [of(active(c('c1', noon + hour)))], noon + hour);
    expect(twins.find(({ id }) => id === waiting.id)).toMatchObject({ dueAt: noon + hour, rev: waiting.rev + 1 });
  });

  it('keeps runs of different keys, moves all of them, and lets those that wait look at once', () => {
    const other = of({ ...active(c('c2', noon)), waitingFor: ['ws_1:prf_phone|Order Completed'] });
    const ended = of(endEnrollment(c('c3', noon), { status: 'exited', reason: 'x' }, noon));
    const merged = mergeEnrollments(ws, ada, [active(c('c1', noon))], [other, ended], noon + hour);
    expect(merged.map(({ id, status, profile, dueAt }) => ({ id, status, profile, dueAt }))).toEqual([
      { id: other.id, status: 'active', profile: ada, dueAt: noon + hour },
      { id: ended.id, status: 'exited', profile: ada, dueAt: noon },
    ]);
    expect(merged[0]?.waitingFor).toEqual(['ws_1:prf_phone|Order Completed', 'ws_1:prf_ada|Order Completed']);
  });
});
