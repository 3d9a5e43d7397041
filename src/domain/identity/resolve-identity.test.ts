import fc from 'fast-check';
import type { z } from 'zod';
import type { Identifier } from '../events/event';
import { aProfile, day, noon } from '../../testing/builders';
import type { Profile } from '../profiles/profile';
import { identifierName, identifierTypes, type IdentifierType } from './identifier-types';
import { IdentityPolicy, windowDays } from './identity-policy.schema';
import { identityRules } from './identity-rules';
import { bySeniority, resolveIdentity } from './resolve-identity';

const id = (type: string, value: string): Identifier => ({ type, value });
const person = (name: string, createdAt: number, ...identifiers: Identifier[]): Profile =>
  aProfile(name, {
    createdAt,
    identifiers: identifiers.map((identifier) => ({ ...identifier, firstSeenAt: createdAt, verifiedAt: createdAt })),
  });

const windows = Object.keys(windowDays) as (keyof typeof windowDays)[];

const u1 = id('user_id', 'u1');
const u2 = id('user_id', 'u2');
const mail = id('email', 'ada@x.example');
const phone = id('phone', '+431');
const device = id('anonymous_id', 'a1');

const types = Object.keys(identifierTypes) as IdentifierType[];
const limit = fc.record({ most: fc.integer({ min: 1, max: 3 }), per: fc.constantFrom(...windows) });
const aPolicy: fc.Arbitrary<z.input<typeof IdentityPolicy>> = fc.record(
  {
    priority: fc.shuffledSubarray(types),
    unique: fc.subarray(types),
    limits: fc.dictionary(fc.constantFrom(...types.filter((type) => type !== 'user_id')), limit),
  },
  { requiredKeys: [] },
);

const ada = person('prf_ada', 2, u1, mail);
const bob = person('prf_bob', 3, u2);
const caller = person('prf_caller', 1, phone);
const browser = person('prf_browser', 0, device);

function resolve(
  people: readonly Profile[],
  identifiers: readonly Identifier[],
  isTrusted = true,
  policy: z.input<typeof IdentityPolicy> = {},
  { isAsked = false, at = noon }: { readonly isAsked?: boolean; readonly at?: number } = {},
) {
  const owners = new Map(people.flatMap((one) => one.identifiers.map((owned) => [identifierName(owned), one])));
  const rules = identityRules(IdentityPolicy.parse(policy));
  const owner = (identifier: Identifier) => owners.get(identifierName(identifier));
  return resolveIdentity(identifiers, { owner, isTrusted, isAsked, rules, at });
}

describe('resolveIdentity', () => {
  it('makes a profile for somebody nobody knows', () => {
    expect(resolve([], [u1, mail])).toEqual({
      outcome: 'created',
      absorbed: [],
      attach: [u1, mail],
      blocked: [],
      ...{ shared: [], taken: [] },
    });
  });

  it('attaches what is new to the profile it comes with', () => {
    expect(resolve([ada], [u1, device])).toMatchObject({ outcome: 'attached', survivor: ada.id, attach: [device] });
  });

  it('merges an anonymous profile into the known one, though it is older', () => {
    expect(resolve([ada, browser], [u1, device], false)).toMatchObject({
      outcome: 'merged',
      survivor: ada.id,
      absorbed: [browser.id],
    });
  });

  it('merges two known profiles into the older, from a trusted source', () => {
    expect(resolve([ada, caller], [mail, phone])).toMatchObject({ survivor: caller.id, absorbed: [ada.id] });
  });

  it('never merges two known profiles from an untrusted source: the weaker identifier is dropped', () => {
    expect(resolve([ada, caller], [mail, phone], false)).toMatchObject({
      outcome: 'attached',
      survivor: ada.id,
      absorbed: [],
      blocked: [{ identifier: phone, reason: 'untrusted' }],
    });
  });

  it.each([
    ['both in one event', [u1, u2], u2],
    ['one of them by way of an e-mail', [mail, u2], mail],
  ])('never merges two values of user_id, %s', (_, identifiers, dropped) => {
    expect(resolve([ada, bob], identifiers)).toMatchObject({
      absorbed: [],
      blocked: [{ identifier: dropped, reason: 'unique' }],
    });
  });

  it('does not depend on the order of identifiers, under any policy', () => {
    const people = [ada, bob, caller, browser];
    const strangers = [id('email', 'a@x.example'), id('email', 'z@x.example'), id('device_id', 'd1')];
    const some = fc.subarray([u1, u2, mail, phone, device, ...strangers], { minLength: 1 });
    const shuffled = some.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, fc.boolean(), aPolicy, ([listed, mixed], isTrusted, policy) => {
        expect(resolve(people, mixed, isTrusted, policy)).toEqual(resolve(people, listed, isTrusted, policy));
      }),
    );
  });
});

