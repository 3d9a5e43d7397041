import { aFold, anIdentify, aProfile, aRuleset, hour, identifiers, noon } from '../../../testing/builders';
import { identifierName } from '../../identity/identifier-types';
import type { Identifier } from '../../events/event';
import type { Suppression, SuppressionScope } from '../../consent/suppression';
import type { Profile } from '../profile';
import type { Attachment } from '../ruleset';
import { foldEvents } from './fold';

const ads: Attachment = {
  audience: 'gold',
  destination: 'ads',
  identifiers: ['email'],
  use: 'target',
  sinceRuleset: 1,
};
const ruleset = aRuleset({
  audiences: { gold: { trait: 'tier', is: 'equals', value: 'gold' } },
  attachments: [ads],
});

/** Who is told of what, by each `identify` in turn, an hour after the one before. */
function wishesAfter(...emails: string[]): Record<string, string>[][] {
  let profile: Profile = {
    ...aProfile('prf_1'),
    identifiers: identifiers({ user_id: 'u1' }).map((identifier) => ({ ...identifier, firstSeenAt: noon })),
    traits: { tier: { value: 'gold', at: noon, since: noon, source: 'src_test' } },
    memberships: { gold: { enteredAt: noon, version: 1 } },
    seq: 1,
  };
  return emails.map((email, index) => {
    const now = noon + (index + 1) * hour;
    const by = { user_id: 'u1', email };
    const event = anIdentify({ email }, { by, occurredAt: now, receivedAt: now });
    const outcome = foldEvents(aFold({ ruleset, now, profiles: [profile], events: [event] }));
    if (!outcome.done) throw new Error('The fold asked for stored events.');
    profile = outcome.changes.profiles[0]?.profile ?? profile;
    return outcome.changes.syncs.map((wish) => wish.identifiers);
  });
}

describe('what destinations are told of an e-mail', () => {
  it('is the one the person has stated last, also when they went back to it', () => {
    expect(wishesAfter('right@x.example', 'typo@x.example', 'right@x.example')).toEqual([
      [{ email: 'right@x.example' }],
      [{ email: 'typo@x.example' }],
      [{ email: 'right@x.example' }],
    ]);
  });

  it('is nothing when the person says the same again', () => {
    expect(wishesAfter('right@x.example', 'right@x.example')).toEqual([[{ email: 'right@x.example' }], []]);
  });
});

describe('what destinations are told of somebody who is on a suppression list', () => {
  const onNone: Attachment = ads;
  const onEmail: Attachment = { ...ads, channel: 'email' };
  const onAds: Attachment = { ...ads, channel: 'ads', purpose: 'news' };
  const off: Attachment = { ...onAds, use: 'exclude' };

  function isIn(attachment: Attachment, scope: SuppressionScope): boolean | undefined {
    const [address] = identifiers({ email: 'ann@x.example' });
    const entry: Suppression = { scope, reason: 'manual', at: noon, source: 'api' };
    const outcome = foldEvents(
      aFold({
        ruleset: aRuleset({
          audiences: { gold: { trait: 'tier', is: 'equals', value: 'gold' } },
          attachments: [attachment],
        }),
        events: [anIdentify({ tier: 'gold' }, { by: { email: 'ann@x.example' } })],
        suppressions: new Map([[identifierName(address as Identifier), [entry]]]),
      }),
    );
    return outcome.done ? outcome.changes.syncs[0]?.isIn : undefined;
  }

  it.each<[SuppressionScope, string, Attachment, boolean]>([
    ['everything', 'a target list', onAds, false],
    ['everything', 'a list that keeps ads off people', off, true],
    ['channel:ads', 'a target list on ads', onAds, false],
    ['channel:ads', 'a target list by e-mail', onEmail, true],
    ['channel:ads', 'a list of a destination that names no channel', onNone, true],
    ['channel:ads', 'a list that keeps ads off people', off, true],
    ['channel:email', 'a target list by e-mail', onEmail, false],
    ['channel:email', 'a target list on ads', onAds, true],
    ['purpose:news', 'a target list for news', onAds, false],
    ['purpose:news', 'a target list for no purpose', onEmail, true],
    ['destination:ads', 'a list there', onEmail, false],
    ['destination:ads', 'a list there that keeps ads off people', off, false],
    ['destination:crm', 'a list elsewhere', onAds, true],
  ])('%s: %s', (scope, _list, attachment, isWished) => {
    expect(isIn(attachment, scope)).toBe(isWished);
  });
});
