import fc from 'fast-check';
import type { z } from 'zod';
import type { Identifier } from '../events/event';
import { aProfile, day, noon } from '../../testing/builders';
import type { Profile } from '../profiles/profile';
import { identifierName } from './identifier-types';
import { IdentityPolicy } from './identity-policy.schema';
import { identityRules } from './identity-rules';
import { bySeniority, resolveIdentity } from './resolve-identity';

const id = (type: string, value: string): Identifier => ({ type, value });
const person = (name: string, createdAt: number, ...identifiers: Identifier[]): Profile =>
  aProfile(name, {
    createdAt,
    identifiers: identifiers.map((identifier) => ({ ...identifier, firstSeenAt: createdAt })),
  });

const u1 = id('user_id', 'u1');
const u2 = id('user_id', 'u2');
const mail = id('email', 'ada@x.example');
const phone = id('phone', '+431');
const device = id('anonymous_id', 'a1');

const ada = person('prf_ada', 2, u1, mail);
const bob = person('prf_bob', 3, u2);
const caller = person('prf_caller', 1, phone);
const browser = person('prf_browser', 0, device);

function resolve(
  people: readonly Profile[],
  identifiers: readonly Identifier[],
  isTrusted = true,
  policy: z.input<typeof IdentityPolicy> = {},
  isAsked = false,
) {
  const owners = new Map(people.flatMap((one) => one.identifiers.map((owned) => [identifierName(owned), one])));
  const rules = identityRules(IdentityPolicy.parse(policy));
  const owner = (identifier: Identifier) => owners.get(identifierName(identifier));
  return resolveIdentity(identifiers, { owner, isTrusted, isAsked, rules, at: noon });
}

describe('resolveIdentity', () => {
  it('makes a profile for somebody nobody knows', () => {
    expect(resolve([], [u1, mail])).toEqual({ outcome: 'created', absorbed: [], attach: [u1, mail], blocked: [] });
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

  it('does not depend on the order of identifiers', () => {
    const people = [ada, bob, caller, browser];
    const some = fc.subarray([u1, u2, mail, phone, device], { minLength: 1 });
    const shuffled = some.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, fc.boolean(), ([listed, mixed], isTrusted) => {
        expect(resolve(people, mixed, isTrusted)).toEqual(resolve(people, listed, isTrusted));
      }),
    );
  });
});

describe('people whom somebody says to be one', () => {
  const asked = (
    people: readonly Profile[],
    named: readonly Identifier[],
    policy: z.input<typeof IdentityPolicy> = {},
  ) => resolve(people, named, true, policy, true);

  it('become the older one, though each has a user id, and though the policy would keep them apart', () => {
    const policy = { unique: ['email' as const], limits: { email: { most: 1 } } };
    const people = [ada, person('prf_eve', 1, u2, id('email', 'eve@x.example'))];
    expect(asked(people, [u1, u2], policy)).toEqual({
      outcome: 'merged',
      survivor: 'prf_eve',
      absorbed: [ada.id],
      attach: [],
      blocked: [],
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
    Array.from({ length: count }, (_, n) => ({ ...id('email', `${seenAt}-${n}@x.example`), firstSeenAt: seenAt }));
  const holder = (...identifiers: Profile['identifiers']): Profile =>
    aProfile('prf_holder', { identifiers: [{ ...u1, firstSeenAt: 0 }, ...identifiers] });
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

  it('never takes what is held already, though it is more than a new policy allows', () => {
    const [first] = mails(5, 0);
    if (!first) throw new Error('nobody');
    const found = resolve([holder(...mails(5, 0))], [u1, first], true, {
      unique: ['email'],
      limits: { email: { most: 1 } },
    });
    expect(found).toMatchObject({ survivor: 'prf_holder', blocked: [] });
  });

  it('never lets one gain more than the limit, whatever comes in which order', () => {
    const mailOf = fc.nat(6).map((n) => id('email', `${n}@x.example`));
    fc.assert(
      fc.property(
        fc.array(fc.array(mailOf, { maxLength: 4 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (events, most) => {
          let profile = holder();
          for (const named of events) {
            const { attach } = resolve([profile], [u1, ...named], true, { limits: { email: { most } } });
            profile = {
              ...profile,
              identifiers: [...profile.identifiers, ...attach.map((one) => ({ ...one, firstSeenAt: noon }))],
            };
          }
          const held = profile.identifiers.filter(({ type }) => type === 'email');
          const named = new Set(events.flat().map(({ value }) => value));
          expect(held.length).toBe(Math.min(most, named.size));
        },
      ),
    );
  });

  it.each([
    [{ limits: { user_id: { most: 2 } } }, 'limits.user_id', 'leave its limit out'],
    [{ priority: ['email', 'email'] }, 'priority', 'name each once'],
    [{ unique: ['nickname'] }, 'unique.0', 'expected one of'],
    [{ limits: { email: { most: 0 } } }, 'limits.email.most', '>=1'],
    [{ limits: { email: { most: 2, per: 'day' } } }, 'limits.email.per', 'expected one of'],
    [{ merge: true }, '', 'merge'],
  ])('is refused as %j, with the place and the reason', (policy, path, message) => {
    const { error } = IdentityPolicy.safeParse(policy);
    expect(error?.issues).toMatchObject([{ message: expect.stringContaining(message) as string }]);
    expect(error?.issues[0]?.path.join('.')).toBe(path);
  });
});

describe('seniority', () => {
  const someone = fc
    .tuple(fc.constantFrom('prf_1', 'prf_2', 'prf_3'), fc.nat(2), fc.boolean())
    .map(([name, createdAt, isKnown]) => person(name, createdAt, isKnown ? u1 : device));

  it('is a total order: two profiles rank one way, and three never in a circle', () => {
    fc.assert(
      fc.property(someone, someone, someone, (a, b, c) => {
        expect(Math.sign(bySeniority(a, b)) + Math.sign(bySeniority(b, a))).toBe(0);
        expect(a.id === b.id || bySeniority(a, b) !== 0).toBe(true);
        expect(bySeniority(a, b) <= 0 && bySeniority(b, c) <= 0 && bySeniority(a, c) > 0).toBe(false);
      }),
    );
  });
});
