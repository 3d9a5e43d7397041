import { profileId } from '../ids';
import { aFold, anEvent, anIdentify, aProfile, aRuleset, noon } from '../../testing/builders';
import { FoldedWorld } from '../../testing/folded-world';
import { decideConsent } from '../consent/decide-consent';
import type { Event } from '../events/event';
import { foldEvents } from './fold/fold';
import type { ConsentStatus, Profile } from './profile';
import { ProfileFull, profileLimits, refuseOversize, untrustedLimits } from './profile-limits';

const id = profileId('prf_a');
const traits = (count: number, value = 'gold'): Partial<Profile> => ({
  traits: Object.fromEntries(times(count, (n) => [`t${n}`, { value, at: 1, since: 1, source: 'src_a' }])),
});
const purposes = (count: number, name = 'p', status: ConsentStatus = 'granted'): Partial<Profile> => ({
  consent: Object.fromEntries(
    times(count, (n) => [`${name}${n}`, { status, at: 1, source: 'src_a', messageId: 'm1' }]),
  ),
});
const times = <Item>(count: number, make: (n: number) => Item): Item[] =>
  Array.from({ length: count }, (_, n) => make(n));
const checking = (facts: Partial<Profile>) => () => refuseOversize(aProfile(id, facts));

describe('refuseOversize', () => {
  it.each([
    ['traits', traits, profileLimits.traits],
    ['purposes with a grant', purposes, profileLimits.purposes],
  ])('lets a profile have as many %s as it may, and not one more', (what, facts, most) => {
    expect(checking(facts(most))).not.toThrow();
    expect(checking(facts(most + 1))).toThrow(new ProfileFull(what, most));
  });

  it('counts bytes of traits and of purposes too', () => {
    const long = 'x'.repeat(30_000);
    expect(checking(traits(30, long))).not.toThrow();
    expect(checking(purposes(3, long))).not.toThrow();
    expect(checking(traits(40, long))).toThrow('bytes of traits');
    expect(checking(purposes(4, long))).toThrow('bytes of purposes with a grant');
    expect(checking(purposes(30, long, 'denied'))).not.toThrow();
    expect(checking(purposes(40, long, 'denied'))).toThrow('bytes of purposes of consent');
  });

  it('holds for what events say, consent too', () => {
    const categoryPreferences = Object.fromEntries(times(profileLimits.purposes + 1, (n) => [`p${n}`, true]));
    const event = anEvent({ context: { consent: { categoryPreferences } } });
    expect(() => foldEvents(aFold({ ruleset: aRuleset({}), events: [event] }))).toThrow(ProfileFull);
  });
});

