import type { Rule } from '../../domain/audiences/rule.schema';
import { looksBackMs } from './retention';

const day = 24 * 3_600_000;
const sequence = [{ event: 'Cart Started' }, { event: 'Order Completed' }];

it.each<[Rule, number]>([
  [{ trait: 'tier', is: 'set' }, 0],
  [{ event: 'Seen' }, 0],
  [{ any: [{ event: 'Seen', within: '7d' }, { not: { event: 'Seen', within: '30d' } }] }, 30 * day],
  [{ sequence, startedWithin: '7d' }, 7 * day],
  [{ sequence, within: '7d' }, Infinity],
  [{ event: 'Seen', per: 'category', within: '7d' }, 7 * day],
  [{ event: 'Seen', per: 'category' }, Infinity],
])('events are read for %j as far back as %d ms', (rule, expected) => {
  expect(looksBackMs(rule)).toBe(expected);
});
