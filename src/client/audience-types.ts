import type { AttachmentUse, Farewell } from '../domain/audiences/attachment';
import type { EdgeKind } from '../domain/audiences/edge';
import type { AudienceVariables } from '../domain/audiences/variables.schema';
import type { Holdout } from '../domain/audiences/holdout.schema';
import type { AudienceKind } from '../domain/audiences/manual-audience';
import type { Json, JsonObject } from '../domain/json';
import type { EdgeCause } from '../domain/profiles/change-set';
import type { Operation } from './operation-types';
import type { PageQuery } from './pages';
import type { AudienceDefinition as Audience, Rule } from '../domain/audiences/rule.schema';

export type AudienceDefinition = Omit<Audience, 'key'>;
export interface StoredAudience {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly kind: AudienceKind;
  /** Whether pages may ask if a visitor is in it. */
  readonly public: boolean;
  /** Absent of a manual audience. */
  readonly rule?: Rule;
  readonly holdout?: Holdout;
  readonly variables?: AudienceVariables;
  readonly isStarred: boolean;
  /** The version that serves. */
  readonly version: number;
  readonly size: number;
  /** Of `size`, how many are held out now. */
  readonly heldOut: number;
  /** `computing` while anything that was saved has yet to be brought to everybody. */
  readonly status: 'ready' | 'computing';
  /** What was saved last, while everybody is evaluated by its rule. */
  readonly next?: NextAudience;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface NextAudience extends Pick<
  StoredAudience,
  'name' | 'description' | 'labels' | 'public' | 'holdout' | 'variables'
> {
  readonly version: number;
  readonly rule: Rule;
  /** Whom it moves begins journeys by that. */
  readonly startsJourneys?: true;
  readonly startedAt: string;
  /** Profiles that are evaluated by its rule; absent until that begins. */
  readonly progress?: { readonly done: number; readonly total: number };
  /** Of those, how many it will move. */
  readonly entering: number;
  readonly leaving: number;
}
export interface Member {
  readonly profileId: string;
  readonly enteredAt: string;
  readonly heldOut?: true;
}
export interface AudienceQuery extends PageQuery {
  /** Looked for in key, name and description. */
  readonly q?: string;
  readonly label?: string;
  readonly kind?: AudienceKind;
  readonly starred?: boolean;
}
export interface ChangedMembers {
  /** People who were named, whether or not they were in before. */
  readonly added: number;
  readonly removed: number;
  /** References that name nobody, as JSON pointers into what was sent. */
  readonly unknown: readonly { readonly pointer: string; readonly message: string }[];
}
export interface MemberExport {
  /** `csv` unless set. */
  readonly format?: 'csv' | 'ndjson';
  /** Types; all unless set. */
  readonly identifiers?: readonly string[];
  /** Names or paths; none unless set. */
  readonly traits?: readonly string[];
}
export interface DuplicatedAudience {
  readonly audience: StoredAudience;
  /** What copies the members, where these were asked for. */
  readonly operation?: Operation;
}
/** Somebody came into an audience, or left it. */
export interface AudienceChange {
  /** Of this change, and a cursor: `after` it comes what follows. */
  readonly id: string;
  readonly change: EdgeKind;
  /** Id of the profile. */
  readonly profile: string;
  readonly at: string;
  readonly cause: EdgeCause;
  /** Those of the profile now, where they were asked for and there are any. */
  readonly identifiers?: readonly { readonly type: string; readonly value: string }[];
}
export interface ChangesQuery {
  /** `next` of the page before, or the `id` of a change. */
  readonly after?: string;
  /** Without a cursor: everybody who is in first (unless set), from now on, or since an instant. */
  readonly from?: 'start' | 'now' | (string & {});
  /** Needs the scope `profiles:read`, too. */
  readonly include?: 'identifiers';
}
export interface ChangesPage {
  readonly data: readonly AudienceChange[];
  /** Always there: where to ask again. */
  readonly next: string;
}
export interface PreviewInput {
  /** A rule to try; the saved one when absent. */
  readonly rule?: Rule;
  /** A holdout to try; the saved one when absent. */
  readonly holdout?: Holdout;
  readonly asOf?: string | number;
  /** How many matching profiles to name; 10 unless set. */
  readonly sample?: number;
  /** Asks everybody, however long that takes; without it some at random, where there are many. */
  readonly exact?: boolean;
}
export interface Preview {
  readonly asOf: string;
  readonly count: number;
  /** The true number lies between these in 95 of 100 answers. */
  readonly low: number;
  readonly high: number;
  /** Where not everybody was asked. */
  readonly sampled?: { readonly profiles: number; readonly of: number };
  readonly sample: readonly string[];
  /** Of those that match, how many have an identifier of a type. */
  readonly identifiers: Readonly<Record<string, number>>;
  /** Of those that match, how many would be held out; absent without a holdout. */
  readonly holdout?: Holdout & { readonly heldOut: number };
  /** Of those that match, how many a destination could identify. */
  readonly destinations: Readonly<Record<string, number>>;
  /** Of those that match, how many are in other audiences at present. */
  readonly overlap: Readonly<Record<string, number>>;
}
/** What an audience said from one save to the next. */
export interface AudienceVersion {
  readonly version: number;
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly kind: AudienceKind;
  /** Absent of a manual audience. */
  readonly rule?: Rule;
  readonly public: boolean;
  readonly holdout?: Holdout;
  readonly variables?: AudienceVariables;
  readonly savedAt: string;
  /** Id of the key. */
  readonly savedBy: string;
  /** From when until when its rule decided who is in; absent of one that never served, or does not yet. */
  readonly served?: { readonly from: string; readonly until?: string };
  /** Why it never served. */
  readonly endedAs?: 'cancelled' | 'replaced';
  /** Against the version before; absent of the first. */
  readonly changes?: readonly { readonly pointer: string; readonly from?: Json; readonly to?: Json }[];
}
/** One part of a rule, and how it is about a person. */
export interface ExplainedPart {
  /** JSON pointer into the rule; empty for the whole. */
  readonly pointer: string;
  /** `all`, `any`, `not`, or the kind of the condition. */
  readonly kind: string;
  readonly matches: boolean;
  readonly condition?: JsonObject;
  /** What was found of what the condition asks for; absent where there was nothing. */
  readonly actual?: Json;
  /** From when on time alone makes the answer another. */
  readonly flipsAt?: string;
  /** It stays as it is at least until then. */
  readonly steadyUntil?: string;
}
export interface Explanation {
  readonly audience: string;
  readonly version: number;
  readonly profile: string;
  readonly at: string;
  /** Whether the audience holds them now; absent of the past. */
  readonly isMember?: boolean;
  /** On which side of the holdout they are, since they could first be sent; absent of the past, and without a holdout. */
  readonly holdout?: {
    readonly heldOut: boolean;
    readonly since: string;
    /** Two profiles of different sides became one. */
    readonly contaminated?: true;
  };
  /** Whether the rule holds, by the stored events. */
  readonly matches: boolean;
  readonly isUnknown?: true;
  readonly parts: readonly ExplainedPart[];
  /** The fewest conditions that turn the whole if they turn out otherwise, by their pointers. */
  readonly nearest: readonly string[];
}
export interface AudienceSize {
  readonly at: string;
  readonly size: number;
}
export interface AttachmentInput {
  readonly use?: AttachmentUse;
  readonly purpose?: string;
  readonly identifiers?: readonly string[];
  readonly onExit?: Farewell;
  readonly onDetach?: Farewell;
  readonly external?: { readonly id: string } | { readonly create: true };
}
export interface Attachment {
  readonly audience: string;
  readonly destination: string;
  readonly use: AttachmentUse;
  readonly purpose?: string;
  readonly identifiers: readonly string[];
  readonly onExit: Farewell;
  readonly onDetach: Farewell;
  readonly external?: { readonly id: string } | { readonly create: true };
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface AttachmentState extends Attachment {
  /** How many profiles the destination should hold, and how many changes have yet to get there. */
  readonly wanted: number;
  readonly pending: number;
  /** Of the audience, where it has one and this is sent. */
  readonly holdout?: Holdout;
}
