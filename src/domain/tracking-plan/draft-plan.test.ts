import { draftPlan, type LearnedProperty } from './draft-plan';
import { TrackingPlan } from './plan.schema';

const learned = (path: string, of: Partial<LearnedProperty> = {}): LearnedProperty => ({
  ...{ path, count: 100, types: { string: 100 }, values: 'many' },
  ...of,
});
const draft = (properties: readonly LearnedProperty[], sampled = 100) =>
  draftPlan('Web', [{ kind: 'track', name: 'X', sampled, properties }]);

it('is a plan that can be saved, which allows what was seen and flags other events', () => {
  const plan = draft([learned('properties.sku'), learned('properties["a.b"].c'), learned('traits.tier')]);
  expect(TrackingPlan.parse(plan)).toEqual(plan);
  expect(plan).toMatchObject({ onViolation: 'flag', unplannedEvents: 'flag', unplannedProperties: 'allow' });
  expect(plan.events[0]?.properties.map(({ path, in: part }) => [path, part])).toEqual([
    ['sku', undefined],
    ['["a.b"].c', undefined],
    ['tier', 'traits'],
  ]);
});

it.each([
  ['all of many events had', learned('properties.a'), 100, true],
  ['one event lacked', learned('properties.a', { count: 99 }), 100, false],
  ['few events had', learned('properties.a', { count: 19 }), 19, false],
])('requires a property that %s: %#', (_, property, sampled, required) => {
  expect(draft([property], sampled).events[0]?.properties[0]?.required).toBe(required);
});

it('lists the values of a text of which each was seen more than twice', () => {
  const values = (seen: readonly [string, number][]) =>
    draft([learned('properties.a', { values: new Map(seen) })]).events[0]?.properties[0]?.values;
  expect(
    values([
      ['silver', 40],
      ['gold', 60],
    ]),
  ).toEqual(['gold', 'silver']);
  expect(
    values([
      ['gold', 99],
      ['once', 1],
    ]),
  ).toBeUndefined();
});

it('names the types that were seen, where null is no type', () => {
  const property = learned('properties.a', { types: { number: 90, string: 9, null: 1 } });
  expect(draft([property]).events[0]?.properties[0]?.types).toEqual(['number', 'string']);
});
