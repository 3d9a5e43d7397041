import type { EdgeKind } from '../audiences/edge';
import type { ConsentProof } from '../consent/decide-consent';
import type { ConsentStatement } from '../consent/read-consent';
import type { Event, Identifier } from '../events/event';
import type { Group, GroupRef } from '../groups/group';
import type { EnrollmentId, ProfileId } from '../ids';
import type { IdentifierNote } from '../identity/quarantine';
import type { BlockReason } from '../identity/resolve-identity';
import type { Enrollment } from '../journeys/enrollment';
import type { IgnoredEntry } from '../journeys/routing';
import type { Profile } from './profile';
import type { Replaced } from './replaced';

/**
 * Everything one transaction writes: the profiles and all that follows from what happened to them, together with the
 * events it consumes. Applied as a whole or not at all.
 */
export interface ChangeSet {
  readonly profiles: readonly ProfileWrite[];
  readonly identifiers: readonly IdentifierWrite[];
  /** That nobody has any more, as if nobody ever had. */
  readonly released: readonly Identifier[];
  /** Written after `identifiers`, which they may take from their owners. */
  readonly notes: readonly IdentifierNoteWrite[];
  readonly merges: readonly Merge[];
  /** Merges of before that are taken back, and those whose account of what they replaced changes with it. */
  readonly mergeChanges: readonly MergeChange[];
  /** Tombstones that point to another profile from now on, so that any old id is one look away from who it is. */
  readonly pointers: readonly Pointer[];
  readonly edges: readonly MembershipEdge[];
  readonly heldStays: readonly HeldStay[];
  readonly enrollments: readonly EnrollmentWrite[];
  readonly syncs: readonly DesiredMember[];
  readonly applied: readonly AppliedEvent[];
  readonly consents: readonly ConsentRecord[];
  readonly refused: readonly RefusedEvent[];
  readonly groups: readonly GroupWrite[];
  readonly groupMembers: readonly GroupMemberWrite[];
  readonly outbox: readonly OutboxWork[];
}

/** A group to write, or to remove when it has no member left: `readRev` is the revision that was read, absent for a new one. */
export interface GroupWrite {
  readonly group: Group;
  readonly readRev?: number;
}

/** Who is listed as a member. The profile is the truth of it; without `since`, they are no longer one. */
export interface GroupMemberWrite extends GroupRef {
  readonly profile: ProfileId;
  readonly since?: number;
}

/** A profile to write: `readRev` is the revision that was read, absent for a profile that is created. */
export interface ProfileWrite {
  readonly profile: Profile;
  readonly readRev?: number;
}

export interface IdentifierWrite {
  readonly identifier: Identifier;
  readonly profile: ProfileId;
  readonly firstSeenAt: number;
  /** The event that brought it, and who sent that. It stays when the identifier moves. */
  readonly messageId?: string;
  readonly source?: string;
  /** `new` inserts, and a race to create one is a duplicate key; `move` follows a merge; `lift` ends an erasure. */
  readonly change: 'new' | 'move' | 'lift';
}

/** What is remembered of an identifier from now on; one in quarantine has no owner. */
export interface IdentifierNoteWrite {
  readonly identifier: Identifier;
  readonly note: IdentifierNote;
  /** `note.rev` as it was read; absent where nothing was remembered. */
  readonly readRev?: number;
  /** Nobody ever came with it. */
  readonly isNew: boolean;
}

export interface Pointer {
  readonly from: readonly ProfileId[];
  readonly to: ProfileId;
}

/** A line of the ledger of merges: who absorbed whom, when, why and by what, with everything it takes to undo it. */
export interface Merge {
  readonly survivor: ProfileId;
  readonly absorbed: ProfileId;
  readonly at: number;
  /** The event that tied them, who sent it, and by which identifier types. Values stay in the profiles. */
  readonly messageId: string;
  readonly source: string;
  readonly identifierTypes: readonly string[];
  /** `identifiers` that came together, or somebody `asked`. */
  readonly reason: 'identifiers' | 'asked';
  readonly survivorSeq: number;
  readonly absorbedSeq: number;
  /** The absorbed profile as it was. */
  readonly absorbedProfile: Profile;
  readonly replaced: Replaced;
  /** Runs of the absorbed that went on as the survivor's. */
  readonly movedRuns: readonly EnrollmentId[];
}

export interface MergeChange {
  readonly merge: Merge;
  /** Of one that is taken back: when, by which event and source. What it took to undo it goes. */
  readonly undone?: { readonly at: number; readonly messageId: string; readonly source: string };
  readonly replaced?: Replaced;
}

