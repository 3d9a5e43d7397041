import { anEvent, noon } from '../../testing/builders';
import type { Event } from '../events/event';
import type { Json, JsonObject } from '../json';
import { admit, type EventShape } from './admit';
import { isSomebody, learn, startLearning, type EventLearning } from './learning';
import { toSample } from './sample-value';

function learnAll(events: readonly Event[], mostProperties = 300): EventLearning {
  const learning = startLearning(events[0] ?? anEvent());
  for (const event of events) learn(learning, event, { source: event.source, mostProperties });
  return learning;
}
const of = (properties: JsonObject) => anEvent({ properties });
const times = <Item>(count: number, make: (n: number) => Item): Item[] =>
  Array.from({ length: count }, (_, n) => make(n));

describe('learn', () => {
  it('counts paths, types and absences, each once an event', () => {
    const { properties, count, sampled } = learnAll([
      of({ total: 12, items: [{ sku: 'a' }, { sku: 7 }] }),
      of({ total: '12', note: null }),
    ]);
    expect({ count, sampled }).toEqual({ count: 2, sampled: 2 });
    const told = [...properties].map(([path, { count: there, types }]) => [path, there, Object.fromEntries(types)]);
    expect(told).toEqual([
      ['properties.total', 2, { number: 1, string: 1 }],
      ['properties.items', 1, { array: 1 }],
      ['properties.items[]', 1, { object: 1 }],
      ['properties.items[].sku', 1, { string: 1 }],
      ['properties.note', 0, { null: 1 }],
    ]);
  });

  it('knows which identifiers and sources there were, and from when to when', () => {
    const learning = learnAll([
      anEvent({ by: { user_id: 'u', email: 'e' }, occurredAt: noon + 5, source: 'web' }),
      anEvent({ by: { anonymous_id: 'a' }, source: 'app' }),
    ]);
    expect(Object.fromEntries(learning.identifiers)).toEqual({ user_id: 1, email: 1, anonymous_id: 1 });
    expect(Object.fromEntries(learning.bySource)).toEqual({ web: 1, app: 1 });
    expect([learning.firstAt, learning.lastAt]).toEqual([noon, noon + 5]);
  });

  it('looks into the first 25 of a span and each 25th after, and counts all', () => {
    const { count, sampled } = learnAll(times(500, () => of({ a: 1 })));
    expect({ count, sampled }).toEqual({ count: 500, sampled: 44 });
  });

  it('is bounded in properties and depth, and counts what it leaves out', () => {
    expect(learnAll([of(Object.fromEntries(times(10, (n) => [`p${n}`, n])))], 4)).toMatchObject({ unlearned: 6 });
    const deep = learnAll([of({ a: { b: { c: { d: { e: { f: 1 } } } } } })]);
    expect([...deep.properties.keys()].at(-1)).toBe('properties.a.b.c.d.e');
    expect(deep.unlearned).toBe(1);
  });

  it('writes keys as rules read them, and leaves out one that is an address', () => {
    const { properties, unlearned } = learnAll([of({ 'a.b': { c: 1 }, 'ann@example.com': 1 })]);
    expect([...properties.keys()]).toEqual(['properties["a.b"]', 'properties["a.b"].c']);
    expect(unlearned).toBe(1);
  });
});

describe('samples', () => {
  it.each<[Json, string | undefined]>([
    [true, 'true'],
    ['gold', 'gold'],
    ['add_to_cart', 'add_to_cart'],
    ['EUR', 'EUR'],
    ['express shipping', 'express shipping'],
    ['Ann', undefined],
    ['Ann Example', undefined],
    ['ann@example.com', undefined],
    ['+49 30 1234567', undefined],
    ['0301234567', undefined],
    ['2f1e4c7a-0f6e-4a54-8f4e-0d6d0f8f3d51', undefined],
    ['x'.repeat(41), undefined],
    [12, undefined],
  ])('of %j are %j', (value, sample) => {
    expect(toSample(value)).toBe(sample);
  });

  it('are kept of properties with few values, and of none that is personal by its name, at any depth', () => {
    const { properties } = learnAll([
      of({ tier: 'gold', city: 'berlin', billing: { first_name: 'ann' }, phones: { home: 'none' } }),
      of({ tier: 'silver', city: 'paris' }),
    ]);
    const values = (path: string) => properties.get(`properties.${path}`)?.values;
    expect(values('tier')).toEqual(
      new Map([
        ['gold', 1],
        ['silver', 1],
      ]),
    );
    for (const path of ['city', 'billing.first_name', 'phones.home']) expect(values(path)).toBe('many');
  });

  it('are none once there are many values, in one span or over several', () => {
    const many = learnAll(times(13, (n) => of({ v: `v${n}` })));
    expect(many.properties.get('properties.v')?.values).toBe('many');
    const shape: EventShape = new Map();
    const span = (from: number) => learnAll(times(7, (n) => of({ v: `v${from + n}` })));
    expect(admit(span(0), shape, 300).properties.get('properties.v')?.values).not.toBe('many');
    expect(admit(span(7), shape, 300).properties.get('properties.v')?.values).toBe('many');
  });
});

describe('somebody of the event', () => {
  const by = { user_id: 'annsmith', email: 'ann@mail.test' };

  it.each([
    ['is their user id', 'annsmith', true],
    ['is it in capitals', ' AnnSmith', true],
    ['is an e-mail', 'bob@mail.test', true],
    ['is a phone number', '+49 170 1234567', true],
    ['is a number that one could call', '0170 123', true],
    ['is a thing that happens', 'Order Completed', false],
    ['is one of a kind with a number', 'step 2', false],
  ])('is who its name says when it %s', (_, name, is) => {
    expect(isSomebody(anEvent({ by, name }))).toBe(is);
  });

  it('is in no sample and no path, whoever else had the same value before', () => {
    const posted = (author: string) => anEvent({ by, properties: { author, AnnSmith: 1, tier: 'gold' } });
    const { properties, unlearned } = learnAll([
      anEvent({ by: { user_id: 'bob' }, properties: { author: 'annsmith' } }),
      posted('annsmith'),
    ]);
    expect([...properties.keys()]).toEqual(['properties.author', 'properties.tier']);
    expect(properties.get('properties.author')?.values).toBe('many');
    expect(properties.get('properties.tier')?.values).toEqual(new Map([['gold', 1]]));
    expect(unlearned).toBe(1);
  });
});

describe('admit', () => {
  it('adds what is known or fits, and counts the rest', () => {
    const shape: EventShape = new Map([['properties.a', 'many']]);
    const admitted = admit(learnAll([of({ a: 1, b: 1, c: 1 })]), shape, 2);
    expect([...admitted.properties.keys()]).toEqual(['properties.a', 'properties.b']);
    expect(admitted.unlearned).toBe(1);
    expect([...shape.keys()]).toEqual(['properties.a', 'properties.b']);
  });
});
