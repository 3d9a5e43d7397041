import { profileId } from '../ids';
import { aFold, anEvent, aProfile, aRuleset } from '../../testing/builders';
import { foldEvents } from './fold/fold';
import type { Profile } from './profile';
import { ProfileFull, profileLimits, refuseOversize } from './profile-limits';

const id = profileId('prf_a');
const traits = (count: number, value = 'gold'): Partial<Profile> => ({
  traits: Object.fromEntries(times(count, (n) => [`t${n}`, { value, at: 1, since: 1, source: 'src_a' }])),
});
const purposes = (count: number, name = 'p'): Partial<Profile> => ({
  consent: Object.fromEntries(times(count, (n) => [`${name}${n}`, { status: 'denied', at: 1, source: 'src_a' }])),
});
const identifiers = (count: number): Partial<Profile> => ({
  identifiers: times(count, (n) => ({ type: 'anonymous_id', value: `a${n}`, firstSeenAt: 1 })),
});
const lineage = (count: number): Partial<Profile> => ({ lineage: times(count, (n) => profileId(`prf_${n}`)) });
const times = <Item>(count: number, make: (n: number) => Item): Item[] =>
  Array.from({ length: count }, (_, n) => make(n));
const checking = (facts: Partial<Profile>) => () => refuseOversize(aProfile(id, facts));

describe('refuseOversize', () => {
  it.each([
    ['traits', traits, profileLimits.traits],
    ['purposes of consent', purposes, profileLimits.purposes],
    ['identifiers', identifiers, profileLimits.identifiers],
    ['absorbed profiles', lineage, profileLimits.lineage],
  ])('lets a profile have as many %s as it may, and not one more', (what, facts, most) => {
    expect(checking(facts(most))).not.toThrow();
    expect(checking(facts(most + 1))).toThrow(new ProfileFull(what, most));
  });

  it('counts bytes of traits and of purposes too', () => {
    const long = 'x'.repeat(30_000);
    expect(checking(traits(30, long))).not.toThrow();
    expect(checking(purposes(3, long))).not.toThrow();
    expect(checking(traits(40, long))).toThrow('bytes of traits');
    expect(checking(purposes(4, long))).toThrow('bytes of purposes of consent');
  });

  it('holds for what events say, consent too', () => {
    const categoryPreferences = Object.fromEntries(times(profileLimits.purposes + 1, (n) => [`p${n}`, true]));
    const event = anEvent({ context: { consent: { categoryPreferences } } });
    expect(() => foldEvents(aFold({ ruleset: aRuleset({}), events: [event] }))).toThrow(ProfileFull);
  });
});
