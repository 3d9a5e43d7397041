import { aProfile, day, identifiers, noon } from '../../testing/builders';
import type { Profile } from '../profiles/profile';
import { profileId } from '../ids';
import { typesOf } from '../identity/workspace-types';
import { isForgettable } from './is-forgettable';

const known = (by: Record<string, string>): Pick<Profile, 'identifiers'> => ({
  identifiers: identifiers(by).map((one) => ({ ...one, firstSeenAt: noon })),
});

const types = typesOf({ card: { isKnown: true }, tag: { isKnown: false } });

describe('whether retention may forget somebody who has stayed away since the next day', () => {
  it.each<[string, Partial<Profile>, boolean]>([
    ['a browser', known({ anonymous_id: 'a1' }), true],
    ['a device', known({ device_id: 'd1', anonymous_id: 'a1' }), true],
    ['nobody at all', {}, true],
    ['a user', known({ anonymous_id: 'a1', user_id: 'u1' }), false],
    ['an e-mail', known({ anonymous_id: 'a1', email: 'ann@x.example' }), false],
    ['a phone', known({ phone: '+41791234567' }), false],
    ['a user of an app', known({ app_user_id: 'u1' }), false],
    ["a tag of the workspace's own", known({ tag: 't1' }), true],
    ["a card of the workspace's own", known({ card: '1', tag: 't1' }), false],
    ['what a workspace knew people by once', known({ old_id: '1' }), false],
    ['a browser that came later', { ...known({ anonymous_id: 'a1' }), createdAt: noon + day }, false],
    ['a browser whose visitor is restricted', { ...known({ anonymous_id: 'a1' }), restrictedAt: noon }, false],
    ['a browser that somebody absorbed', { ...known({ anonymous_id: 'a1' }), mergedInto: profileId('prf_2') }, false],
    ['somebody erased', { erasedAt: noon }, false],
  ])('%s', (_, of, mayBe) => {
    expect(isForgettable(aProfile('prf_1', of), noon + day, types)).toBe(mayBe);
  });
});