describe('people whom somebody says to be one', () => {
  const asked = (
    people: readonly Profile[],
    named: readonly Identifier[],
    policy: z.input<typeof IdentityPolicy> = {},
  ) => resolve(people, named, true, policy, { isAsked: true });

  it('become the older one, though each has a user id, and though the policy would keep them apart', () => {
    const policy = { unique: ['email' as const], limits: { email: { most: 1 } } };
    const people = [ada, person('prf_eve', 1, u2, id('email', 'eve@x.example'))];
    expect(asked(people, [u1, u2], policy)).toEqual({
      outcome: 'merged',
      survivor: 'prf_eve',
      absorbed: [ada.id],
      attach: [],
      blocked: [],
      ...{ shared: [], taken: [] },
    });
  });

  it('stay one for events that name either, and a third user id stays out', () => {
    const both = person('prf_both', 1, u1, u2, mail);
    expect(resolve([both], [u1, u2])).toMatchObject({ survivor: both.id, blocked: [] });
    expect(resolve([both], [id('user_id', 'u3'), mail])).toMatchObject({
      outcome: 'created',
      blocked: [{ identifier: mail, reason: 'unique' }],
    });
  });

  it('stay apart where one profile cannot hold both', () => {
    const full = aProfile('prf_full', {
      identifiers: [u1, ...Array.from({ length: 998 }, (_, n) => id('device_id', `d${n}`))].map((one) => ({
        ...one,
        firstSeenAt: 1,
        verifiedAt: 1,
      })),
    });
    expect(asked([full, person('prf_other', 2, u2, phone, mail)], [u1, u2])).toMatchObject({
      absorbed: [],
      blocked: [{ identifier: u2, reason: 'full' }],
    });
  });
});

