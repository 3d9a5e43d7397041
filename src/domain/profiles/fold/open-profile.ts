import type { Identifier, RuleEvent } from '../../events/event';
import { presentGroups, type GroupMembership } from '../../groups/group';
import { omit } from '../../json';
import { identifierName } from '../../identity/identifier-types';
import { withTies, type IsKnown } from '../../identity/ties';
import type { KnownIdentifier, Membership, Profile } from '../profile';

/** One profile while a batch is folded into it. Mutable on purpose, and private to one fold. */
export interface OpenProfile {
  profile: Profile;
  /** The revision that was read; absent for a profile made by this fold. */
  readonly readRev?: number;
  /** Ruleset version as read, to know which attachments it has not seen. */
  readonly readRuleset: number;
  /** Events of this batch already folded in: stored look-ups do not have them yet. */
  readonly batch: RuleEvent[];
  /** Those that it was in when it was read. */
  readonly readGroups: readonly GroupMembership[];
  /** As they were when it was read. */
  readonly readMemberships: Readonly<Record<string, Membership>>;
  /** Audiences with an edge in this fold. */
  readonly moved: Set<string>;
  readonly waitKeys: Set<string>;
  hasNewIdentifiers: boolean;
  hasNewConsent: boolean;
  hasNewSuppressions: boolean;
  isTouched: boolean;
  /** Instant of the newest cause, for latency figures. */
  causedAt: number;
}

export function openProfile(profile: Profile): OpenProfile {
  return {
    profile,
    readRev: profile.rev,
    readRuleset: profile.rulesetVersion,
    batch: [],
    readGroups: presentGroups(profile.groups),
    readMemberships: profile.memberships,
    moved: new Set(),
    waitKeys: new Set(),
    hasNewIdentifiers: false,
    hasNewConsent: false,
    hasNewSuppressions: false,
    isTouched: false,
    causedAt: 0,
  };
}

function tieDevices(open: OpenProfile, said: readonly Identifier[], isKnown: IsKnown): void {
  const tied = withTies(open.profile.identifiers, said, isKnown);
  if (tied === open.profile.identifiers) return;
  open.profile = { ...open.profile, identifiers: tied };
  open.isTouched = true;
}

/** One that nobody has read, since this fold makes it. */
export const openNew = (profile: Profile): OpenProfile => omit(openProfile(profile), 'readRev');

/** Takes the next number of the profile's own sequence. */
export function nextSeq(open: OpenProfile): number {
  open.profile = { ...open.profile, seq: open.profile.seq + 1 };
  open.isTouched = true;
  return open.profile.seq;
}

export function attachIdentifiers(open: OpenProfile, identifiers: readonly Identifier[], firstSeenAt: number): void {
  if (identifiers.length === 0) return;
  const gained = identifiers.map(({ type, value }) => ({ type, value, firstSeenAt }));
  open.profile = { ...open.profile, identifiers: [...open.profile.identifiers, ...gained] };
  open.hasNewIdentifiers = true;
  open.isTouched = true;
}

/** Of what a trusted source says, whatever the person has by now is no longer the word of public keys alone. */
export function verifyIdentifiers(open: OpenProfile, said: readonly Identifier[], at: number, isKnown: IsKnown): void {
  tieDevices(open, said, isKnown);
  const names = new Set(said.map(identifierName));
  const isNews = (one: KnownIdentifier): boolean => one.verifiedAt === undefined && names.has(identifierName(one));
  if (!open.profile.identifiers.some(isNews)) return;
  const identifiers = open.profile.identifiers.map((one) => (isNews(one) ? { ...one, verifiedAt: at } : one));
  open.profile = { ...open.profile, identifiers };
  open.isTouched = true;
}
