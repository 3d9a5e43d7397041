import { anEvent, aRuleset, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Event } from '../../events/event';
import type { IdentityPolicy } from '../../identity/identity-policy.schema';
import type { Profile } from '../profile';

type Names = Readonly<Record<string, string>>;
const by = (one: Names, isTrusted: boolean): Event => anEvent({ by: one, isTrusted });
const secret = (one: Names): Event => by(one, true);
const open = (one: Names): Event => by(one, false);

function world(events: readonly Event[], identity: IdentityPolicy = {}): FoldedWorld {
  const folded = new FoldedWorld(aRuleset({ identity }));
  for (const event of events) folded.apply([event], noon);
  return folded;
}
/** Whoever there is, by what names them: `*` after what is verified. */
const people = (of: FoldedWorld): string[] =>
  of
    .living()
    .map(({ identifiers, isShared }: Profile) =>
      [
        ...identifiers.map(({ value, verifiedAt }) => (verifiedAt === undefined ? value : `${value}*`)).sort(),
        ...(isShared ? ['shared'] : []),
      ].join(' '),
    )
    .sort();

const u1 = { user_id: 'u1' };
const u2 = { user_id: 'u2' };
const e = { email: 'e' };
const a = { anonymous_id: 'a' };
const p = { phone: '1' };

describe('who may say whose an identifier is', () => {
  it.each<[string, Event[], Names, readonly string[], readonly string[]]>([
    ['a new browser', [], a, ['a u1*'], ['a* u1*']],
    ['the browser of a visitor', [open(a)], a, ['a u1*'], ['a* u1*']],
    ['the browser of somebody else', [open({ ...u2, ...a })], a, ['a shared', 'u1*', 'u2'], ['a shared', 'u1*', 'u2']],
    ['a new address', [], e, ['e u1*'], ['e* u1*']],
    ['the unverified address of somebody without a user id', [open({ ...e, ...p })], e, ['1 e', 'u1*'], ['1 e* u1*']],
    ['the verified address of one', [secret({ ...e, ...p })], e, ['1* e*', 'u1*'], ['1* e* u1*']],
    ['the unverified address of another user', [open({ ...u2, ...e })], e, ['e u2', 'u1*'], ['e* u1*', 'u2']],
    ['the verified address of one', [secret({ ...u2, ...e })], e, ['e* u2*', 'u1*'], ['e* u2*', 'u1*']],
    [
      'a verified address under a user id that a public key made up',
      [secret(e), open({ ...u2, ...e })],
      e,
      ['e* u2', 'u1*'],
      ['e* u1*'],
    ],
    ['another user id, which nobody has', [], u2, ['u1*'], ['u1*']],
    ['another user id', [secret(u2)], u2, ['u1*', 'u2*'], ['u1*', 'u2*']],
    ['another user id, unverified', [open(u2)], u2, ['u1*', 'u2'], ['u1*', 'u2']],
  ])('of a known user and %s', (_, before, named, byPublic, bySecret) => {
    // Another user id beside the first needs an event of both.
    const both = (isTrusted: boolean) => {
      const event = by(u1, isTrusted);
      const more = by(named, isTrusted).identifiers;
      return { ...event, identifiers: [...event.identifiers, ...more] };
    };
    expect(people(world([secret(u1), ...before, both(false)]))).toEqual(byPublic);
    expect(people(world([secret(u1), ...before, both(true)]))).toEqual(bySecret);
  });
});

