import fc from 'fast-check';
import { epoch, eventCondition, perCondition, ruleEvent, sequenceCondition } from '../../../testing/rule-arbitraries';
import { propertyRuns } from '../../../testing/property-runs';
import type { BehaviourCondition } from './behaviour';
import { answer, emptyState, observe } from './behaviour';
import { propertiesRead } from './properties-read';

const computed = (value: object): BehaviourCondition => ({ computed: value, at: 'computed.x', is: 'set' }) as never;

it.each([
  [{ event: 'Order' }, []],
  [
    { event: 'Order', where: [{ property: 'a[].b', is: 'set' }], sum: { property: '["x.y"].z', is: 'set' } },
    ['a', 'x.y'],
  ],
  [{ event: 'Order', per: 'sku', without: { event: 'Return', per: 'items[].sku' } }, ['sku', 'items']],
  [
    { sequence: [{ event: 'A' }, { event: 'B', where: [{ property: 'c', is: 'set' }] }], same: 'properties.d.e' },
    ['c', 'd'],
  ],
])('of %j are %j', (condition, names) => {
  expect(propertiesRead(condition as unknown as BehaviourCondition)).toEqual(names);
});

it.each([
  [{ event: 'Order', list: 'sku', max: 5 }, ['sku']],
  [{ event: 'Order', max: 'total.net', where: [{ property: 'a', is: 'set' }] }, ['a', 'total']],
  [{ event: 'Order', count: true }, []],
  [
    {
      score: [
        { event: 'A', points: 1 },
        { event: 'B', points: { property: 'p.q' } },
      ],
    },
    ['p'],
  ],
])('of what is computed as %j are %j', (value, names) => {
  expect(propertiesRead(computed(value))).toEqual(names);
});

it('are all that the answer hangs on', () => {
  const condition = fc.oneof(eventCondition, perCondition, sequenceCondition) as fc.Arbitrary<BehaviourCondition>;
  fc.assert(
    fc.property(condition, fc.array(ruleEvent, { maxLength: 12 }), (asked, events) => {
      const names = propertiesRead(asked);
      const isRead = ([name]: [string, unknown]): boolean => names.includes(name);
      const less = events.map((event) => ({
        ...event,
        properties: Object.fromEntries(Object.entries(event.properties).filter(isRead)),
      }));
      const [whole, part] = [events, less].map((seen) =>
        seen.reduce((state, event) => observe(asked, state, event), emptyState(asked)),
      );
      const now = epoch + 60 * 86_400_000;
      expect(answer(asked, part!, now, less)).toEqual(answer(asked, whole!, now, events));
    }),
    propertyRuns(300),
  );
});
