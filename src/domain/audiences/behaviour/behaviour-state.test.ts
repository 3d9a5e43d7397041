import fc from 'fast-check';
import { epoch, eventCondition, ruleEvent } from '../../../testing/rule-arbitraries';
import { dayMs } from '../../duration';
import type { RuleEvent } from '../../events/event';
import { answer, edgeRead, EdgeEventsMissing } from './behaviour-answer';
import { combine, emptyState, observe, prune, type BehaviourState } from './behaviour-state';
import { mostPoints } from './event-aggregate';
import { conditionKey } from './condition-key';
import { recall } from '../history-view';
import type { EventCondition } from '../rule.schema';

const hourMs = 3_600_000;
const remember = (condition: EventCondition, events: readonly RuleEvent[]): BehaviourState =>
  events.reduce((state, event) => observe(condition, state, event), emptyState(condition));

/** Answers as a caller does: asks for the edge, reads it from the stored events, supplies it. */
function ask(condition: EventCondition, state: BehaviourState, now: number, stored: readonly RuleEvent[]) {
  const range = edgeRead(condition, state, now);
  const edge = range && stored.filter(({ at }) => at >= range.from && at < range.to);
  return answer(condition, state, now, edge);
}

const orders = (count: number, everyMs: number, from = epoch): RuleEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    name: 'Order',
    at: from + index * everyMs,
    properties: { total: (index % 7) + 0.1 },
  }));

const end = epoch + 60 * dayMs + 1;

/** Far more than is kept one by one, closely spaced, so that the edges of windows cut through buckets. */
const dense = fc
  .record({
    seeds: fc.array(ruleEvent, { minLength: 1, maxLength: 5 }),
    count: fc.integer({ min: 130, max: 500 }),
    everyMs: fc.constantFrom(0, 60_000, 7 * 60_000, hourMs),
  })
  .map(({ seeds, count, everyMs }) =>
    Array.from({ length: count }, (_, index) => ({
      ...(seeds[index % seeds.length] as RuleEvent),
      at: end - Math.floor(index / 3) * everyMs, // three at a time: ties
    })),
  );
const stream = fc.oneof(fc.array(ruleEvent, { maxLength: 30, size: 'max' }), dense);
/** Instants after the stream, many of them at about the age at which its events leave a window. */
const later = fc
  .tuple(fc.constantFrom(0, 0, 5, 24, 7 * 24, 28 * 24), fc.integer({ min: -48 * 60, max: 60 }))
  .map(([hours, minutes]) => Math.max(end, end + hours * hourMs + minutes * 60_000));