describe('what only public keys have said', () => {
  it('does not stand against a secret key: whoever has it loses it, and the event says who', () => {
    const folded = new FoldedWorld(aRuleset({}));
    folded.apply([open({ ...u2, ...e })], noon);
    const [loser] = folded.living();
    folded.apply([secret({ ...u1, ...e })], noon);
    expect(folded.applied.map(({ blocked }) => blocked)).toEqual([
      undefined,
      [{ type: 'email', reason: 'unverified', from: loser?.id }],
    ]);
  });

  it('is of nobody where the same person has another by the word of a secret key, of a type of which there is one', () => {
    const identity = { unique: ['email' as const] };
    const bad = { email: 'bad' };
    const folded = world([secret(u1), open({ ...u1, ...bad }), secret({ ...u1, ...e })], identity);
    expect(people(folded)).toEqual(['e* u1*']);
    expect(folded.ownerOf({ type: 'email', value: 'bad' })).toBeUndefined();
    folded.apply([open({ ...u2, ...bad }), open({ ...u1, ...bad })], noon);
    expect(people(folded)).toEqual(['bad u2', 'e* u1*']);
    expect(people(world([secret({ ...u1, ...e }), open({ ...u1, ...bad })], identity))).toEqual(['e* u1*']);
  });

  it('uses up no limit of a secret key, while what a secret key says uses up that of public ones', () => {
    const identity = { limits: { email: { most: 2, per: 'ever' as const } } };
    const mails = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({ email: `${prefix}${n}` }));
    const flood = mails('bad', 3).map((mail) => open({ ...u1, ...mail }));
    const said = mails('good', 3).map((mail) => secret({ ...u1, ...mail }));
    expect(people(world([secret(u1), ...flood, ...said], identity))).toEqual(['bad0 bad1 good0* good1* u1*']);
    expect(people(world([secret(u1), ...said, ...flood], identity))).toEqual(['good0* good1* u1*']);
  });

  it('is verified by the first secret key that says it, and stays so when people become one', () => {
    const folded = world([open({ ...u1, ...e }), open(a)]);
    expect(people(folded)).toEqual(['a', 'e u1']);
    folded.apply([secret(e), open({ ...u1, ...a })], noon);
    expect(people(folded)).toEqual(['a e* u1']);
  });

  it('is not verified by what Heddle itself says of the person, by whatever that names them', () => {
    const { identifiers } = open(u2);
    const own = anEvent({ kind: 'identify', identifiers, isAboutProfile: true });
    const folded = world([secret(e), open({ ...u2, ...e }), own]);
    expect(people(folded)).toEqual(['e* u2']);
    // So the made-up user id gives way to the one that a server says.
    folded.apply([secret({ ...u1, ...e })], noon);
    expect(people(folded)).toEqual(['e* u1*']);
  });

  it('is given up and taken again within one batch as between several', () => {
    const identity = { unique: ['email' as const] };
    const events = [
      ...[secret(u1), open({ ...u1, email: 'bad' }), secret({ ...u1, ...e }), open({ ...u2, email: 'bad' })],
      ...[secret({ user_id: 'u3', email: 'bad' }), secret({ user_id: 'u3', ...e })],
    ];
    const folded = new FoldedWorld(aRuleset({ identity }));
    folded.apply(events, noon);
    expect(people(folded)).toEqual(people(world(events, identity)));
    expect(people(folded)).toEqual(['bad* u3*', 'e* u1*', 'u2']);
  });

  it('counts for no quarantine of what a secret key has said', () => {
    const strangers = (event: (one: Names) => Event) =>
      Array.from({ length: 10 }, (_, n) => event({ user_id: `s${n}`, ...e }));
    expect(world([secret({ ...u1, ...e }), ...strangers(open)]).notes.size).toBe(0);
    expect(world([open({ ...u1, ...e }), ...strangers(open)]).ownerOf({ type: 'email', value: 'e' })).toBeUndefined();
    expect(
      world([secret({ ...u1, ...e }), ...strangers(secret)]).ownerOf({ type: 'email', value: 'e' }),
    ).toBeUndefined();
  });

  it('is lost with the audiences that ask for it, once, also by the person of the event', () => {
    const audiences = { reachable: { identifier: 'phone', is: 'set' } } as const;
    const identity = { unique: ['phone' as const] };
    const folded = new FoldedWorld(aRuleset({ audiences, identity }));
    folded.apply([secret(u1), open({ ...u1, ...p }), secret({ ...u1, phone: '2' })], noon);
    expect(folded.edges.map(({ edge }) => edge)).toEqual(['entered', 'exited', 'entered']);
    folded.apply([open({ ...u2, phone: '3' }), secret({ user_id: 'u3', phone: '3' })], noon);
    expect(folded.edges.slice(3).map(({ edge }) => edge)).toEqual(['entered', 'exited', 'entered']);
  });
});
