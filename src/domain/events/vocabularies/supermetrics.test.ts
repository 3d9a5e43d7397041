import fc from 'fast-check';
import type { Json, JsonObject } from '../../json';
import type { Translate } from '../translation';
import { translateEngagement } from './engagement';
import { translateFact } from './fact';
import { translateIdentityMapping } from './identity-mapping';

const identifiers = { user_id: 'u1', email: 'a@b.example' };
const externalIds = [
  { type: 'user_id', id: 'u1' },
  { type: 'email', id: 'a@b.example' },
];
const rejectionOf = (translate: Translate, item: Json) => {
  const translated = translate(item);
  return 'rejection' in translated ? [translated.rejection.code, translated.rejection.path] : undefined;
};

describe('an engagement', () => {
  it('is a track of its type, by whom its identifiers name', () => {
    const item = { identifiers, type: 'Brochure Downloaded', properties: { pages: 4 }, messageId: 'm1', timestamp: 7 };
    expect(translateEngagement({ ...item, context: { locale: 'de' } })).toMatchObject({
      raw: {
        type: 'track',
        event: 'Brochure Downloaded',
        properties: { pages: 4 },
        messageId: 'm1',
        timestamp: 7,
        context: { locale: 'de', externalIds },
      },
    });
  });

  it.each<[string, Json, string, string]>([
    ['nobody', { type: 'X' }, 'no_identifier', '/identifiers'],
    ['a list of identifiers', { type: 'X', identifiers: ['u1'] }, 'no_identifier', '/identifiers'],
    ['an unknown type of identifier', { type: 'X', identifiers: { shoe: '43' } }, 'invalid_id', '/identifiers/shoe'],
    ['no type', { identifiers }, 'invalid_event_name', '/type'],
    ['a number for a type', { identifiers, type: 7 }, 'invalid_event_name', '/type'],
  ])('is refused with %s', (_, item, code, path) => {
    expect(rejectionOf(translateEngagement, item)).toEqual([code, path]);
  });
});

describe('a fact', () => {
  const fact = { identifiers, name: 'customer_data', value: { tier: 'gold' } };

  it.each<[string, JsonObject, Json]>([
    ['a duration', { ttl: '30d' }, '30d'],
    ['whole seconds', { ttl: 3_600 }, '3600s'],
    ['an instant', { expiresAt: '2026-06-01T00:00:00Z' }, '2026-06-01T00:00:00Z'],
  ])('is a trait that lives for %s', (_, end, written) => {
    expect(translateFact({ ...fact, ...end })).toMatchObject({
      raw: {
        type: 'identify',
        traits: { customer_data: { tier: 'gold' } },
        context: { externalIds, traitExpiry: { customer_data: written } },
      },
    });
  });

  it.each<[string, JsonObject, string, string]>([
    ['without a time to live', {}, 'invalid_expiry', '/ttl'],
    ['that lives for ever', { ttl: null }, 'invalid_expiry', '/ttl'],
    ['that lives for no time', { ttl: 0 }, 'invalid_expiry', '/ttl'],
    ['that lives for half a second', { ttl: 0.5 }, 'invalid_expiry', '/ttl'],
    ['that lives for "soon"', { ttl: 'soon' }, 'invalid_expiry', '/ttl'],
    ['without a value', { ttl: 60, value: null }, 'invalid_fact', '/value'],
    ['without a name', { ttl: 60, name: '' }, 'invalid_fact', '/name'],
    ['that is an e-mail', { ttl: 60, name: 'email' }, 'invalid_fact', '/name'],
    ['about nobody', { ttl: 60, identifiers: null }, 'no_identifier', '/identifiers'],
  ])('is refused %s', (_, of, code, path) => {
    expect(rejectionOf(translateFact, { ...fact, ...of })).toEqual([code, path]);
  });
});

describe('an identity mapping', () => {
  const from = { type: 'email', value: 'a@b.example' };
  const to = { type: 'user_id', value: 'u1' };

  it('is an alias that names both', () => {
    expect(translateIdentityMapping({ from, to, merge: true })).toEqual({
      raw: { type: 'alias', properties: { merge: true }, context: { externalIds: externalIds.toReversed() } },
      places: expect.anything(),
    });
  });

  it('keeps known profiles apart where it says so', () => {
    expect(translateIdentityMapping({ from, to, merge: false })).toMatchObject({ mayMerge: false });
  });

  it.each<[string, Json, string, string]>([
    ['without its flag', { from, to }, 'invalid_mapping', '/merge'],
    ['with another flag', { from, to, merge: 'yes' }, 'invalid_mapping', '/merge'],
    ['of one identifier', { from, merge: true }, 'invalid_mapping', '/to'],
    ['without a value', { from: { type: 'email' }, to, merge: true }, 'invalid_mapping', '/from'],
    ['of an unknown type', { from, to: { type: 'shoe', value: '4' }, merge: true }, 'invalid_id', '/to/type'],
  ])('is refused %s', (_, item, code, path) => {
    expect(rejectionOf(translateIdentityMapping, item)).toEqual([code, path]);
  });
});

it.each<[string, Translate]>([
  ['engagements', translateEngagement],
  ['facts', translateFact],
  ['identity mappings', translateIdentityMapping],
])('any JSON is read as %s or refused, and nothing throws', (_, translate) => {
  const keys = ['identifiers', 'type', 'name', 'value', 'ttl', 'from', 'to', 'merge', '__proto__'];
  const item = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()));
  fc.assert(fc.property(item, (value) => expect(translate(value)).toBeDefined()));
});
