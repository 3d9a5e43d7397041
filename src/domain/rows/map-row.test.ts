import fc from 'fast-check';
import { parseEvent } from '../events/parse-event';
import type { JsonObject } from '../json';
import { rowMapper } from './map-row';
import { RowMapping } from './row-mapping.schema';

const mapWith = (mapping: object, row: JsonObject) => rowMapper(RowMapping.parse(mapping))(row, () => 'derived');
const eventOf = (mapping: object, row: JsonObject): JsonObject => {
  const mapped = mapWith(mapping, row);
  if ('rejection' in mapped) throw new Error(`Refused: ${mapped.rejection.code} in ${mapped.rejection.column}`);
  return mapped.event;
};
const id = { id: { to: 'identifier', type: 'user_id' } };
const people = (columns: object, more: object = {}) => ({ columns: { ...id, ...columns }, ...more });

describe('a row', () => {
  it('becomes an identify with ids where the door looks for them, traits and consent', () => {
    const mapping = {
      columns: {
        customer: { to: 'identifier', type: 'user_id' },
        visitor: { to: 'identifier', type: 'anonymous_id' },
        mail: [
          { to: 'identifier', type: 'email' },
          { to: 'trait', name: 'email' },
        ],
        age: { to: 'trait', as: 'integer' },
        news: { to: 'consent', purpose: 'newsletter' },
        changed: { to: 'occurredAt' },
      },
      constants: { traits: { origin: 'crm' } },
    };
    const row = {
      customer: 'u1',
      visitor: 'a1',
      mail: 'x@example.com',
      age: '42',
      news: 'Yes',
      changed: '2026-05-01 09:00:00',
    };
    expect(eventOf(mapping, row)).toEqual({
      type: 'identify',
      userId: 'u1',
      anonymousId: 'a1',
      messageId: 'derived',
      timestamp: '2026-05-01T09:00:00.000Z',
      traits: { origin: 'crm', email: 'x@example.com', age: 42 },
      context: {
        externalIds: [{ type: 'email', id: 'x@example.com' }],
        consent: { categoryPreferences: { newsletter: true } },
      },
    });
  });

  it('becomes a track with properties, or whatever its type column says', () => {
    const mapping = {
      columns: {
        ...id,
        kind: { to: 'type' },
        what: { to: 'event' },
        company: { to: 'groupId' },
        key: { to: 'messageId' },
        total: { to: 'property', as: 'number' },
        plan: { to: 'trait' },
      },
    };
    const row = { id: 'u1', what: 'Order Completed', company: 'g1', key: 'm1', total: '12.50', plan: 'pro' };
    expect(eventOf(mapping, { ...row, kind: 'track' })).toMatchObject({
      type: 'track',
      event: 'Order Completed',
      messageId: 'm1',
      properties: { total: 12.5 },
    });
    expect(eventOf(mapping, { ...row, kind: 'track' })).not.toHaveProperty('traits');
    expect(eventOf(mapping, { ...row, kind: 'group' })).toMatchObject({ groupId: 'g1', traits: { plan: 'pro' } });
    expect(eventOf(mapping, { ...row, kind: '' })).toMatchObject({ type: 'identify', traits: { plan: 'pro' } });
  });

  it('says what group the person is in, of what type, and as what', () => {
    const mapping = {
      type: 'group',
      columns: { ...id, home: { to: 'groupId' }, part: { to: 'groupRole' }, city: { to: 'trait' } },
      constants: { groupType: 'household' },
    };
    expect(eventOf(mapping, { id: 'u1', home: 'h1', part: 'child', city: 'Graz' })).toMatchObject({
      type: 'group',
      groupId: 'h1',
      traits: { city: 'Graz' },
      context: { groupType: 'household', groupRole: 'child' },
    });
  });

  it('takes the first filled column of several for one id, and the others along', () => {
    const columns = {
      old: { to: 'identifier', type: 'user_id' },
      new: { to: 'identifier', type: 'user_id' },
    };
    expect(eventOf({ columns }, { old: '', new: 'u2' })).toMatchObject({ userId: 'u2' });
    expect(eventOf({ columns }, { old: 'u1', new: 'u2' })).toMatchObject({
      userId: 'u1',
      context: { externalIds: [{ type: 'user_id', id: 'u2' }] },
    });
  });

  it.each<[string, object, object, JsonObject, JsonObject]>([
    ['a blank says nothing', {}, {}, { plan: '' }, {}],
    ['spaces alone are blank', {}, {}, { plan: '  ' }, {}],
    ['a blank deletes where the mapping says so', {}, { blank: 'clear' }, { plan: '' }, { plan: null }],
    ['a blank is a text where the column says so', { blank: 'empty' }, { blank: 'clear' }, { plan: '' }, { plan: '' }],
    ['null deletes', {}, {}, { plan: null }, { plan: null }],
    ['null says nothing where the column says so', { null: 'keep' }, {}, { plan: null }, {}],
    ['a text may stand for null', {}, { nulls: ['\\N'] }, { plan: '\\N' }, { plan: null }],
    ['an absent column says nothing', {}, { blank: 'clear' }, {}, {}],
    ['leading zeros stay', {}, {}, { plan: '007' }, { plan: '007' }],
    ['spaces around a text go', {}, {}, { plan: ' pro ' }, { plan: 'pro' }],
    ['spaces stay where they are meant', {}, { trim: false }, { plan: ' pro ' }, { plan: ' pro ' }],
    ['JSON stays what it is', {}, {}, { plan: { tier: [1, true] } }, { plan: { tier: [1, true] } }],
    ['other columns are ignored', {}, {}, { other: 'x' }, {}],
    ['other columns are traits where wanted', {}, { unmapped: 'trait' }, { other: 'x', none: '' }, { other: 'x' }],
    ['a formula is text like any other', {}, {}, { plan: '=1+1' }, { plan: '=1+1' }],
  ])('%s', (_what, column, more, row, traits) => {
    expect(eventOf(people({ plan: { to: 'trait', ...column } }, more), { id: 'u1', ...row })['traits']).toEqual(traits);
  });

  it.each<[string, object, JsonObject, string, string]>([
    ['no identifier', people({}), { id: ' ' }, 'no_identifier', ''],
    ['an id that has lost digits', people({}), { id: 9_007_199_254_740_993 }, 'invalid_id', 'id'],
    ['an object for an id', people({}), { id: { $ne: null } }, 'invalid_id', 'id'],
    [
      'a number that is none',
      people({ age: { to: 'trait', as: 'number' } }),
      { id: 'u', age: 'x1' },
      'invalid_value',
      'age',
    ],
    [
      'an unclear consent',
      people({ ok: { to: 'consent', purpose: 'p' } }),
      { id: 'u', ok: 'maybe' },
      'invalid_consent',
      'ok',
    ],
    ['an unknown type', people({ t: { to: 'type' } }), { id: 'u', t: 'alias' }, 'unknown_type', 't'],
    [
      'a track without a name',
      people({ e: { to: 'event' } }, { type: 'track' }),
      { id: 'u', e: '' },
      'missing_value',
      '',
    ],
    [
      'a time that cannot be',
      people({ at: { to: 'occurredAt' } }),
      { id: 'u', at: '2026-02-30' },
      'invalid_value',
      'at',
    ],
  ])('with %s is refused by the column', (_what, mapping, row, code, column) => {
    expect(mapWith(mapping, row)).toMatchObject({ rejection: { code, column } });
  });

  it('is refused without a word of its values', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12,20}$/), (secret) => {
        const columns = {
          a: { to: 'trait', as: 'number' },
          b: { to: 'consent', purpose: 'p' },
          c: { to: 'occurredAt' },
        };
        for (const column of ['a', 'b', 'c']) {
          const mapped = mapWith(people(columns), { id: 'u', [column]: secret });
          expect(JSON.stringify(mapped)).not.toContain(secret);
          expect(mapped).toHaveProperty('rejection');
        }
      }),
    );
  });

  it('with any text in any column becomes the same event each time, one that the door can read', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    const row = fc.dictionary(fc.oneof(fc.constantFrom('id', '__proto__', 'constructor', 'plan'), text), text, {
      noNullPrototype: true,
    });
    const mapping = RowMapping.parse(people({ plan: { to: 'trait' } }, { unmapped: 'trait' }));
    fc.assert(
      fc.property(row, (cells) => {
        const mapped = rowMapper(mapping)(cells, () => 'derived');
        expect(rowMapper(mapping)(cells, () => 'derived')).toEqual(mapped);
        if ('rejection' in mapped) return;
        const parsed = parseEvent(mapped.event, {
          receivedAt: Date.parse('2026-05-01T12:00:00Z'),
          source: 'import',
          isTrusted: true,
          json: { maxBytes: 32_768, maxDepth: 64 },
          makeMessageId: () => 'made',
        });
        if ('rejection' in parsed) expect(parsed.rejection.code).toMatch(/no_identifier|invalid_/);
        else expect(parsed.event.traits).toEqual(mapped.event['traits']);
      }),
    );
  });
});
