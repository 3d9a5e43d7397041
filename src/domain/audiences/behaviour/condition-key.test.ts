import { conditionKey } from './condition-key';
import type { EventCondition } from '../rule.schema';

const orders: EventCondition = { event: 'Order', count: { is: 'at_least', value: 3 }, within: '7d' };
const spent: EventCondition = { event: 'Order', sum: { property: 'total', is: 'greater_than', value: 3 } };
const gold = { property: 'tier', is: 'equals', value: 'gold' } as const;
const paid = { property: 'paid', is: 'equals', value: true } as const;

const allTime = (value: number): EventCondition => ({ event: 'Order', count: { is: 'at_least', value } });
const within7d = (value: number): EventCondition => ({ ...allTime(value), within: '7d' });
const spentWithin = (value: number): EventCondition => ({
  event: 'Order',
  sum: { property: 'total', is: 'greater_than', value },
  within: '7d',
});

describe('conditionKey', () => {
  it.each<[string, EventCondition, EventCondition]>([
    ['the comparison that the same matches decide', orders, { ...orders, count: { is: 'less_than', value: 3 } }],
    ['the number compared with, of all time', allTime(3), allTime(9)],
    ['the amount compared with', spentWithin(3), spentWithin(9)],
    ['the number compared with, beyond what is kept one by one', within7d(200), within7d(300)],
    [
      'last in place of any',
      { event: 'Order', within: '7d' },
      { event: 'Order', last: { is: 'older_than', value: '1d' }, within: '7d' },
    ],
    ['the same window in other words', orders, { ...orders, within: '1w' }],
    ['the order of where', { ...orders, where: [gold, paid] }, { ...orders, where: [paid, gold] }],
    ['average in place of sum', spent, { event: 'Order', average: { property: 'total', is: 'at_most', value: 1 } }],
  ])('is shared whatever %s', (_, one, other) => {
    expect(conditionKey(one)).toBe(conditionKey(other));
  });

  it('differs by event, where, window, property and how many matches decide', () => {
    const keys = [
      orders,
      { ...orders, event: 'order' },
      { ...orders, within: '8d' },
      within7d(4),
      within7d(127),
      within7d(128),
      within7d(129),
      { ...orders, where: [gold] },
      { ...orders, where: [{ ...gold, value: 'Gold' }] },
      { ...orders, where: [gold, paid] },
      { event: 'Order' },
      spent,
      { event: 'Order', sum: { property: 'tax', is: 'greater_than', value: 3 } } as const,
    ].map((condition) => conditionKey(condition as EventCondition));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is a plain name that any store takes, and stays what it is: stored states are found by it', () => {
    expect(conditionKey(orders)).toMatch(/^[0-9a-z]{21}$/);
    expect(conditionKey(orders)).toMatchInlineSnapshot(`"0oh4ccs13l4h1i0d0axw1"`);
  });
});
