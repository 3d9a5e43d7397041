import type { ProfileFacts } from '../audiences/profile-view';
import { effectiveAt, type Event } from '../events/event';
import type { Profile } from './profile';
import { writeConsent } from './write-consent';
import type { TraitRules } from './trait-rules';
import { writeTraits } from './write-traits';

/**
 * What was known of a person at a past instant, recomputed from their events: traits, consent and identifiers. Memberships are not
 * facts but answers, and stay out. `undefined` when the person was not known yet. Events do not tell when profiles became one: of traits
 * that are united or added then, it is the newest statement.
 */
export function factsAt(
  profile: Pick<Profile, 'id' | 'identifiers' | 'createdAt'>,
  events: readonly Event[],
  at: number,
  rules: TraitRules = {},
): ProfileFacts | undefined {
  if (profile.createdAt > at && !events.some((event) => effectiveAt(event) <= at)) return undefined;
  let traits: ProfileFacts['traits'] = {};
  let consent: ProfileFacts['consent'] = {};
  for (const event of events) {
    if (effectiveAt(event) > at) continue;
    if (event.kind === 'identify') traits = writeTraits(traits, { ...event, at: effectiveAt(event) }, rules).facts;
    // Room is a bound of what is kept; here nothing is.
    consent = writeConsent(consent, { ...event, isTrusted: true }, new Map()).facts;
  }
  const identifiers = profile.identifiers.filter(({ firstSeenAt }) => firstSeenAt <= at);
  return { id: profile.id, traits, consent, identifiers, memberships: {} };
}
