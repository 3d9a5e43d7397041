import type { AttachmentUse, Farewell } from '../domain/audiences/attachment';
import type { EdgeKind } from '../domain/audiences/edge';
import type { Json, JsonObject } from '../domain/json';
import type { EdgeCause } from '../domain/profiles/change-set';
import type { AudienceDefinition as Audience, Rule } from '../domain/audiences/rule.schema';

export type AudienceDefinition = Omit<Audience, 'key'>;
export interface StoredAudience {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly kind: 'live';
  readonly rule: Rule;
  readonly version: number;
  readonly size: number;
  readonly status: 'ready' | 'computing';
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface Member {
  readonly profileId: string;
  readonly enteredAt: string;
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
  readonly asOf?: string | number;
  /** How many matching profiles to name; 10 unless set. */
  readonly sample?: number;
}
export interface Preview {
  readonly asOf: string;
  readonly count: number;
  readonly sample: readonly string[];
  /** Of those that match, how many have an identifier of a type. */
  readonly identifiers: Readonly<Record<string, number>>;
}
/** What an audience said from one save to the next. */
export interface AudienceVersion {
  readonly version: number;
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly rule: Rule;
  readonly savedAt: string;
  /** Id of the key. */
  readonly savedBy: string;
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
}
