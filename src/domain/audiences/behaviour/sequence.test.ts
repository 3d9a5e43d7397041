import fc from 'fast-check';
import { propertyRuns } from '../../../testing/property-runs';
import { epoch, ruleEvent, sequenceCondition } from '../../../testing/rule-arbitraries';
import { dayMs, parseDuration } from '../../duration';
import type { RuleEvent } from '../../events/event';
import { isJsonObject, type Json, type JsonObject } from '../../json';
import { answer, combine, edgeRead, emptyState, observe, prune } from './behaviour';
import type { BehaviourState } from './behaviour-state';
import { checkRule } from '../check-rule';
import { compileMatch } from './event-aggregate';
import { recall } from '../history-view';
import { mostWeight } from './occurrences';
import type { SequenceCondition } from '../rule.schema';

const hourMs = 3_600_000;

const remember = (condition: SequenceCondition, events: readonly RuleEvent[]): BehaviourState =>
  events.reduce((state, event) => observe(condition, state, event), emptyState(condition));

function ask(condition: SequenceCondition, state: BehaviourState, now: number, stored: readonly RuleEvent[]) {
  const range = edgeRead(condition, state, now);
  const edge = range && stored.filter(({ at }) => at >= range.from && at < range.to);
  return answer(condition, state, now, edge);
}

/** The definition, by trying every choice of events: exponential, and with nothing in common with what is tested. */
function byTrying(condition: SequenceCondition, events: readonly RuleEvent[], now: number): boolean {
  const { sequence: steps, same, within, startedWithin, settled } = condition;
  const tests = steps.map((step) => compileMatch(step));
  const spanMs = within === undefined ? Infinity : parseDuration(within);
  const past = events.filter(({ at }) => at <= now);
  const shareValue = (one: RuleEvent, other: RuleEvent): boolean =>
    same === undefined || valuesIn(one, same).some((value) => valuesIn(other, same).includes(value));
  const keys = same === undefined ? [undefined] : [...new Set(past.flatMap((event) => valuesIn(event, same)))];

  const follow = (chain: readonly RuleEvent[], at: number, pool: readonly RuleEvent[]): boolean => {
    const start = chain[0] as RuleEvent;
    const last = chain.at(-1) as RuleEvent;
    const ends = Math.min(now, start.at + spanMs);
    const absent: number[] = [];
    let step = at;
    while (steps[step]?.absent === true) absent.push(step++);
    const isClear = (to: number, except: readonly RuleEvent[]): boolean =>
      !pool.some(
        (event) =>
          !except.includes(event) && event.at >= last.at && event.at <= to && absent.some((one) => tests[one]?.(event)),
      );
    if (step === steps.length) return isClear(ends, [last]) && (settled !== true || now > start.at + spanMs);
    return pool.some(
      (event) =>
        event !== last &&
        event.at >= last.at &&
        event.at <= ends &&
        tests[step]?.(event) === true &&
        isClear(event.at, [last, event]) &&
        follow([...chain, event], step + 1, pool),
    );
  };
  return keys.some((key) => {
    const pool = key === undefined ? past : past.filter((event) => valuesIn(event, same ?? '').includes(key));
    return pool.some(
      (event) =>
        shareValue(event, event) &&
        tests[0]?.(event) === true &&
        (startedWithin === undefined || event.at >= now - parseDuration(startedWithin)) &&
        follow([event], 1, pool),
    );
  });
}

function valuesIn({ properties }: RuleEvent, path: string): Json[] {
  if (path === 'properties.tier') return scalars([properties['tier']]);
  const items = properties['items'];
  return scalars(Array.isArray(items) ? items.map((item) => (item as JsonObject)['price']) : []);
}

const scalars = (found: readonly (Json | undefined)[]): Json[] =>
  found.flatMap((value) =>
    value === undefined || value === null || Array.isArray(value) || isJsonObject(value) ? [] : [value],
  );

/** Few hours, so that events meet within the spans that are asked for, some at one instant. */
const closeEvents = fc.array(
  fc
    .tuple(ruleEvent, fc.integer({ min: 0, max: 30 }))
    .map(([event, hours]) => ({ ...event, at: epoch + hours * hourMs })),
  { maxLength: 8 },
);
const instants = fc
  .array(fc.integer({ min: 0, max: 10 * 24 }), { minLength: 1, maxLength: 5 })
  .map((hours) =>
    hours.sort((one, other) => one - other).map((hour) => epoch + 30 * hourMs + hour * hourMs + (hour % 3) - 1),
  );

