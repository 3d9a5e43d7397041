import fc from 'fast-check';
import type { RuleEvent } from '../../events/event';
import { epoch } from '../../../testing/rule-arbitraries';
import { dayMs } from '../../duration';
import { answer, behaviourKey, combine, edgeRead, emptyState, observe, prune } from '../behaviour/behaviour';
import type { BehaviourState } from '../behaviour/behaviour-state';
import { recall } from '../history-view';
import { numberOperators, operators } from '../operators';
import type { ComputedValue } from './computed-value.schema';
import { measureOf, type ComputedCondition } from './measure';

const hourMs = 3_600_000;
const horizon = 40 * dayMs;
const shops = ['north', 'south', 'east', 7, 7.5, true] as const;

const event: fc.Arbitrary<RuleEvent> = fc.record({
  name: fc.constantFrom('Order', 'Order', 'View'),
  at: fc
    .tuple(fc.integer({ min: 0, max: 40 * 24 }), fc.constantFrom(0, 0, 1, -1))
    .map(([hours, offset]) => epoch + hours * hourMs + offset),
  properties: fc.record({
    total: fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(0.1, 0.2, '12', null)),
    shop: fc.oneof(fc.constantFrom(...shops), fc.integer({ min: 100, max: 450 })),
    items: fc.array(fc.record({ sku: fc.constantFrom('a', 'b', 'c', 'd') }), { maxLength: 3 }),
  }),
});

const within = fc.option(fc.constantFrom('5h', '1d', '7d'), { nil: undefined });
const property = fc.constantFrom('total', 'shop', 'items[].sku');
const aggregate = fc
  .oneof(
    fc.constant({ count: true as const }),
    fc
      .tuple(fc.constantFrom('sum', 'min', 'max', 'average'), fc.constant('total'))
      .map(([name, of]) => ({ [name]: of })),
    fc.tuple(fc.constantFrom('first', 'last', 'unique'), property).map(([name, of]) => ({ [name]: of })),
    fc.record({ list: property, max: fc.constantFrom(1, 2, 5, 100) }),
  )
  .chain((rest) => fc.record({ event: fc.constantFrom('Order', '*'), within }).map((of) => ({ ...of, ...rest })));
const score = fc.record(
  {
    score: fc.array(
      fc.record({
        event: fc.constantFrom('Order', 'View'),
        points: fc.oneof(fc.constantFrom(1, 5, 40, 0.1, -3), fc.constant({ property: 'total', times: 2 })),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    halfLife: fc.constantFrom('6h', '14d'),
  },
  { requiredKeys: ['score'] },
);
const computed = fc.oneof(
  { weight: 3, arbitrary: aggregate },
  { weight: 2, arbitrary: score },
) as fc.Arbitrary<ComputedValue>;

const scalar = fc.oneof(fc.integer({ min: -2, max: 12 }), fc.constantFrom('north', 'a', 0.6, 40, 300, true));
const condition: fc.Arbitrary<ComputedCondition> = computed.chain((of) => {
  const { type } = measureOf(of);
  const is = type === 'number' ? numberOperators : operators;
  const value = fc.oneof(
    type === 'number' ? fc.oneof(fc.integer({ min: -2, max: 300 }), fc.constantFrom(0.6, 2.5, 40)) : scalar,
    fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 5, max: 60 })),
  );
  const at = type === 'list' ? fc.constantFrom('computed.x', 'computed.x[]') : fc.constant('computed.x');
  return fc.record({ computed: fc.constant(of), at, is: fc.constantFrom(...is), value });
});

/** Mostly few; and many, so that what is kept one by one does not suffice. */
const events = fc.oneof(
  { weight: 4, arbitrary: fc.array(event, { maxLength: 25 }) },
  { weight: 1, arbitrary: fc.array(event, { minLength: 260, maxLength: 420, size: 'max' }) },
);

/** Seen in this order by two profiles that become one, some of it pruned on the way. */
function remember(asked: ComputedCondition, seen: readonly RuleEvent[], turn: number): BehaviourState {
  const states = [emptyState(asked), emptyState(asked)];
  let newest = -Infinity;
  for (const [index, one] of seen.entries()) {
    const which = (index * turn) % 3 === 0 ? 0 : 1;
    newest = Math.max(newest, one.at);
    const state = observe(asked, states[which] as BehaviourState, one);
    states[which] = index % 2 === 0 ? prune(asked, state, newest) : state;
  }
  const together = combine(asked, states[0] as BehaviourState, states[1] as BehaviourState);
  return JSON.parse(JSON.stringify(together)) as BehaviourState;
}

const inRange = (all: readonly RuleEvent[], range: { from: number; to: number } | undefined) =>
  range && all.filter(({ at }) => at >= range.from && at < range.to);

function ask(asked: ComputedCondition, state: BehaviourState, all: readonly RuleEvent[], now: number) {
  return answer(asked, state, now, inRange(all, edgeRead(asked, state, now)));
}

describe('something computed, from what is remembered', () => {
  it('is what the plain definition says of everything that happened, whatever the order, merges included', () => {
    fc.assert(
      fc.property(
        computed,
        events,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 20 * 24 }),
        (of, all, turn, hours) => {
          const asked: ComputedCondition = { computed: of, at: 'computed.x', is: 'set' };
          const state = remember(asked, all, turn);
          const measure = measureOf(of);
          const now = all.reduce((newest, { at }) => Math.max(newest, at), epoch) + hours * hourMs;
          const edge = inRange(all, measure.edge(state, now));
          expect(measure.tell(state, now, edge)).toEqual(measure.recall(all, now));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('answers a comparison as the plain definition does, until the very millisecond that it names', () => {
    fc.assert(
      fc.property(condition, events, fc.integer({ min: 1, max: 5 }), (asked, all, turn) => {
        const state = remember(asked, all, turn);
        let now = all.reduce((newest, { at }) => Math.max(newest, at), epoch);
        for (let step = 0; step < 12; step += 1) {
          const { matches, nextCheckAt } = ask(asked, state, all, now);
          expect(matches).toBe(recall(asked, all, now).matches);
          const until = nextCheckAt ?? epoch + 2 * horizon;
          for (const then of [now + 1, Math.floor((now + until) / 2), until - 1])
            if (then > now && then < until) expect(recall(asked, all, then).matches).toBe(matches);
          if (nextCheckAt === undefined) return;
          expect(nextCheckAt).toBeGreaterThan(now);
          now = nextCheckAt;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is remembered in bounded room, under one key whatever it is compared with', () => {
    fc.assert(
      fc.property(condition, events, (asked, all) => {
        const state = remember(asked, all, 1);
        expect(JSON.stringify(state).length).toBeLessThan(40_000);
        expect(behaviourKey(asked)).toBe(behaviourKey({ ...asked, is: 'set' }));
      }),
      { numRuns: 50 },
    );
  });
});
