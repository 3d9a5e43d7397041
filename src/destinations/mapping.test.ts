import type { JsonObject } from '../domain/json';
import { applyMapping } from './mapping';
import { Mapping } from './mapping.schema';
import { sha256Hex } from './normalise/sha256';
import { traitsRead } from './traits-read';

const facts: JsonObject = {
  traits: {
    first_name: ' Ada ',
    city: 'Zürich',
    born: '1815-12-10',
    phone: '030 901820',
    country: 'Germany',
    json: '{"a":{"b":[{"c":1},{"c":2}]}}',
    'a.b': 'dotted',
    vip: true,
  },
  identifiers: { email: 'ada@example.com' },
  entry: { properties: { cart_id: 'c1', total: '19.995', items: [{ sku: 'A' }, { sku: 'B' }] } },
  event: { properties: { revenue: 1.005 } },
  steps: { listen: { event: { properties: { link: 'x' } } } },
};
const map = (mapping: object) => applyMapping(Mapping.parse(mapping), facts);
const one = (value: unknown) => {
  const mapped = map({ field: value });
  return 'payload' in mapped ? mapped.payload['field'] : mapped.rejected;
};

describe('applyMapping', () => {
  it('takes constants, paths and templates, nested as they are written', () => {
    const mapped = map({
      template: 'cart-reminder',
      discount: 15,
      cart: { from: 'entry.properties.cart_id' },
      to: { address: { from: 'identifiers.email' }, tags: ['a', { from: 'traits.city' }] },
      greeting: { template: "Hello {{ traits.first_name | strip | default: 'there' }}" },
    });
    expect(mapped).toEqual({
      payload: {
        template: 'cart-reminder',
        discount: 15,
        cart: 'c1',
        to: { address: 'ada@example.com', tags: ['a', 'Zürich'] },
        greeting: 'Hello Ada',
      },
    });
  });

  it.each<[string, unknown, unknown]>([
    ['any element', { from: 'entry.properties.items[].sku' }, ['A', 'B']],
    ['a name with a dot', { from: 'traits["a.b"]' }, 'dotted'],
    ['what a wait caught', { from: 'steps.listen.event.properties.link' }, 'x'],
    ['a default for what is missing', { from: 'traits.missing', default: 0 }, 0],
    ['a default of null', { from: 'traits.missing', default: null }, null],
    ['a default for what a transform cannot take', { from: 'traits.city', transform: ['number'], default: -1 }, -1],
    ['a constant that looks like a path', { constant: { from: 'traits.city' } }, { from: 'traits.city' }],
    ['number and round', { from: 'entry.properties.total', transform: ['number', { round: 2 }] }, 20],
    ['round of 1.005', { from: 'event.properties.revenue', transform: [{ round: 2 }] }, 1.01],
    ['string', { from: 'traits.vip', transform: ['string'] }, 'true'],
    ['trim and lower', { from: 'traits.first_name', transform: ['trim', 'lower'] }, 'ada'],
    ['upper', { from: 'traits.city', transform: ['upper'] }, 'ZÜRICH'],
    ['date', { from: 'traits.born', transform: [{ date: 'dd.MM.yyyy' }] }, '10.12.1815'],
    ['seconds', { from: 'traits.born', transform: [{ date: 'seconds' }] }, Date.UTC(1815, 11, 10) / 1_000],
    ['date in a zone', { from: 'traits.born', transform: [{ date: 'HH:mm', zone: 'Asia/Tokyo' }] }, '09:18'],
    ['epoch', { from: 'traits.born', transform: [{ date: 'milliseconds' }] }, Date.UTC(1815, 11, 10)],
    ['sha256', { from: 'identifiers.email', transform: ['sha256'] }, sha256Hex('ada@example.com')],
    ['country', { from: 'traits.country', transform: ['country'] }, 'DE'],
    ['phone', { from: 'traits.phone', transform: [{ phone: { country: 'DE' } }] }, '+4930901820'],
    ['get from JSON text', { from: 'traits.json', transform: [{ get: 'a.b[].c' }] }, [1, 2]],
    ['json', { from: 'entry.properties.items', transform: ['json'] }, '[{"sku":"A"},{"sku":"B"}]'],
    ['a transform of a template', { template: '{{ traits.city }}', transform: ['upper'] }, 'ZÜRICH'],
  ])('reads %s', (_, value, expected) => {
    expect(one(value)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['something missing', { from: 'traits.missing' }, 'Nothing is at "traits.missing"'],
    ['a prototype', { from: 'traits.constructor.name' }, 'Nothing is at'],
    ['text that is no number', { from: 'traits.city', transform: ['number'] }, '"number" cannot take a string'],
    ['a number to trim', { from: 'event.properties.revenue', transform: ['trim'] }, '"trim" cannot take a number'],
    ['no date', { from: 'traits.city', transform: [{ date: 'iso' }] }, '"date" cannot take a string'],
    ['a variable without default', { template: 'Hi {{ traits.nickname }}' }, '"traits.nickname" is not there'],
    ['a prototype in a template', { template: '{{ traits.constructor }}' }, '"traits.constructor" is not there'],
    ['an endless loop', { template: '{% for i in (1..100000000) %}x{% endfor %}' }, 'takes too long'],
  ])('rejects %s with the field and the reason', (_, value, message) => {
    expect(one({ deep: value })).toMatchObject({ path: 'field.deep', message: expect.stringContaining(message) });
  });

  it('never quotes a value of a person', () => {
    const mapped = map({ a: { from: 'traits.city', transform: ['number'] } });
    expect(JSON.stringify(mapped)).not.toContain('Zürich');
  });

  it('lets `if` and `default` ask for what may be missing', () => {
    expect(one({ template: '{% if traits.nickname %}A{% else %}B{% endif %}' })).toBe('B');
    expect(one({ template: "{{ traits.nickname | default: 'friend' }}" })).toBe('friend');
  });

  it('reads no files', () => {
    expect(Mapping.safeParse({ a: { template: "{% include '/etc/passwd' %}" } }).success).toBe(true);
    expect(one({ template: "{% include '/etc/passwd' %}" })).toMatchObject({ path: 'field' });
    expect(one({ template: "{% render '../../package.json' %}" })).toMatchObject({ path: 'field' });
  });

  it('keeps odd field names as data', () => {
    const mapped = map({ $set: 1, 'a.b': 2, constructor: 3 });
    expect(mapped).toEqual({ payload: { $set: 1, 'a.b': 2, constructor: 3 } });
  });
});

describe('Mapping', () => {
  it.each([
    ['a wrong path', { a: { from: 'traits..x' } }],
    ['an unknown option', { a: { from: 'traits.x', fallback: 1 } }],
    ['an unknown transform', { a: { from: 'traits.x', transform: ['explode'] } }],
    ['a zone that is none', { a: { from: 'traits.x', transform: [{ date: 'iso', zone: 'Mars/Base' }] } }],
    ['a country that is none', { a: { from: 'traits.x', transform: [{ phone: { country: 'de' } }] } }],
    ['an open brace', { a: { template: 'Hi {{ traits.x' } }],
    ['an unknown filter', { a: { template: '{{ traits.x | shout }}' } }],
    ['a template without end', { a: { template: 'x'.repeat(8_193) } }],
    ['path and template at once', { a: { from: 'traits.x', template: 'y' } }],
  ])('refuses %s', (_, mapping) => {
    expect(Mapping.safeParse(mapping).success).toBe(false);
  });
});

describe('traitsRead', () => {
  it('names the traits of paths and templates, each once, and nothing else', () => {
    const mapping = Mapping.parse({
      a: { from: 'traits.first_name' },
      b: { template: '{{ traits.city }} {{ traits.first_name }} {% if traits.vip %}!{% endif %} {{ entry.name }}' },
      c: { deep: [{ from: 'traits["a.b"].c' }] },
      d: { constant: { from: 'traits.secret' } },
      e: 'traits.text',
    });
    expect(traitsRead(mapping).sort()).toEqual(['a.b', 'city', 'first_name', 'vip']);
  });

  it.each(['template', 'from', 'constant'])('takes a field of the mapping that is called %s for a field', (field) => {
    const mapping = Mapping.parse({ [field]: 'cart-reminder', greeting: { from: 'traits.first_name' } });
    expect(traitsRead(mapping)).toEqual(['first_name']);
  });
});