export const edgeCauses = ['event', 'clock', 'definition', 'merge', 'unmerge', 'erasure', 'manual'] as const;
export type EdgeCause = (typeof edgeCauses)[number];

/** One exact edge of a membership. */
export interface MembershipEdge {
  readonly audience: string;
  readonly profile: ProfileId;
  readonly edge: EdgeKind;
  readonly version: number;
  readonly seq: number;
  readonly at: number;
  readonly cause: EdgeCause;
}

/** A stay, by the version of the membership, that is held out from now on, or is no longer. Written after the edges. */
export interface HeldStay extends Pick<MembershipEdge, 'audience' | 'profile' | 'version'> {
  readonly isHeldOut: boolean;
}

/** An enrollment to write: `readRev` is the revision that was read, absent for one that starts. */
export interface EnrollmentWrite {
  readonly enrollment: Enrollment;
  readonly readRev?: number;
}

/** What a destination should hold of one profile for one audience. Only a higher `version` (the profile's `seq`) replaces it. */
export interface DesiredMember {
  readonly audience: string;
  readonly destination: string;
  readonly profile: ProfileId;
  readonly version: number;
  readonly isIn: boolean;
  /** The person must not be reached, by their consent, a suppression or a holdout: they are taken off also where leavers are kept. */
  readonly hasRefused?: boolean;
  /** That is since the audience's holdout keeps them from it. */
  readonly isHeldOut?: boolean;
  /** Of somebody absorbed, told by their survivor, whose versions are not theirs: it takes the place of their last wish. */
  readonly isAbsorbed?: boolean;
  /** What allows the person to be held there. */
  readonly consent?: ConsentProof;
  /** The person was erased: once they are off, nothing is remembered of it. */
  readonly isErased?: boolean;
  readonly identifiers: Readonly<Record<string, string>>;
  /** Instant of the cause, for the latency from event to delivery. */
  readonly causedAt: number;
  /** Version of the ruleset it was written under: a detach wishes away what is older than itself. */
  readonly ruleset: number;
}

/** A statement of consent as it goes on record, whether or not a later one stands against it. */
export interface ConsentRecord extends Omit<ConsentStatement, 'isRecord' | 'isDated'> {
  readonly profile: ProfileId;
  readonly receivedAt: number;
  readonly isTrusted: boolean;
}

/** What became of a journey that an event asked for: the run that it began, or why it began none. */
export interface AnsweredAsk {
  readonly began?: EnrollmentId;
  readonly notBegun?: IgnoredEntry;
}

/** What a consumed event is stamped with. */
export interface AppliedEvent extends AnsweredAsk {
  readonly messageId: string;
  readonly profile: ProfileId;
  readonly seq: number;
  readonly waitKey: string;
  /** What is stored of an event that named somebody erased beside somebody else. */
  readonly stripped?: EventContent;
  readonly blocked?: readonly BlockedType[];
}

/** An identifier that a protection kept from the event's profile. Its value stays in the event. */
export interface BlockedType {
  readonly type: string;
  readonly reason: BlockReason;
  /** Who lost it, where the reason is `unverified`. */
  readonly from?: ProfileId;
}

/** Where an event says who and what. */
export type EventContent = Pick<Event, 'identifiers' | 'properties' | 'traits' | 'context'>;

/** An event of somebody erased: consumed without a trace of who sent it. */
export type RefusedEvent = Pick<Event, 'messageId' | 'kind' | 'source'>;

/** What must happen outside the database after the commit. Carrying it out twice does no harm. */
export type OutboxWork =
  | { readonly kind: 'start-enrollment'; readonly enrollment: string }
  | {
      readonly kind: 'wake';
      readonly profile: ProfileId;
      readonly lineage: readonly ProfileId[];
      readonly waitKeys: readonly string[];
    }
  | { readonly kind: 'sync'; readonly audience: string; readonly destination: string }
  | { readonly kind: 'backfill' }
  /**
   * What a group answers has changed: its members are to be evaluated. `behind` is the ruleset version of a member for whom only a new
   * definition made it so; then they are brought up to date like that member, and start no journeys by it.
   */
  | (GroupRef & { readonly kind: 'group'; readonly behind?: number })
  | { readonly kind: 'operation'; readonly operation: string }
  | { readonly kind: 'pull-schedule'; readonly source: string }
  /** The schedule by which people enter a journey is to be as the journey says. */
  | { readonly kind: 'journey-schedule'; readonly journey: string };