describe('a sequence', () => {
  it('holds exactly where some choice of events makes a chain, remembered or recalled', () => {
    fc.assert(
      fc.property(sequenceCondition, closeEvents, instants, (condition, events, times) => {
        let state = remember(condition, events);
        for (const now of times) {
          const latest = Math.max(now, ...events.map(({ at }) => at));
          const expected = byTrying(condition, events, latest);
          state = prune(condition, state, latest);
          expect(recall(condition, events, latest).matches).toBe(expected);
          expect(ask(condition, state, latest, events).matches).toBe(expected);
        }
      }),
      propertyRuns(400),
    );
  });

  it('says when to look again: until then it stays as it is', () => {
    fc.assert(
      fc.property(sequenceCondition, closeEvents, fc.nat({ max: 400 }), (condition, events, hour) => {
        const now = epoch + 31 * hourMs;
        const { matches, nextCheckAt = Infinity } = recall(condition, events, now);
        const later = now + hour * hourMs + 1;
        expect(nextCheckAt).toBeGreaterThan(now);
        if (later < nextCheckAt) expect(recall(condition, events, later).matches).toBe(matches);
      }),
      propertyRuns(400),
    );
  });

  it('is remembered the same whatever the order of events, and in whatever parts', () => {
    const many = fc.array(ruleEvent, { minLength: mostWeight, maxLength: 3 * mostWeight, size: 'max' });
    fc.assert(
      fc.property(sequenceCondition, many, fc.nat(), (condition, events, cut) => {
        const whole = remember(condition, events);
        expect(remember(condition, events.toReversed())).toEqual(whole);
        const half = cut % events.length;
        const parts = [remember(condition, events.slice(0, half)), remember(condition, events.slice(half))] as const;
        expect(combine(condition, ...parts)).toEqual(whole);
      }),
      propertyRuns(20),
    );
  });

  it('reads from the store what it has dropped, and answers as if it had everything', () => {
    const condition: SequenceCondition = {
      sequence: [{ event: 'Cart Started' }, { event: 'Order', absent: true }],
      same: 'properties.cart',
      within: '1d',
    };
    const events = Array.from({ length: 1_000 }, (_, index) => [
      { name: 'Cart Started', at: epoch + index * hourMs, properties: { cart: `c${index}` } },
      ...(index === 3
        ? []
        : [{ name: 'Order', at: epoch + index * hourMs + 60_000, properties: { cart: `c${index}` } }]),
    ]).flat();
    const state = remember(condition, events);
    expect(JSON.stringify(state).length).toBeLessThan(20_000);
    const now = epoch + 1_000 * hourMs;
    expect(edgeRead(condition, state, now)).toBeDefined();
    expect(ask(condition, state, now, events)).toMatchObject({ matches: true });
    expect(() => answer(condition, state, now)).toThrow(/needs its stored events/);
    const recent = { ...condition, startedWithin: '2d' };
    const lately = prune(recent, remember(recent, events), now);
    expect(edgeRead(recent, lately, now)).toBeUndefined();
    expect(answer(recent, lately, now).matches).toBe(false);
  });
});

describe('events of one instant', () => {
  const at = (hours: number, name: string): RuleEvent => ({ name, at: epoch + hours * hourMs, properties: {} });

  it('follow each other in either order, and none follows itself', () => {
    const both: SequenceCondition = { sequence: [{ event: 'A' }, { event: 'B' }] };
    expect(recall(both, [at(1, 'B'), at(1, 'A')], epoch + dayMs).matches).toBe(true);
    expect(recall({ sequence: [{ event: 'A' }, { event: 'A' }] }, [at(1, 'A')], epoch + dayMs).matches).toBe(false);
  });

  it('are each tried: what must be absent may be the very event that the chain goes on from', () => {
    const condition: SequenceCondition = {
      sequence: [{ event: '*' }, { event: 'Order', absent: true }, { event: 'View' }],
    };
    expect(recall(condition, [at(1, 'Order'), at(1, 'View'), at(2, 'View')], epoch + dayMs).matches).toBe(true);
    expect(recall(condition, [at(1, 'Other'), at(2, 'Order'), at(2, 'Order')], epoch + dayMs).matches).toBe(false);
  });
});

describe('a cart that nobody orders', () => {
  const started = { name: 'Cart Started', at: epoch, properties: { cart_id: 'c1' } };
  const ordered = (hours: number, cart: string): RuleEvent => ({
    name: 'Order Completed',
    at: epoch + hours * hourMs,
    properties: { cart_id: cart },
  });
  const abandoned: SequenceCondition = {
    sequence: [{ event: 'Cart Started' }, { event: 'Order Completed', absent: true }],
    same: 'properties.cart_id',
    within: '24h',
    startedWithin: '7d',
  };
  const settled = { ...abandoned, settled: true };

  it('is one at once, and is none when its start is too old', () => {
    expect(recall(abandoned, [started], epoch + hourMs)).toEqual({
      matches: true,
      measured: epoch,
      nextCheckAt: epoch + 7 * dayMs + 1,
    });
    expect(recall(abandoned, [started], epoch + 7 * dayMs + 1).matches).toBe(false);
  });

  it('is one for sure only when the span is over, to the millisecond', () => {
    expect(recall(settled, [started], epoch + dayMs)).toEqual({ matches: false, nextCheckAt: epoch + dayMs + 1 });
    expect(recall(settled, [started], epoch + dayMs + 1).matches).toBe(true);
  });

  it.each([
    { order: 'of the same cart', hours: 23, cart: 'c1', matches: false },
    { order: 'at the last instant of the span', hours: 24, cart: 'c1', matches: false },
    { order: 'after the span', hours: 25, cart: 'c1', matches: true },
    { order: 'of another cart', hours: 23, cart: 'c2', matches: true },
    { order: 'of a cart that is a number', hours: 23, cart: 1 as unknown as string, matches: true },
  ])('with an order $order: $matches', ({ hours, cart, matches }) => {
    expect(recall(settled, [ordered(hours, cart), started], epoch + 2 * dayMs).matches).toBe(matches);
  });
});

describe('what is wrong with a sequence', () => {
  const start = { event: 'Cart Started' };
  const noOrder = { event: 'Order Completed', absent: true };
  it.each<[string, SequenceCondition]>([
    ['sequence_starts_absent', { sequence: [noOrder, start] }],
    ['same_outside_properties', { sequence: [start, noOrder], same: 'cart_id' }],
    ['nothing_to_settle', { sequence: [start, noOrder], settled: true }],
    ['nothing_to_settle', { sequence: [start, { event: 'Order Completed' }], within: '1d', settled: true }],
    ['value_type', { sequence: [{ ...start, where: [{ property: 'total', is: 'at_least', value: 'x' }] }, noOrder] }],
  ])('%s', (code, rule) => {
    const codes = checkRule(rule, { hasPaths: false }).map((finding) => finding.code);
    expect(codes).toEqual([code]);
  });
});
