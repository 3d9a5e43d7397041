import type { Arms } from '../audiences/holdout';
import type { BehaviourState } from '../audiences/behaviour/behaviour-state';
import type { Identifier } from '../events/event';
import type { GroupMembership } from '../groups/group';
import type { ProfileId } from '../ids';
import type { Exposures } from '../journeys/exposure';
import type { Json } from '../json';
import type { PersonSuppression } from '../consent/suppression';
import { slotOf } from './slot';

/** A fact about the person with the time it was true. `value: null` is a deletion that older facts must not undo. */
export interface Trait {
  readonly value: Json;
  /** When it was last said to be so: the newest statement wins. */
  readonly at: number;
  /** Since when it has been so without another value in between; what "for 7 days" asks. */
  readonly since: number;
  readonly source: string;
  readonly expiresAt?: number;
}

/** `revoked`: denied by somebody who had granted before. */
export const consentStatuses = ['granted', 'denied', 'revoked'] as const;
export type ConsentStatus = (typeof consentStatuses)[number];

export interface Consent {
  readonly status: ConsentStatus;
  readonly at: number;
  readonly source: string;
  /** The event that said so. */
  readonly messageId: string;
}

export interface KnownIdentifier extends Identifier {
  readonly firstSeenAt: number;
  /** Since when a trusted source says so: absent while only public keys have, which anybody may use. */
  readonly verifiedAt?: number;
  /** Of a device or browser: a trusted source has named it together with what names the person. Pages are told by it (see `identity/ties`). */
  readonly isTied?: true;
}

/** What was last said of somebody and a list that is kept by hand. Who was taken off stays known as that, so that nothing older puts them on again. */
export interface Listing {
  readonly isOn: boolean;
  readonly at: number;
  readonly source: string;
}

/** Present membership of one audience. `version` counts the edges of this profile and audience, so later ones win everywhere. */
export interface Membership {
  readonly enteredAt: number;
  readonly version: number;
  /** The person is on the side of the audience's holdout that is not sent, and the audience has one now. */
  readonly isHeldOut?: true;
}

/** The person. Everything that decides about them is here, bounded; instants are epoch milliseconds. */
export interface Profile {
  readonly id: ProfileId;
  readonly createdAt: number;
  /** Counts writes; a writer that read another revision must start again. */
  readonly rev: number;
  /** Counts everything that happens to the profile: events and membership edges. */
  readonly seq: number;
  /** Profiles absorbed by merges. Their events keep the id under which they were applied. */
  readonly lineage: readonly ProfileId[];
  readonly identifiers: readonly KnownIdentifier[];
  /** A trusted source has named them by what is in quarantine now: pages are told of them as of somebody who has a name. */
  readonly wasNamed?: true;
  readonly traits: Readonly<Record<string, Trait>>;
  readonly consent: Readonly<Record<string, Consent>>;
  /** What the suppression lists said when the profile was last written; absent when nothing. Sends read the lists themselves. */
  readonly suppressions?: readonly PersonSuppression[];
  /** Households and accounts that the person is in, or was taken out of; absent when there never was one. */
  readonly groups?: readonly GroupMembership[];
  /** By the list of a manual audience; absent when nothing was ever said of one. */
  readonly lists?: Readonly<Record<string, Listing>>;
  readonly memberships: Readonly<Record<string, Membership>>;
  /** By audience: whether they will be in it once what is being prepared serves, where that is otherwise; absent when nothing is. */
  readonly prepared?: Readonly<Record<string, boolean>>;
  /** Given once for each audience, and each journey, with a holdout, whatever becomes of that; absent when there is none. */
  readonly holdouts?: Arms;
  /** By experiment: which variant of a split the person gets, and whether they reached its goal; absent when there is none. */
  readonly experiments?: Exposures;
  /** Highest membership version given per audience, kept after leaving. */
  readonly edgeCounts: Readonly<Record<string, number>>;
  /** Behaviour state by condition key (see `audiences/behaviour-state`). */
  readonly states: Readonly<Record<string, BehaviourState>>;
  readonly rulesetVersion: number;
  readonly evaluatedAt: number;
  /** The earliest instant at which a membership may change with no event; absent when none can. */
  readonly nextCheckAt?: number;
  /** The same for each audience that has such an instant, so that evaluating some leaves the others' time standing. */
  readonly checks?: Readonly<Record<string, number>>;
  /** 0 … 1023: which clock owns it. */
  readonly slot: number;
  /** Whether a journey was ever entered: spares the look-up of enrollments for everybody else. */
  readonly hasEnrollments: boolean;
  readonly mergedInto?: ProfileId;
  /** A device that several people use: it takes what is done there without a login, and is nobody's. */
  readonly isShared?: true;
  /** Profiles that somebody said are another person: whatever events name both, they never merge by themselves. */
  readonly apart?: readonly ProfileId[];
  /** Since when the person is kept and not processed (GDPR, Article 18); see `docs/guides/privacy.md`. */
  readonly restrictedAt?: number;
  /** Made up, to try a journey: restricted from the beginning, and forgotten after some days. */
  readonly isTest?: true;
  /** Nothing of the person is left here; the document stays so that nobody writes them anew. */
  readonly erasedAt?: number;
}

/** Somebody of whom nothing is known yet. */
export function newProfile(of: Pick<Profile, 'id' | 'createdAt' | 'evaluatedAt' | 'rulesetVersion'>): Profile {
  return {
    ...of,
    rev: 0,
    seq: 0,
    lineage: [],
    identifiers: [],
    traits: {},
    consent: {},
    memberships: {},
    edgeCounts: {},
    states: {},
    slot: slotOf(of.id),
    hasEnrollments: false,
  };
}