describe('the policy of a workspace', () => {
  const mails = (count: number, seenAt: number) =>
    Array.from({ length: count }, (_, n) => ({
      ...id('email', `${seenAt}-${n}@x.example`),
      firstSeenAt: seenAt,
      verifiedAt: seenAt,
    }));
  const holder = (...identifiers: Profile['identifiers']): Profile =>
    aProfile('prf_holder', { identifiers: [{ ...u1, firstSeenAt: 0, verifiedAt: 0 }, ...identifiers] });
  const another = id('email', 'another@x.example');

  it('decides which of two identifiers that disagree is the weaker', () => {
    const people = [ada, caller];
    expect(resolve(people, [mail, phone], false).survivor).toBe(ada.id);
    expect(resolve(people, [mail, phone], false, { priority: ['phone'] })).toMatchObject({
      survivor: caller.id,
      blocked: [{ identifier: mail, reason: 'untrusted' }],
    });
  });

  it('may let a person have one value of a type: a second neither joins nor merges', () => {
    const policy = { unique: ['email' as const] };
    expect(resolve([ada], [u1, another], true, policy)).toMatchObject({
      survivor: ada.id,
      attach: [],
      blocked: [{ identifier: another, reason: 'unique' }],
    });
    const owner = person('prf_other', 1, another);
    expect(resolve([ada, owner], [u1, another], true, policy)).toMatchObject({ outcome: 'attached', absorbed: [] });
    expect(resolve([ada, owner], [u1, another])).toMatchObject({ outcome: 'merged' });
  });

  it.each([
    ['ever', 2, mails(2, 0), true],
    ['ever', 3, mails(2, 0), false],
    ['week', 2, mails(2, noon - 8 * day), false],
    ['week', 2, mails(2, noon - 6 * day), true],
    ['month', 2, mails(2, noon - 29 * day), true],
    ['month', 2, mails(2, noon - 31 * day), false],
    ['year', 2, mails(2, noon - 364 * day), true],
    ['year', 2, [...mails(1, noon - 366 * day), ...mails(1, noon)], false],
    ['week', 2, mails(2, noon - 7 * day), false],
    ['week', 2, mails(2, noon - 7 * day + 1), true],
    ['week', 2, mails(2, noon + 7 * day), false],
    ['week', 2, mails(2, noon + 7 * day - 1), true],
    ['week', 2, [...mails(1, noon - 6 * day), ...mails(1, noon + 6 * day)], false],
  ] as const)(
    'may allow so many of a type per %s: with %i allowed and %j held, one more is dropped: %s',
    (per, most, held, isDropped) => {
      const { attach, blocked } = resolve([holder(...held)], [u1, another], true, { limits: { email: { most, per } } });
      expect(attach).toEqual(isDropped ? [] : [another]);
      expect(blocked).toEqual(isDropped ? [{ identifier: another, reason: 'limit' }] : []);
    },
  );

  it('holds for merges too, and for several identifiers of one event', () => {
    const limits = { email: { most: 2 } };
    const other = person('prf_other', 1, id('email', 'x@x.example'), phone);
    expect(resolve([holder(...mails(2, 0)), other], [u1, phone], true, { limits })).toMatchObject({
      absorbed: [],
      blocked: [{ identifier: phone, reason: 'limit' }],
    });
    const event = [u1, ...['a', 'b', 'c'].map((name) => id('email', `${name}@x.example`))];
    expect(resolve([], event, true, { limits }).attach).toHaveLength(3);
  });

  it('lets a merge bring no more into any time of that length, however long ago it was', () => {
    const limits = { email: { most: 2, per: 'week' as const } };
    const other = (seenAt: number) => person('prf_other', seenAt, id('email', 'x@x.example'), phone);
    const merged = (seenAt: number) => resolve([holder(...mails(2, 0)), other(seenAt)], [u1, phone], true, { limits });
    expect(merged(6 * day)).toMatchObject({ outcome: 'attached', blocked: [{ identifier: phone, reason: 'limit' }] });
    expect(merged(7 * day)).toMatchObject({ outcome: 'merged', blocked: [] });
  });

  it('drops, of several of one type, those that nobody has, whatever their spelling', () => {
    const held = mails(2, 5);
    const [first] = held;
    if (!first) throw new Error('nobody');
    for (const value of ['0@x.example', 'z@x.example'])
      for (const policy of [{ limits: { email: { most: 2 } } }, { unique: ['email' as const] }]) {
        const { survivor, blocked } = resolve([holder(...held)], [id('email', value), first], true, policy);
        expect(survivor).toBe('prf_holder');
        expect(blocked.map(({ identifier }) => identifier.value)).toEqual([value]);
      }
  });

  it('leaves a profile no more room than it has under the usual one', () => {
    const held = (type: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ ...id(type, `${type}-${n}`), firstSeenAt: 0, verifiedAt: 0 }));
    const full = holder(...held('device_id', 900), ...held('anonymous_id', 98));
    const policy = { unique: ['anonymous_id' as const, 'email' as const] };
    const many = aProfile('prf_many', { identifiers: held('phone', 500) });
    expect(resolve([full], [u1, another], true, policy)).toMatchObject({ attach: [another], blocked: [] });
    expect(resolve([full], [u1, phone], true, policy).blocked).toMatchObject([{ reason: 'full' }]);
    const fuller = aProfile('prf_fuller', {
      identifiers: [...held('anonymous_id', 600), { ...u1, firstSeenAt: 0, verifiedAt: 0 }],
    });
    const merging = resolve([fuller, many], [u1, id('phone', 'phone-0')], true, policy);
    expect(merging.blocked).toMatchObject([{ reason: 'full' }]);
  });

  it('makes no difference between sources once a secret key has said it: who comes second is dropped', () => {
    const early = resolve([person('prf_ada', 1, u1)], [u1, another], false, { unique: ['email'] });
    expect(early).toMatchObject({ attach: [another], blocked: [] });
    const late = resolve([person('prf_ada', 1, u1, another)], [u1, mail], true, { unique: ['email'] });
    expect(late.blocked).toEqual([{ identifier: mail, reason: 'unique' }]);
  });

  it('never takes what is held already, though it is more than a new policy allows', () => {
    const [first] = mails(5, 0);
    if (!first) throw new Error('nobody');
    const found = resolve([holder(...mails(5, 0))], [u1, first], true, {
      unique: ['email'],
      limits: { email: { most: 1 } },
    });
    expect(found).toMatchObject({ survivor: 'prf_holder', blocked: [] });
  });

  it('never lets one gain more than the limit in any time of its length, whatever comes in which order', () => {
    const mailOf = fc.nat(6).map((n) => id('email', `${n}@x.example`));
    const event = fc.record({ at: fc.integer({ min: 0, max: 40 }), named: fc.array(mailOf, { maxLength: 4 }) });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(...windows),
        (events, most, per) => {
          let profile = holder();
          for (const { at, named } of events) {
            const policy = { limits: { email: { most, per } } };
            const { attach } = resolve([profile], [u1, ...named], true, policy, { at: at * day });
            const gained = attach.map((one) => ({ ...one, firstSeenAt: at * day, verifiedAt: at * day }));
            profile = { ...profile, identifiers: [...profile.identifiers, ...gained] };
          }
          const seen = profile.identifiers.flatMap(({ type, firstSeenAt }) => (type === 'email' ? [firstSeenAt] : []));
          for (const end of seen) {
            const within = seen.filter((at) => at <= end && at > end - windowDays[per] * day);
            expect(within.length).toBeLessThanOrEqual(most);
          }
          const named = new Set(events.flatMap((one) => one.named.map(({ value }) => value)));
          if (per === 'ever') expect(seen.length).toBe(Math.min(most, named.size));
        },
      ),
    );
  });

  it.each([
    [{ limits: { user_id: { most: 2 } } }, 'limits.user_id', 'leave its limit out'],
    [{ priority: ['email', 'email'] }, 'priority', 'name each once'],
    [{ unique: ['nickname'] }, 'unique.0', 'there are user_id, email, '],
    [{ limits: { email: { most: 0 } } }, 'limits.email.most', '>=1'],
    [{ limits: { email: { most: 2, per: 'day' } } }, 'limits.email.per', 'expected one of'],
    [{ quarantine: { most: 1 } }, 'quarantine.most', '>=2'],
    [{ quarantine: true }, 'quarantine', '2 to 100 people, or false'],
    [{ sharedDevices: 'nobody' }, 'sharedDevices', 'expected one of'],
    [{ merge: true }, '', 'merge'],
    [{ traits: { tier: 'largest' } }, 'traits.tier', 'newest, first, union, sum or { "sources": [ … ] }'],
    [{ traits: { tier: { sources: ['crm', 'crm'] } } }, 'traits.tier.sources', 'name each once'],
    [
      { traits: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`t${n}`, 'first'])) },
      'traits',
      'at most 200',
    ],
  ])('is refused as %j, with the place and the reason', (policy, path, message) => {
    const { error } = IdentityPolicy.safeParse(policy);
    expect(error?.issues).toMatchObject([{ message: expect.stringContaining(message) as string }]);
    expect(error?.issues[0]?.path.join('.')).toBe(path);
  });
});

describe('seniority', () => {
  const order = bySeniority(identityRules({}));
  const someone = fc
    .tuple(fc.constantFrom('prf_1', 'prf_2', 'prf_3'), fc.nat(2), fc.boolean())
    .map(([name, createdAt, isKnown]) => person(name, createdAt, isKnown ? u1 : device));

  it('is a total order: two profiles rank one way, and three never in a circle', () => {
    fc.assert(
      fc.property(someone, someone, someone, (a, b, c) => {
        expect(Math.sign(order(a, b)) + Math.sign(order(b, a))).toBe(0);
        expect(a.id === b.id || order(a, b) !== 0).toBe(true);
        expect(order(a, b) <= 0 && order(b, c) <= 0 && order(a, c) > 0).toBe(false);
      }),
    );
  });
});
