import type { Holdout } from '../domain/audiences/holdout.schema';
import type { AttachmentUse, Farewell } from '../domain/audiences/attachment';
import type { ResumedSends } from '../domain/delivery/resumed-sends';
import type { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import type { Event, Identifier } from '../domain/events/event';
import type { GroupPolicy } from '../domain/groups/group-policy.schema';
import type { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import type { Quarantine } from '../domain/identity/quarantine';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { AnsweredAsk, BlockedType, DesiredMember, EdgeCause, OutboxWork } from '../domain/profiles/change-set';
import type { RetentionPolicy } from '../domain/privacy/retention.schema';
import type { Profile } from '../domain/profiles/profile';
import type { Violation } from '../domain/tracking-plan/violation';
import type { DefinitionDoc } from './definitions';

/**
 * The shapes kept in MongoDB. Every `_id` starts with the workspace, which is the shard key; a field named `subject` is
 * `workspace:profile`, one indexed string that answers "what belongs to this person". Instants are epoch milliseconds.
 */
interface Scoped {
  readonly _id: string;
  readonly ws: WorkspaceId;
}

export interface WorkspaceDoc {
  readonly _id: WorkspaceId;
  readonly name: string;
  readonly createdAt: number;
  /** Raised by every saved definition; a writer whose rules are older reloads them. */
  readonly rulesetVersion: number;
  readonly partitions: number;
  /** The version under which every profile had been evaluated by prepared rules when these last began to serve. */
  readonly switchedFrom?: number;
  /** Of some whom that moves the edges have yet to be written. */
  readonly isSwitching?: true;
  /** How far the back-fill is that prepares rules; of another version than the present one it says nothing. */
  readonly preparing?: { readonly version: number; readonly total: number; readonly done: number };
  readonly retention?: RetentionPolicy;
  /** How people are told apart; the usual way where it is absent. Part of the ruleset. */
  readonly identity?: IdentityPolicy;
  /** Counts what `identity` was; absent while it was never set. */
  readonly identityVersion?: number;
  /** Who belongs together; the usual way where it is absent. Part of the ruleset. */
  readonly groups?: GroupPolicy;
  /** Counts what `groups` was; absent while it was never set. */
  readonly groupsVersion?: number;
  /** What every send must pass; everything goes where it is absent. Asked at each send, and no part of the ruleset. */
  readonly sending?: SendingPolicy;
  /** Counts what `sending` was; absent while it was never set. */
  readonly sendingVersion?: number;
  /** Since the last stop of all sends was taken back. */
  readonly resumedSends?: ResumedSends;
}

export interface KeyDoc extends Scoped {
  readonly id: string;
  readonly name: string;
  /** `public` and `secret` keys ingest, `management` keys carry scopes. */
  readonly kind: 'public' | 'secret' | 'management';
  readonly scopes: readonly string[];
  /** Key of the source that it sends for. */
  readonly source: string;
  /** Events of a write key, requests of a management key, per second, instead of what the installation allows. */
  readonly ratePerSecond?: number;
  /** Id of the key in whose place it was made. */
  readonly replaces?: string;
  /** SHA-256 of the whole key, hex. The key itself is shown once and never stored. */
  readonly sha256: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly disabledAt?: number;
}

export interface EventDoc extends Scoped, Event, AnsweredAsk {
  readonly state: 'pending' | 'applied' | 'dead';
  /** `workspace/partition`, present while pending: the intake's claim is one index range. */
  readonly pending?: string;
  readonly lane: 'live' | 'bulk';
  /** Size as received, so that a claim stays within what one transaction can carry. */
  readonly bytes?: number;
  /** Number among the arrivals of its process, so that claims keep the order of arrival within a millisecond; see `numberArrivals`. */
  readonly n: number;
  /** Identifier keys, present while pending in the live lane: "is anything pending for this profile?" */
  readonly pendingKeys?: readonly string[];
  readonly subject?: string;
  readonly profile?: ProfileId;
  readonly seq?: number;
  /** `workspace:profile|event name`, made by `eventWaitKey`: what a run that waits for the event looks it up by. */
  readonly waitKey?: string;
  readonly deadReason?: string;
  /** Identifier keys, present while dead: an erasure finds it by them, whatever has become of its letter. */
  readonly deadKeys?: readonly string[];
  /** Of a dead one: it goes when its letter does. */
  readonly expireAt?: Date;
  /** How it is not as its source's tracking plan says; taken nevertheless. */
  readonly violations?: readonly Violation[];
  /** Identifiers that a protection kept from its profile. */
  readonly blocked?: readonly BlockedType[];
  /** The ways to ask for it by what is `blocked`. */
  readonly blockedUnder?: readonly string[];
}

/** What stays in the event log of a removed event whose row may come again: its id is taken. */
export interface RememberedEventDoc extends Scoped {
  /** The subject of the event: an erasure finds it by that. */
  readonly rememberedFor: string;
}

/** Has an owner, or is the tombstone of one that was erased. */
export interface IdentifierDoc extends Scoped {
  readonly type: string;
  readonly profile?: ProfileId;
  readonly firstSeenAt?: number;
  /** The event that brought it, and who sent that; absent where nobody ever had it. */
  readonly messageId?: string;
  readonly source?: string;
  readonly erasedAt?: number;
  /** Of its `people` and `quarantine`; absent while nothing is remembered. */
  readonly rev?: number;
  readonly people?: readonly ProfileId[];
  readonly quarantinedAt?: number;
  /** What it is, beside its key: only of one in quarantine, which no profile has. */
  readonly quarantine?: Omit<Quarantine, 'at'> & Pick<Identifier, 'value'>;
}

export interface ProfileDoc extends Omit<Profile, (typeof workingFields)[number]>, Scoped {
  /**
   * Behaviour state, edge counts and check instants as one JSON text. No query asks for them, and a thousand small fields cost both
   * sides ten times what a text costs.
   */
  readonly workingJson?: string;
  /** What of `prepared` is looked for: see `differsField`. */
  readonly differs?: readonly string[];
  /** One text for each of `experiments`: see `exposedToField`. */
  readonly exposedTo?: readonly string[];
}

/** What of a profile only the fold reads. */
export const workingFields = ['states', 'edgeCounts', 'checks'] as const;

/** One stay in an audience. The open ones are the present members. */
export interface MembershipDoc extends Scoped {
  readonly audience: string;
  readonly profile: ProfileId;
  readonly subject: string;
  /** `workspace:audience` while the profile is in, absent after: members are one index range. */
  readonly memberOf?: string;
  /** The same while they are held out too. */
  readonly heldOutOf?: string;
  readonly version: number;
  readonly enteredAt: number;
  readonly enteredSeq: number;
  readonly enteredCause: EdgeCause;
  readonly enteredWaitKey: string;
  readonly exitedAt?: number;
  readonly exitedSeq?: number;
  readonly exitedCause?: EdgeCause;
  readonly exitedWaitKey?: string;
  /** While one of its edges has no place in the feed of its audience; made by `unplacedAt`, of its newest edge. */
  readonly unplaced?: string;
  /** Where its edges stand in that feed, made by `placeText`; absent for ever of those before the feed began. */
  readonly enteredPlace?: string;
  readonly exitedPlace?: string;
}

export interface AudienceDoc extends DefinitionDoc {
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** A parsed `Rule`, stored as JSON text because property names in it are users' data; of a manual audience that of `manualRule`. */
  readonly ruleJson: string;
  /** Absent of one that is not. */
  readonly public?: true;
  /** The ruleset version that made it public. Of whoever has not been evaluated since, no page is told: what it held of them before was not. */
  readonly publicSince?: number;
  /** People of the workspace want it at hand. No part of what it says. */
  readonly isStarred?: true;
  readonly holdout?: Holdout;
  /** Parsed `AudienceVariables`, stored as JSON text because property names in them are users' data. */
  readonly variablesJson?: string;
  /** The ruleset version that made this definition count. */
  readonly sinceRuleset: number;
  /** Until it is ready: whom this definition moves begins journeys by that, as whoever saved it asked. No part of what it says. */
  readonly startsJourneys?: true;
  readonly status: 'computing' | 'ready';
  /** Its rule has been ready, whatever else was saved since: another one is prepared while this one serves. */
  readonly hasBeenReady?: true;
  /** What was saved last and does not serve yet; `version` is the number of it. What serves stands beside it. */
  readonly next?: NextVersion;
  /** The highest number that a version was given, where that one was cancelled. */
  readonly lastVersion?: number;
}

/** What is to serve once every profile has been evaluated by its rule. */
export interface NextVersion extends Pick<
  AudienceDoc,
  'name' | 'description' | 'labels' | 'ruleJson' | 'public' | 'holdout' | 'variablesJson'
> {
  readonly servingVersion: number;
  readonly startedAt: number;
  /** The ruleset version since which its rule is prepared. */
  readonly sinceRuleset: number;
  /** Whom it moves, once it serves, begins journeys by that. */
  readonly startsJourneys?: true;
}

export interface OutboxDoc extends Scoped {
  readonly work: OutboxWork;
  readonly createdAt: number;
  /** A sweeper takes rows whose `nextAt` has passed, after pushing it: 5 s at first, doubling. */
  readonly nextAt: number;
  readonly tries: number;
}

export interface DestinationDoc extends DefinitionDoc {
  readonly type: string;
  readonly name: string;
  readonly settings: Record<string, unknown>;
  /** AES-256-GCM envelope of the secrets' JSON; `domain` and API never see the plain text again. */
  readonly sealedSecrets: string;
  readonly purpose?: string;
  readonly enabled: boolean;
  /** Set by authentication failures and by hand; work waits and no attempt is burnt. */
  readonly paused?: { readonly reason: string; readonly at: number };
}

export interface AttachmentDoc extends Scoped {
  readonly audience: string;
  readonly destination: string;
  readonly use: AttachmentUse;
  readonly purpose?: string;
  readonly identifiers: readonly string[];
  readonly onExit: Farewell;
  readonly onDetach: Farewell;
  readonly externalId?: string;
  readonly createExternal: boolean;
  readonly sinceRuleset: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly detachedAt?: number;
  /** After a detach that removes: everybody has been wished away. */
  readonly emptiedAt?: number;
  /** The vendor has asked to wait: nothing is sent before. */
  readonly throttledUntil?: number;
  /** When a request to create the vendor's audience left whose end is not known. */
  readonly creatingSince?: number;
}

export interface SyncMemberDoc extends DesiredMember, Scoped {
  /** Of a dirty one that is tried again: not before. */
  readonly nextAttemptAt?: number;
  /** Wished away by a detach, at the version of the wish before. */
  readonly isDetached?: boolean;
  /** `workspace:audience:destination` while the actual state may differ. */
  readonly dirty?: string;
}
