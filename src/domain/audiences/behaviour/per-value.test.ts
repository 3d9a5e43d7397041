import fc from 'fast-check';
import { propertyRuns } from '../../../testing/property-runs';
import { epoch, perCondition, ruleEvent } from '../../../testing/rule-arbitraries';
import { dayMs, parseDuration } from '../../duration';
import type { RuleEvent } from '../../events/event';
import { omit, type Json } from '../../json';
import { answer, combine, edgeRead, emptyState, observe, prune } from './behaviour';
import type { BehaviourState } from './behaviour-state';
import { checkRule } from '../check-rule';
import { recall } from '../history-view';
import { mostWeight } from './occurrences';
import type { EventCondition } from '../rule.schema';

const remember = (condition: EventCondition, events: readonly RuleEvent[]): BehaviourState =>
  events.reduce((state, event) => observe(condition, state, event), emptyState(condition));

function ask(condition: EventCondition, state: BehaviourState, now: number, stored: readonly RuleEvent[]) {
  const range = edgeRead(condition, state, now);
  const edge = range && stored.filter(({ at }) => at >= range.from && at < range.to);
  return answer(condition, state, now, edge);
}

/** The definition in terms of conditions without `per`: asked of the events of each value by themselves. */
function byFiltering(condition: EventCondition, events: readonly RuleEvent[], now: number): boolean {
  const { per = '', without } = condition;
  const plain = omit(condition, 'per', 'without');
  const seen: EventCondition = { event: condition.event, ...(plain.where && { where: plain.where }) };
  const anySeen = { ...seen, ...(condition.within !== undefined && { within: condition.within }) };
  const values = new Set(events.flatMap((event) => valuesIn(event, per)));
  return [...values].some((value) => {
    const its = events.filter((event) => valuesIn(event, per).includes(value));
    const lost = without !== undefined && isLost(without, value, events, now);
    return !lost && recall(anySeen, its, now).matches && recall(plain, its, now).matches;
  });
}

function isLost(
  { event, per, within }: NonNullable<EventCondition['without']>,
  value: Json,
  events: readonly RuleEvent[],
  now: number,
): boolean {
  const from = within === undefined ? -Infinity : now - parseDuration(within);
  return events.some(
    (one) =>
      (event === '*' || one.name === event) && one.at >= from && one.at <= now && valuesIn(one, per).includes(value),
  );
}

function valuesIn({ properties }: RuleEvent, path: string): Json[] {
  const items = properties['items'] as { price: Json }[] | undefined;
  const found = path === 'tier' ? [properties['tier']] : (items ?? []).map(({ price }) => price);
  return found.flatMap((value) => (value === undefined || value === null ? [] : [value]));
}

const events = fc.array(ruleEvent, { maxLength: 25, size: 'max' });
const instants = fc
  .array(fc.nat({ max: 40 * 24 }), { minLength: 1, maxLength: 5 })
  .map((hours) => hours.sort((one, other) => one - other).map((hour) => epoch + 60 * dayMs + 1 + hour * 3_600_000));

describe('a condition worked out for each value', () => {
  it('holds where it does without "per" for the events of some value, remembered or recalled', () => {
    fc.assert(
      fc.property(perCondition, events, instants, (condition, stream, times) => {
        let state = remember(condition, stream);
        for (const now of times) {
          const expected = byFiltering(condition, stream, now);
          state = prune(condition, state, now);
          expect(recall(condition, stream, now).matches).toBe(expected);
          expect(ask(condition, state, now, stream).matches).toBe(expected);
        }
      }),
      propertyRuns(300),
    );
  });

  it('says when to look again: until then it stays as it is', () => {
    fc.assert(
      fc.property(perCondition, events, fc.nat({ max: 40 * 24 }), (condition, stream, hour) => {
        const now = epoch + 60 * dayMs + 1;
        const { matches, nextCheckAt = Infinity } = recall(condition, stream, now);
        const later = now + hour * 3_600_000;
        expect(nextCheckAt).toBeGreaterThan(now);
        if (later < nextCheckAt) expect(recall(condition, stream, later).matches).toBe(matches);
      }),
      propertyRuns(300),
    );
  });

  it('is remembered the same whatever the order of events, and in whatever parts', () => {
    const many = fc.array(ruleEvent, { minLength: mostWeight, maxLength: 2 * mostWeight, size: 'max' });
    fc.assert(
      fc.property(perCondition, many, fc.nat(), instants, (condition, stream, cut, times) => {
        const whole = remember(condition, stream);
        expect(remember(condition, stream.toReversed())).toEqual(whole);
        const half = cut % stream.length;
        const parts = [remember(condition, stream.slice(0, half)), remember(condition, stream.slice(half))] as const;
        expect(combine(condition, ...parts)).toEqual(whole);
        for (const now of times)
          expect(ask(condition, whole, now, stream).matches).toBe(recall(condition, stream, now).matches);
      }),
      propertyRuns(20),
    );
  });

  it('three views of one category and no order of it', () => {
    const view = (hours: number, category: string): RuleEvent => ({
      name: 'Product Viewed',
      at: epoch + hours * 3_600_000,
      properties: { category },
    });
    const order = (hours: number, ...categories: string[]): RuleEvent => ({
      name: 'Order Completed',
      at: epoch + hours * 3_600_000,
      properties: { products: categories.map((category) => ({ category })) },
    });
    const keen: EventCondition = {
      event: 'Product Viewed',
      per: 'category',
      count: { is: 'at_least', value: 3 },
      within: '7d',
      without: { event: 'Order Completed', per: 'products[].category', within: '7d' },
    };
    const now = epoch + dayMs;
    const shoes = [view(1, 'shoes'), view(2, 'shoes'), view(3, 'shoes')];
    expect(recall(keen, [view(1, 'shoes'), view(2, 'hats'), view(3, 'shoes')], now).matches).toBe(false);
    expect(recall(keen, shoes, now)).toMatchObject({ matches: true, measured: 1 });
    expect(recall(keen, [...shoes, order(4, 'hats', 'shoes')], now).matches).toBe(false);
    expect(recall(keen, [...shoes, order(4, 'hats')], now).matches).toBe(true);
    const twice = [...shoes, order(0, 'shoes')];
    expect(recall(keen, twice, epoch + 7 * dayMs).nextCheckAt).toBe(epoch + 7 * dayMs + 1);
    expect(recall(keen, twice, epoch + 7 * dayMs + 1).matches).toBe(true);
  });

  it('refuses "without" that takes away from nothing', () => {
    const rule: EventCondition = { event: 'View', without: { event: 'Order', per: 'category' } };
    expect(checkRule(rule, { hasPaths: false })).toMatchObject([{ code: 'without_needs_per', path: '/without' }]);
  });
});
