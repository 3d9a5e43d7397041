import fc from 'fast-check';
import type { Identifier } from '../events/event';
import { aProfile } from '../../testing/builders';
import type { Profile } from '../profiles/profile';
import { identifierName } from './identifier-types';
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

function resolve(people: readonly Profile[], identifiers: readonly Identifier[], isTrusted = true) {
  const owners = new Map(people.flatMap((one) => one.identifiers.map((owned) => [identifierName(owned), one])));
  return resolveIdentity(identifiers, { owner: (identifier) => owners.get(identifierName(identifier)), isTrusted });
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
      blocked: [phone],
    });
  });

  it.each([
    ['both in one event', [u1, u2], u2],
    ['one of them by way of an e-mail', [mail, u2], mail],
  ])('never merges two values of user_id, %s', (_, identifiers, dropped) => {
    expect(resolve([ada, bob], identifiers)).toMatchObject({ absorbed: [], blocked: [dropped] });
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