describe('what untrusted sources fill of a profile', () => {
  const preferences = (count: number, name = 'x', value = true) => ({
    consent: { categoryPreferences: Object.fromEntries(times(count, (n) => [`${name}${n}`, value])) },
  });
  const purposeOf = (count: number) =>
    new Map(times(count, (n) => [`d${n}`, { whenUnset: 'allow' as const, transactional: false }]));
  const after = (events: readonly Event[], of: { readonly defined?: number } = {}) => {
    const world = new FoldedWorld(aRuleset({ purposes: purposeOf(of.defined ?? 0) }));
    world.apply(events, noon, 1);
    const [profile] = world.living();
    return profile ?? aProfile(id);
  };
  const stranger = { isTrusted: false };
  const refusal = () => anEvent({ context: { consent: { records: { email: { status: 'revoked' } } } } });

  it('leaves room for what a trusted source says, and for purposes that are defined', () => {
    const flood = anEvent({ ...stranger, context: preferences(200) });
    const banner = anEvent({ ...stranger, context: preferences(3, 'd', false) });
    const { consent } = after([flood, banner, refusal()], { defined: 3 });
    expect(Object.keys(consent)).toHaveLength(untrustedLimits.purposes.count + 4);
    expect(consent['email']?.status).toBe('revoked');
    expect(consent['d0']?.status).toBe('denied');
  });

  it('ends far below the most purposes, also when all are defined, and by size', () => {
    const defined = after([anEvent({ ...stranger, context: preferences(200, 'd') })], { defined: 200 });
    expect(Object.keys(defined.consent)).toHaveLength(untrustedLimits.definedPurposes.count);
    const long = after([anEvent({ ...stranger, context: preferences(50, 'x'.repeat(5_000)) })]);
    expect(Object.keys(long.consent).length).toBeLessThan(8);
  });

  it('hears an untrusted source on purposes that the profile has, however full it is', () => {
    const events = [preferences(50), preferences(50, 'x', false)].map((context) => anEvent({ ...stranger, context }));
    expect(new Set(Object.values(after(events).consent).map(({ status }) => status))).toEqual(new Set(['denied']));
  });

  const denied = profileLimits.purposes;
  it.each<[string, readonly Event[], number]>([
    ['grants', [anEvent({ context: preferences(profileLimits.purposes) })], 0],
    ['refusals', [anEvent({ context: preferences(denied, 'x', false) })], 0],
    ['defined purposes', [anEvent({ context: preferences(denied, 'd', false) })], denied],
    [
      'what public keys and secret ones say',
      [
        anEvent({ ...stranger, context: preferences(150, 'd', false) }),
        anEvent({ context: preferences(50, 'x', false) }),
      ],
      150,
    ],
  ])(
    'gives up no refusal of a trusted source when all purposes are taken by %s: it holds at a send',
    (_, full, defined) => {
      const { consent } = after([...full, refusal()], { defined });
      expect(Object.keys(consent)).toHaveLength(profileLimits.purposes + 1);
      expect(decideConsent('email', consent, purposeOf(defined))).toMatchObject({
        isAllowed: false,
        proof: { basis: 'statement' },
      });
    },
  );

  it('gives up no refusal for the grants beside it: those beyond are left out', () => {
    const full = anEvent({ context: preferences(profileLimits.purposes) });
    const both = { consent: { categoryPreferences: { more: true, email: false } } };
    const { consent } = after([full, anEvent({ context: both })]);
    expect([consent['more'], consent['email']?.status]).toEqual([undefined, 'denied']);
  });

  it('gives up no refusal when a trusted source ties two people together', () => {
    const [ann, mail] = [{ user_id: 'u1' }, { email: 'ann@mail.test' }];
    const of = (by: Readonly<Record<string, string>>, name: string) =>
      anEvent({ by, context: preferences(denied, name, false) });
    const world = new FoldedWorld(aRuleset({}));
    world.apply([of(ann, 'x'), of(mail, 'y'), anEvent({ by: { ...ann, ...mail } })], noon, 1);
    expect(world.living().map(({ consent }) => Object.keys(consent).length)).toEqual([2 * denied]);
  });

  it('ties two people together who granted more than one may: what is left out is grants, not the event', () => {
    const [ann, mail] = [{ user_id: 'u1' }, { email: 'ann@mail.test' }];
    const events = [
      anEvent({ by: ann, context: preferences(200, 'x', false) }),
      anEvent({ by: ann, context: preferences(200, 'y') }),
      anEvent({ by: mail, context: preferences(200, 'x'), occurredAt: noon + 1, receivedAt: noon + 1 }),
      anEvent({ by: { ...ann, ...mail } }),
    ];
    const world = new FoldedWorld(aRuleset({}));
    world.apply(events, noon, 1);
    const granted = world
      .living()
      .map(({ consent }) => Object.values(consent).filter(({ status }) => status === 'granted').length);
    expect(granted).toEqual([profileLimits.purposes]);
  });

  it('keeps the grants of somebody who is tied to whoever has refused as much', () => {
    const [ann, mail] = [{ user_id: 'u1' }, { email: 'ann@mail.test' }];
    const world = new FoldedWorld(aRuleset({}));
    const granted = anEvent({ by: mail, context: preferences(3, 'y') });
    const refused = anEvent({ by: ann, context: preferences(200, 'x', false) });
    world.apply([refused, granted, anEvent({ by: { ...ann, ...mail } })], noon, 1);
    expect(world.living().map(({ consent }) => consent['y0']?.status)).toEqual(['granted']);
  });

  it('gives up no event of an untrusted source that grants what was refused: the grant is left out', () => {
    const events = [
      anEvent({ context: preferences(1, 'y', false) }),
      anEvent({ context: preferences(profileLimits.purposes) }),
      anEvent({ ...stranger, context: preferences(1, 'y'), occurredAt: noon + 1, receivedAt: noon + 1 }),
    ];
    expect(after(events).consent['y0']?.status).toBe('denied');
  });

  it('ends for an untrusted source by size also where it speaks again of what the profile has', () => {
    const name = 'x'.repeat(200);
    const granted = anEvent({ context: preferences(190, name) });
    const again = anEvent({
      ...stranger,
      messageId: 'm'.repeat(250),
      ...{ context: preferences(190, name), occurredAt: noon + 1, receivedAt: noon + 1 },
    });
    const { consent } = after([granted, again, anEvent({ context: preferences(1, 'email') })]);
    expect(consent['email0']?.status).toBe('granted');
  });

  it('leaves room for traits of trusted sources', () => {
    const many = (name: string) => Object.fromEntries(times(600, (n) => [`${name}${n}`, n]));
    const { traits: kept } = after([
      anIdentify(many('x'), stranger),
      anIdentify({ x0: 'again', y: 1 }, stranger),
      anIdentify({ plan: 'gold' }),
    ]);
    expect(Object.keys(kept)).toHaveLength(untrustedLimits.traits.count + 1);
    expect([kept['x0']?.value, kept['plan']?.value]).toEqual(['again', 'gold']);
  });

  const browsers = (count: number, name: string) =>
    times(count, (n) => ({ type: 'anonymous_id', value: `${name}${n}` }));
  const u1 = { type: 'user_id', value: 'u1' };
  /** Events of somebody with these many browsers that nobody has seen. */
  const fromBrowsers = (count: number, name: string, of: Partial<Event>) =>
    browsers(count, name).map((browser) => anEvent({ ...of, identifiers: [u1, browser] }));

  it('leaves room for identifiers: what a trusted source says from a new browser is heard, and its browser is theirs', () => {
    const invented = fromBrowsers(1_100, 'x', stranger);
    const { identifiers, consent } = after([
      ...invented,
      anEvent({ ...refusal(), identifiers: [u1, { type: 'anonymous_id', value: 'own' }] }),
    ]);
    expect(identifiers).toHaveLength(untrustedLimits.identifiers + 2);
    expect(identifiers.at(-1)).toMatchObject({ value: 'own' });
    expect(consent['email']?.status).toBe('revoked');
  });

  it('gives up no event of a person who has as many identifiers as may be: the new one is left out', () => {
    const full = anEvent({ identifiers: [u1, ...browsers(profileLimits.identifiers + 5, 'x')] });
    const { identifiers, consent } = after([
      full,
      anEvent({ ...refusal(), by: { user_id: 'u1', anonymous_id: 'own' } }),
    ]);
    expect(identifiers).toHaveLength(profileLimits.identifiers);
    expect(consent['email']?.status).toBe('revoked');
  });

  it('ties a user id to somebody whom strangers have filled', () => {
    const mail = { type: 'email', value: 'ann@mail.test' };
    const filled = anEvent({ ...stranger, identifiers: [mail, ...browsers(600, 'x')] });
    const { identifiers } = after([filled, anEvent({ ...stranger, identifiers: [u1, mail] })]);
    expect(identifiers).toHaveLength(untrustedLimits.identifiers + 1);
    expect(identifiers.at(-1)).toMatchObject(u1);
  });

  it('leaves room for profiles that are absorbed', () => {
    const visits = browsers(untrustedLimits.lineage + 2, 'x').map((browser) =>
      anEvent({ ...stranger, identifiers: [browser] }),
    );
    const world = new FoldedWorld(aRuleset({}));
    world.apply([anEvent(), ...visits, ...fromBrowsers(visits.length, 'x', stranger)], noon, 2_000);
    const [ann] = world.living();
    expect(ann?.lineage.length).toBe(untrustedLimits.identifiers);
    expect(world.living()).toHaveLength(3);
  });

  it('leaves room for what trusted sources say, also when full anonymous profiles are tied to somebody', () => {
    const many = (name: string) => Object.fromEntries(times(400, (n) => [`${name}${n}`, n]));
    const tied = ['x', 'y', 'z'].flatMap((name) => [
      anIdentify(many(name), { ...stranger, by: { anonymous_id: name }, context: preferences(40, name, false) }),
      anEvent({ ...stranger, by: { user_id: 'u1', anonymous_id: name } }),
    ]);
    const { traits: kept, consent } = after([anEvent(), ...tied, refusal(), anIdentify({ plan: 'gold' })]);
    expect(Object.keys(kept)).toHaveLength(untrustedLimits.traits.count + 1);
    expect(Object.keys(consent)).toHaveLength(untrustedLimits.purposes.count + 1);
    expect([kept['plan']?.value, consent['email']?.status]).toEqual(['gold', 'revoked']);
  });
});