describe('behaviour state', () => {
  it('answers as the plain definition does, for events in any order, pruned at any time', () => {
    fc.assert(
      fc.property(
        eventCondition,
        stream,
        fc.array(later, { minLength: 1, maxLength: 6 }),
        (condition, events, instants) => {
          let state = remember(condition, events);
          for (const now of instants.sort((one, other) => one - other)) {
            state = prune(condition, state, now);
            expect(ask(condition, state, now, events).matches).toBe(recall(condition, events, now).matches);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('answers as the plain definition does while a stream arrives late and disordered and the clock moves on', () => {
    fc.assert(
      fc.property(
        eventCondition,
        fc.array(fc.record({ event: ruleEvent, lateHours: fc.integer({ min: 0, max: 200 }) }), {
          maxLength: 250,
          size: 'max',
        }),
        (condition, sent) => {
          const arrivals = sent
            .map(({ event, lateHours }) => ({ event, arrivedAt: event.at + lateHours * hourMs }))
            .sort((one, other) => one.arrivedAt - other.arrivedAt);
          let state = emptyState(condition);
          const stored: RuleEvent[] = [];
          for (const { event, arrivedAt } of arrivals) {
            state = observe(condition, prune(condition, state, arrivedAt), event, arrivedAt);
            stored.push(event);
            expect(ask(condition, state, arrivedAt, stored).matches).toBe(recall(condition, stored, arrivedAt).matches);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('answers exactly, and names the next check in time, where numbers come close to what they are compared with', () => {
    const numbers = fc.record({
      name: fc.constantFrom('sum' as const, 'average' as const, 'min' as const, 'max' as const),
      is: fc.constantFrom('at_least' as const, 'less_than' as const, 'greater_than' as const, 'equals' as const),
      off: fc.constantFrom(-0.5, -0.01, 0, 0.01, 0.5),
      totals: fc.array(fc.constantFrom(-3, -0.1, 0, 0.1, 0.2, 1, 7), { minLength: 1, maxLength: 8 }),
      count: fc.integer({ min: 1, max: 300 }),
      everyMs: fc.constantFrom(0, 60_000, 7 * 60_000, hourMs),
      comparedAt: fc.integer({ min: 0, max: 400 }),
      askedAt: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(numbers, ({ name, is, off, totals, count, everyMs, comparedAt, askedAt }) => {
        const events = Array.from({ length: count }, (_, index): RuleEvent => {
          const properties = { total: totals[index % totals.length] ?? 0 };
          return { name: 'Order', at: epoch + Math.floor(index / 2) * everyMs, properties };
        });
        const last = events.at(-1)?.at ?? epoch;
        // Instants around which matches leave, so that the numbers move.
        const instant = (part: number): number => last + dayMs - part * Math.max(30_000, everyMs / 3);
        const at = Math.max(last, instant(comparedAt));
        const inWindow = events
          .filter((event) => event.at >= at - dayMs)
          .map(({ properties }) => Number(properties['total']));
        const sum = Math.round(10 * inWindow.reduce((one, other) => one + other, 0)) / 10;
        const value = { sum, average: sum / inWindow.length, min: Math.min(...inWindow), max: Math.max(...inWindow) }[
          name
        ];
        if (!Number.isFinite(value)) return;
        const test = { property: 'total', is, value: value + off };
        const condition: EventCondition = { event: 'Order', [name]: test, within: '1d' };
        const now = Math.max(last, instant(askedAt));
        const { matches, nextCheckAt = Infinity } = ask(condition, remember(condition, events), now, events);
        for (let then: number | undefined = now; then !== undefined && then < nextCheckAt;) {
          const plain = recall(condition, events, then);
          expect(plain.matches).toBe(matches);
          then = plain.nextCheckAt;
        }
      }),
      {
        numRuns: 400,
        // The average of many 0.2 is rounded to beside it, or not.
        examples: [
          [
            {
              ...{ name: 'average', is: 'at_least', off: 0, totals: [0.2] },
              ...{ count: 133, everyMs: 7 * 60_000, comparedAt: 0, askedAt: 195 },
            },
          ],
        ],
      },
    );
  });

  it('never names the next check too late: until then the answer stays as it is', () => {
    fc.assert(
      fc.property(eventCondition, stream, later, (condition, events, now) => {
        const { matches, nextCheckAt } = ask(condition, remember(condition, events), now, events);
        expect(nextCheckAt ?? Infinity).toBeGreaterThan(now);
        let at: number | undefined = now;
        for (let step = 0; step < 400 && at !== undefined && at < (nextCheckAt ?? Infinity); step += 1) {
          const found = recall(condition, events, at);
          expect(found.matches).toBe(matches);
          at = found.nextCheckAt;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of two profiles combines to the state of one that saw the events of both, whichever comes first', () => {
    fc.assert(
      fc.property(eventCondition, stream, stream, stream, (condition, one, two, three) => {
        const states = [one, two, three].map((events) => remember(condition, events)) as [
          BehaviourState,
          BehaviourState,
          BehaviourState,
        ];
        const [a, b, c] = states;
        expect(combine(condition, a, b)).toEqual(remember(condition, [...two, ...one]));
        expect(combine(condition, a, b)).toEqual(combine(condition, b, a));
        expect(combine(condition, combine(condition, a, b), c)).toEqual(
          combine(condition, a, combine(condition, b, c)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the order of events', () => {
    fc.assert(
      fc.property(
        eventCondition,
        stream.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        (condition, [events, shuffled]) => {
          expect(remember(condition, shuffled)).toEqual(remember(condition, events));
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each<[string, Partial<EventCondition>, number]>([
    ['any', {}, 1],
    ['none', { count: { is: 'equals', value: 0 } }, 1],
    ['the last one', { last: { is: 'within_last', value: '3d' } }, 1],
    ['at least five', { count: { is: 'at_least', value: 5 } }, 5],
    ['at most five', { count: { is: 'at_most', value: 5 } }, 6],
    ['not five', { count: { is: 'not_equals', value: 5 } }, 6],
    ['a count that is always so', { count: { is: 'at_least', value: 0 } }, 0],
    ['a count that nobody reaches', { count: { is: 'at_least', value: 1e17 } }, 0],
    ['a count that no number is', { count: { is: 'equals', value: 1e15 + 0.5 } }, 0],
    ['more than are kept one by one', { count: { is: 'at_least', value: 500 } }, mostPoints],
    ['the first one', { first: { is: 'within_last', value: '3d' } }, mostPoints],
  ])('keeps of a window only the matches that decide: %s', (_, test, kept) => {
    const state = remember({ event: 'Order', within: '52w', ...test }, orders(600, 60_000));
    expect(state.at).toHaveLength(kept);
    expect(state.buckets === undefined).toBe(kept < mostPoints);
    expect(conditionKey({ event: 'Order', within: '52w', ...test })).toMatch(/^\w+$/);
  });

  it('stays small however long the history', () => {
    const condition: EventCondition = {
      event: 'Order',
      sum: { property: 'total', is: 'greater_than', value: 1 },
      within: '52w',
    };
    const state = remember(condition, orders(10_000, 52 * 60_000));
    expect(state.at).toHaveLength(mostPoints);
    expect(state.buckets?.length).toBeLessThanOrEqual(502);
    expect(JSON.stringify(state).length).toBeLessThan(64_000);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it.each([10, 20, 30])(
    'counts each match once where the edge cuts a bucket %d minutes in and instants are shared',
    (minutes) => {
      const at = (minute: number, count: number) => orders(count, 0, epoch + minute * 60_000);
      const events = [...at(0, 3), ...at(30, 4), ...at(40, 126)];
      const condition: EventCondition = { event: 'Order', count: { is: 'equals', value: 130 }, within: '5h' };
      expect(remember(condition, events).buckets).toEqual([{ n: 5, first: epoch, last: epoch + 30 * 60_000 }]);
      expect(ask(condition, remember(condition, events), epoch + 5 * hourMs + minutes * 60_000, events).matches).toBe(
        true,
      );
    },
  );

  it('counts past what it keeps one by one as the plain definition does, at every edge', () => {
    const events = orders(400, 4 * 60_000);
    for (const is of ['equals', 'at_least', 'less_than'] as const) {
      for (const value of [1, 120, 129, 150, 177, 241]) {
        const condition: EventCondition = { event: 'Order', count: { is, value }, within: '1d' };
        const state = remember(condition, events);
        for (let minute = 0; minute < 30 * 60; minute += 11) {
          const now = epoch + 1_596 * 60_000 + minute * 60_000;
          expect(ask(condition, state, now, events).matches).toBe(recall(condition, events, now).matches);
        }
      }
    }
  });

  it('keeps totals only where there is no window', () => {
    const condition: EventCondition = { event: 'Order', sum: { property: 'total', is: 'greater_than', value: 1 } };
    const state = remember(condition, orders(1_000, hourMs));
    expect(Object.keys(state)).toEqual(['total']);
    expect(state.total).toEqual({
      n: 1_000,
      first: epoch,
      last: epoch + 999 * hourMs,
      sum: '3097',
      min: 0.1,
      max: 6.1,
    });
  });
});

describe('edgeRead', () => {
  const within: EventCondition = { event: 'Order', count: { is: 'equals', value: 150 }, within: '7d' };
  const state = remember(within, orders(600, 10 * 60_000));
  const now = epoch + 7 * dayMs + 25 * 60_000;

  it('names the part of the cut bucket inside the window, in events that must be read', () => {
    expect(edgeRead({ ...within, count: { is: 'equals', value: 597 } }, state, now)).toEqual({
      from: now - 7 * dayMs,
      to: epoch + 70 * 60_000 + 1,
    });
  });

  it('asks for nothing when the answer is the same whatever lies in the cut bucket', () => {
    expect(edgeRead({ ...within, count: { is: 'at_least', value: 3 } }, state, now)).toBeUndefined();
    expect(edgeRead({ ...within, count: { is: 'at_least', value: 2_000 } }, state, now)).toBeUndefined();
  });

  it.each<[string, Partial<EventCondition>]>([
    ['sum', { sum: { property: 'total', is: 'at_least', value: 1_500 } }],
    ['sum out of reach', { sum: { property: 'total', is: 'at_least', value: 2_000 } }],
    ['smallest', { min: { property: 'total', is: 'less_than', value: 1 } }],
    ['largest', { max: { property: 'total', is: 'at_least', value: 6.1 } }],
    ['average', { average: { property: 'total', is: 'at_most', value: 7 } }],
  ])('asks for nothing about a %s that is the same whatever lies in the cut bucket', (_, aggregate) => {
    const condition: EventCondition = { event: 'Order', ...aggregate, within: '7d' };
    expect(edgeRead(condition, remember(condition, orders(600, 10 * 60_000)), now)).toBeUndefined();
  });

  it('asks for nothing while everything fits', () => {
    expect(edgeRead(within, remember(within, orders(100, hourMs)), now)).toBeUndefined();
  });

  it('is not optional: an answer without the events it names is refused, saying which', () => {
    const sum: EventCondition = {
      event: 'Order',
      sum: { property: 'total', is: 'greater_than', value: 1850 },
      within: '7d',
    };
    const remembered = remember(sum, orders(600, 10 * 60_000));
    const at = epoch + 7 * dayMs + 15 * 60_000;
    expect(() => answer(sum, remembered, at)).toThrow(EdgeEventsMissing);
    expect(() => answer(sum, remembered, at)).toThrow(conditionKey(sum));
  });
});

describe('answer', () => {
  const order = (at: number): RuleEvent => ({ name: 'Order', at, properties: {} });

  it.each([
    { count: { is: 'at_least', value: 2 } as const, nth: 'second newest', leaves: 2 },
    { count: { is: 'greater_than', value: 2 } as const, nth: 'third newest', leaves: 1 },
    { count: { is: 'less_than', value: 3 } as const, nth: 'third newest', leaves: 1 },
    { count: { is: 'equals', value: 0 } as const, nth: 'newest', leaves: 3 },
    { count: { is: 'between', value: [2, 5] } as const, nth: 'second newest', leaves: 2 },
  ])('checks a count of $count.is $count.value again just after the $nth leaves', ({ count, leaves }) => {
    const condition = { event: 'Order', count: { ...count, value: count.value as number }, within: '1d' };
    const state = remember(
      condition,
      [1, 2, 3].map((hour) => order(epoch + hour * hourMs)),
    );
    expect(answer(condition, state, epoch + 4 * hourMs).nextCheckAt).toBe(epoch + leaves * hourMs + dayMs + 1);
  });

  it('checks a sum again just after the match leaves that takes it below, and no sooner', () => {
    const paid = (hour: number, total: number): RuleEvent => ({
      ...order(epoch + hour * hourMs),
      properties: { total },
    });
    const sum = { property: 'total', is: 'at_least', value: 100 } as const;
    const condition: EventCondition = { event: 'Order', sum, within: '1d' };
    const state = remember(condition, [paid(1, 30), paid(2, 30), paid(3, 50), paid(4, 40), paid(5, 1)]);
    expect(answer(condition, state, epoch + 6 * hourMs).nextCheckAt).toBe(epoch + 2 * hourMs + dayMs + 1);
    const small = remember(condition, [paid(1, 30), paid(2, 30)]);
    expect(answer(condition, small, epoch + 6 * hourMs)).toEqual({ matches: false });
  });

  it('never checks a count again that can only stay as it is', () => {
    const condition: EventCondition = { event: 'Order', count: { is: 'at_least', value: 9 }, within: '1d' };
    expect(answer(condition, remember(condition, [order(epoch)]), epoch)).toEqual({ matches: false });
  });

  it('closes a window one millisecond after its length', () => {
    const condition: EventCondition = { event: 'Order', within: '7d' };
    const state = remember(condition, [order(epoch)]);
    expect(answer(condition, state, epoch + 7 * dayMs)).toEqual({ matches: true, nextCheckAt: epoch + 7 * dayMs + 1 });
    expect(answer(condition, state, epoch + 7 * dayMs + 1)).toEqual({ matches: false });
  });

  it('turns older_than true at exactly its age', () => {
    const condition: EventCondition = { event: 'Order', last: { is: 'older_than', value: '60d' } };
    const state = remember(condition, [order(epoch)]);
    expect(answer(condition, state, epoch + 60 * dayMs - 1)).toEqual({
      matches: false,
      nextCheckAt: epoch + 60 * dayMs,
    });
    expect(answer(condition, state, epoch + 60 * dayMs)).toEqual({ matches: true });
  });

  it.each([
    { nothing: 'a count is 0', condition: { event: 'Order', count: { is: 'equals', value: 0 } }, matches: true },
    {
      nothing: 'a sum is 0',
      condition: { event: 'Order', sum: { property: 'a', is: 'less_than', value: 1 } },
      matches: true,
    },
    {
      nothing: 'a minimum is absent',
      condition: { event: 'Order', min: { property: 'a', is: 'less_than', value: 1 } },
      matches: false,
    },
    {
      nothing: 'an absent average is not 3',
      condition: { event: 'Order', average: { property: 'a', is: 'not_equals', value: 3 } },
      matches: true,
    },
    {
      nothing: 'a last date is absent',
      condition: { event: 'Order', last: { is: 'older_than', value: '1d' } },
      matches: false,
    },
    {
      nothing: 'a first date is absent',
      condition: { event: 'Order', first: { is: 'before', value: 'now' } },
      matches: false,
    },
  ] as { nothing: string; condition: EventCondition; matches: boolean }[])(
    'of nobody: $nothing',
    ({ condition, matches }) => {
      expect(answer(condition, emptyState(condition), epoch).matches).toBe(matches);
      expect(recall(condition, [], epoch).matches).toBe(matches);
    },
  );
});
