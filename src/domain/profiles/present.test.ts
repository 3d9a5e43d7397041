import fc from 'fast-check';
import { profileId } from '../ids';
import { expiryOf, identifiersByType, idsOf, presentTraits } from './present';
import type { KnownIdentifier, Trait } from './profile';

const email = (value: string, firstSeenAt: number): KnownIdentifier => ({ type: 'email', value, firstSeenAt });
const trait = (value: Trait['value'], more: Partial<Trait> = {}): Trait => ({
  value,
  at: 1,
  since: 1,
  source: 'src_a',
  ...more,
});

describe('the identifiers of a person by type', () => {
  it.each([
    ['listed last', [email('old@x.example', 1), email('new@x.example', 2)]],
    ['listed first, as after a merge with a younger profile', [email('new@x.example', 2), email('old@x.example', 1)]],
  ])('hold the value first seen last, %s', (_, identifiers) => {
    expect(identifiersByType({ identifiers, traits: {} })).toEqual({ email: 'new@x.example' });
  });

  it.each([
    ['a trait says again', { email: trait('Old@x.example', { at: 3 }) }, 'old@x.example'],
    ['a trait said before another was seen', { email: trait('old@x.example', { at: 1 }) }, 'new@x.example'],
    ['a trait says that the person does not have', { email: trait('else@x.example', { at: 3 }) }, 'new@x.example'],
    ['a trait says no longer', { email: trait(null, { at: 3 }) }, 'new@x.example'],
    ['a trait says as no text', { email: trait(7, { at: 3 }) }, 'new@x.example'],
    ['a trait says of another type', { user_id: trait('old@x.example', { at: 3 }) }, 'new@x.example'],
  ])('hold the value stated last: one that %s', (_, traits, value) => {
    const identifiers = [email('old@x.example', 1), email('new@x.example', 2)];
    expect(identifiersByType({ identifiers, traits })).toEqual({ email: value });
  });

  it('do not depend on the order of the list, where no two were first seen at one instant', () => {
    const instants = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(instants, (seen) => {
        const identifiers = seen.map((at) => email(`${at}@x.example`, at));
        expect(identifiersByType({ identifiers, traits: {} })).toEqual({ email: `${Math.max(...seen)}@x.example` });
      }),
    );
  });

  it('hold every type the person has', () => {
    const identifiers = [email('a@x.example', 1), { type: 'user_id', value: 'u1', firstSeenAt: 1 }];
    expect(identifiersByType({ identifiers, traits: {} })).toEqual({ email: 'a@x.example', user_id: 'u1' });
  });
});

describe('present traits', () => {
  it.each<[string, Trait, object]>([
    ['has a value', trait('gold'), { tier: 'gold' }],
    ['is false', trait(false), { tier: false }],
    ['was deleted', trait(null), {}],
    ['ends later', trait('gold', { expiresAt: 101 }), { tier: 'gold' }],
    ['ends now', trait('gold', { expiresAt: 100 }), {}],
  ])('say what holds of a trait that %s', (_, tier, expected) => {
    expect(presentTraits({ traits: { tier } }, 100)).toEqual(expected);
  });
});

it('says when present traits end, of those that do', () => {
  const traits = {
    tier: trait('gold', { expiresAt: 101 }),
    ltv: trait(900),
    score: trait(2, { expiresAt: 100 }),
    gone: trait(null),
  };
  expect(expiryOf({ traits }, 100)).toEqual({ tier: 101 });
});

describe('the ids of a person', () => {
  it('begin with the present one, then name those absorbed', () => {
    const [id, first, second] = [profileId('prf_1'), profileId('prf_2'), profileId('prf_3')] as const;
    expect(idsOf({ id, lineage: [first, second] })).toEqual(['prf_1', 'prf_2', 'prf_3']);
  });
});
