import type { Identifier, RuleEvent } from '../../events/event';
import type { ProfileId } from '../../ids';
import { omit } from '../../json';
import { slotOf } from '../slot';
import type { Profile } from '../profile';

/** One profile while a batch is folded into it. Mutable on purpose, and private to one fold. */
export interface Draft {
  profile: Profile;
  /** The revision that was read; absent for a profile made by this fold. */
  readonly readRev?: number;
  /** Ruleset version as read, to know which attachments it has not seen. */
  readonly readRuleset: number;
  /** Events of this batch already folded in: stored look-ups do not have them yet. */
  readonly batch: RuleEvent[];
  /** Audiences with an edge in this fold. */
  readonly moved: Set<string>;
  readonly waitKeys: Set<string>;
  hasNewIdentifiers: boolean;
  hasNewConsent: boolean;
  isTouched: boolean;
  /** Instant of the newest cause, for latency figures. */
  causedAt: number;
}

export function draftOf(profile: Profile): Draft {
  return {
    profile,
    readRev: profile.rev,
    readRuleset: profile.rulesetVersion,
    batch: [],
    moved: new Set(),
    waitKeys: new Set(),
    hasNewIdentifiers: false,
    hasNewConsent: false,
    isTouched: false,
    causedAt: 0,
  };
}

export function newDraft(id: ProfileId, createdAt: number, now: number, rulesetVersion: number): Draft {
  const profile: Profile = {
    id,
    createdAt,
    rev: 0,
    seq: 0,
    lineage: [],
    identifiers: [],
    traits: {},
    consent: {},
    memberships: {},
    edgeCounts: {},
    states: {},
    rulesetVersion,
    evaluatedAt: now,
    slot: slotOf(id),
    hasEnrollments: false,
  };
  return omit(draftOf(profile), 'readRev');
}

/** Takes the next number of the profile's own sequence. */
export function nextSeq(draft: Draft): number {
  draft.profile = { ...draft.profile, seq: draft.profile.seq + 1 };
  draft.isTouched = true;
  return draft.profile.seq;
}

export function attachIdentifiers(draft: Draft, identifiers: readonly Identifier[], firstSeenAt: number): void {
  if (identifiers.length === 0) return;
  const gained = identifiers.map(({ type, value }) => ({ type, value, firstSeenAt }));
  draft.profile = { ...draft.profile, identifiers: [...draft.profile.identifiers, ...gained] };
  draft.hasNewIdentifiers = true;
  draft.isTouched = true;
}
