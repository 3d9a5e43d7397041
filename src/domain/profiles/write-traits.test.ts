import { unionConsent, unionTraits, writeTraits } from './write-traits';
import type { Consent, Trait } from './profile';

const source = 'src_a';
const tier = (value: Trait['value'], at: number, since = at): Trait => ({ value, at, since, source });
const consent = (status: Consent['status'], at: number): Consent => ({ status, at, source, messageId: 'm1' });

describe('writeTraits', () => {
  it.each([
    ['a later value wins', tier('silver', 1), 'gold', 2, tier('gold', 2), ['tier']],
    ['a late older value does not win', tier('gold', 2), 'silver', 1, tier('gold', 2), []],
    ['at the same instant the later arrival wins', tier('silver', 1), 'gold', 1, tier('gold', 1), ['tier']],
    ['a repeated value keeps since when it holds', tier('gold', 1), 'gold', 2, tier('gold', 2, 1), []],
    ['null deletes, and is remembered', tier('gold', 1), null, 2, tier(null, 2), ['tier']],
    ['what was deleted is not brought back by an older value', tier(null, 2), 'gold', 1, tier(null, 2), []],
    ['what was deleted is brought back by a later value', tier(null, 2), 'gold', 3, tier('gold', 3), ['tier']],
  ])('%s', (_, before, value, at, after, changed) => {
    expect(writeTraits({ tier: before }, { traits: { tier: value }, at, source })).toEqual({
      facts: { tier: after },
      changed,
    });
  });

  it('remembers the deletion of what was never there, which has been so all along, and calls it no change', () => {
    expect(writeTraits({}, { traits: { tier: null }, at: 2, source })).toEqual({
      facts: { tier: tier(null, 2, 0) },
      changed: [],
    });
  });
});

describe('an increment', () => {
  const add = (before: Record<string, Trait>, by: number, at: number) =>
    writeTraits(before, { traits: {}, increments: { orders: by }, at, source });

  it.each<[string, Record<string, Trait>, number, number, Trait]>([
    ['begins at nothing', {}, 2, 5, tier(2, 5)],
    ['adds to what is there', { orders: tier(3, 1) }, 2, 5, tier(5, 5)],
    ['adds also when it comes late', { orders: tier(3, 9) }, 2, 5, tier(5, 9)],
    ['takes away', { orders: tier(3, 1) }, -4, 5, tier(-1, 5)],
    ['begins anew after a deletion', { orders: tier(null, 1) }, 2, 5, tier(2, 5)],
    ['leaves a text as it is', { orders: tier('3', 1) }, 2, 5, tier('3', 1)],
  ])('%s', (_, before, by, at, after) => {
    expect(add(before, by, at).facts['orders']).toEqual(after);
  });

  it('adds the same in whatever order several come', () => {
    const [one, other] = [add(add({}, 2, 5).facts, 3, 4), add(add({}, 3, 4).facts, 2, 5)];
    expect(one.facts['orders']?.value).toBe(5);
    expect(other.facts['orders']?.value).toBe(5);
  });
});

describe('a trait with an end', () => {
  const until = (expiresAt: number, ...of: Parameters<typeof tier>) => ({ ...tier(...of), expiresAt });

  it.each<[string, Trait, Trait['value'], number, number | undefined, Trait, string[]]>([
    ['is renewed by a later statement', until(5, 'gold', 1), 'gold', 3, 9, until(9, 'gold', 3, 1), ['tier']],
    [
      'ends earlier when a later statement says so',
      until(9, 'gold', 1),
      'gold',
      2,
      4,
      until(4, 'gold', 2, 1),
      ['tier'],
    ],
    ['is not renewed by an older statement', until(5, 'gold', 3), 'gold', 1, 9, until(5, 'gold', 3), []],
    [
      'stays for good once it is said without an end',
      until(5, 'gold', 1),
      'gold',
      2,
      undefined,
      tier('gold', 2, 1),
      ['tier'],
    ],
    ['begins anew after its end', until(5, 'gold', 1), 'gold', 5, 9, until(9, 'gold', 5), ['tier']],
    [
      'has been absent since its end, whenever it is deleted',
      until(5, 'gold', 1),
      null,
      7,
      undefined,
      tier(null, 7, 5),
      [],
    ],
    [
      'is not brought back by an older value after its end',
      until(5, 'gold', 3),
      'silver',
      2,
      undefined,
      until(5, 'gold', 3),
      [],
    ],
    ['has no end when it is deleted', tier('gold', 1), null, 2, 9, tier(null, 2), ['tier']],
  ])('%s', (_, before, value, at, expiresAt, after, changed) => {
    const traitExpiry = expiresAt === undefined ? {} : { tier: expiresAt };
    expect(writeTraits({ tier: before }, { traits: { tier: value }, traitExpiry, at, source })).toEqual({
      facts: { tier: after },
      changed,
    });
  });

  it('ends in a merge as the newest statement of either says', () => {
    const [short, long] = [until(5, 'gold', 3), until(9, 'gold', 1)];
    expect(unionTraits({ tier: short }, { tier: long })).toEqual({ tier: short });
    expect(unionTraits({ tier: long }, { tier: short })).toEqual({ tier: short });
  });
});

describe('unionConsent', () => {
  it.each([
    ['a denial survives an earlier grant', consent('denied', 2), consent('granted', 1), consent('denied', 2), []],
    [
      'a denial survives a grant of the same instant',
      consent('denied', 1),
      consent('granted', 1),
      consent('denied', 1),
      [],
    ],
    ['a denial yields to a later grant', consent('denied', 1), consent('granted', 2), consent('granted', 2), ['email']],
    ['a grant yields to a later denial', consent('granted', 1), consent('denied', 2), consent('denied', 2), ['email']],
    [
      'a grant yields to a denial of the same instant',
      consent('granted', 1),
      consent('denied', 1),
      consent('denied', 1),
      ['email'],
    ],
    ['a grant survives an earlier denial', consent('granted', 2), consent('denied', 1), consent('granted', 2), []],
  ])('%s', (_, present, incoming, after, changed) => {
    expect(unionConsent({ email: present }, { email: incoming })).toEqual({ facts: { email: after }, changed });
  });
});
