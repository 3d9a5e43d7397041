import type { AudienceDefinition as Audience, Rule } from '../domain/audiences/rule.schema';
import type { JourneyDefinition as Journey } from '../domain/journeys/journey.schema';
import type { Json, JsonObject } from '../domain/json';

/** What the API takes and answers, as plain shapes. Instants are RFC 3339 text in UTC. */
export type { Json, JsonObject, Rule };

export interface Page<Item> {
  readonly data: readonly Item[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}
export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

// Profiles

export interface KnownIdentifier {
  readonly type: string;
  readonly value: string;
  readonly firstSeenAt: string;
}
export interface ProfileAudience {
  readonly key: string;
  readonly enteredAt: string;
  readonly exitedAt?: string;
}
export interface Profile {
  readonly id: string;
  readonly identifiers: readonly KnownIdentifier[];
  readonly traits: JsonObject;
  readonly audiences: readonly ProfileAudience[];
  readonly createdAt?: string;
}
export interface StoredEvent {
  readonly messageId: string;
  readonly type: string;
  readonly name?: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly properties?: JsonObject;
}

// Audiences

export type AudienceDefinition = Omit<Audience, 'key'>;
export interface StoredAudience extends AudienceDefinition {
  readonly key: string;
  readonly version: number;
  readonly size: number;
  readonly status: 'ready' | 'computing';
  readonly createdAt?: string;
  readonly updatedAt?: string;
}
export interface Member {
  readonly profileId: string;
  readonly enteredAt: string;
}
export interface PreviewInput {
  /** A rule to try; the saved one when absent. */
  readonly rule?: Rule;
  readonly asOf?: string | number;
}
export interface Preview {
  readonly count: number;
  readonly sample: readonly string[];
  readonly asOf?: string;
}
export interface AudienceSize {
  readonly at: string;
  readonly size: number;
}
export interface AttachmentInput {
  readonly use?: 'target' | 'exclude';
  readonly purpose?: string;
  readonly identifiers?: readonly string[];
  readonly onExit?: 'remove' | 'keep';
  readonly onDetach?: 'keep' | 'remove';
  readonly external?: { readonly id: string } | { readonly create: true };
}
export interface Attachment extends AttachmentInput {
  readonly audience: string;
  readonly destination: string;
}

// Journeys

export type JourneyDefinition = Omit<Journey, 'key'>;
export type JourneyStatus = 'draft' | 'published' | 'paused' | 'archived';
export interface Finding {
  readonly severity?: 'error' | 'warning';
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}
export interface StoredJourney {
  readonly key: string;
  readonly name: string;
  readonly status: JourneyStatus;
  readonly publishedVersion?: number;
  readonly draft?: Journey;
  readonly findings?: readonly Finding[];
}
export interface PublishInput {
  readonly inFlight?: 'finish' | 'migrate' | 'exit';
}
export type EnrollmentStatus = 'starting' | 'active' | 'completed' | 'exited' | 'failed';
export interface Enrollment {
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly profileId?: string;
  readonly status: EnrollmentStatus;
  readonly step: string;
  readonly enteredAt: string;
  readonly endedAt?: string;
  readonly reason?: string;
  readonly waitingFor: readonly string[];
  readonly workflowId: string;
  readonly temporalUrl?: string;
}
export interface FunnelStep {
  readonly step: string;
  readonly entered: number;
  readonly waiting: number;
  readonly outcomes: Readonly<Record<string, number>>;
}
export interface Funnel {
  readonly journey: string;
  readonly entered: number;
  readonly active: number;
  readonly completed: number;
  readonly exited: number;
  readonly failed: number;
  readonly steps: readonly FunnelStep[];
}

// Destinations and deliveries

export interface DestinationDefinition {
  readonly type: string;
  readonly name: string;
  readonly settings: JsonObject;
  /** Written, never read back. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly purpose?: string;
  readonly enabled?: boolean;
}
export interface Destination extends Omit<DestinationDefinition, 'secrets'> {
  readonly key: string;
  readonly version?: number;
}
export const deliveryStatuses = [
  'reserved',
  'held',
  'sent',
  'retrying',
  'delivered',
  'rejected',
  'dead',
  'unknown',
  'withheld',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];
export interface Delivery {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly journey?: string;
  readonly step?: string;
  readonly audience?: string;
  readonly operation?: 'add' | 'remove';
  readonly profileId?: string;
  readonly attempts: readonly { readonly at: string; readonly outcome: string; readonly code?: string }[];
  readonly createdAt: string;
  readonly updatedAt?: string;
}
export interface DeliveryQuery extends PageQuery {
  readonly destination?: string;
  readonly journey?: string;
  readonly audience?: string;
  readonly profile?: string;
  readonly status?: DeliveryStatus;
  readonly from?: string;
  readonly to?: string;
}

// Impact

type StatusCounts = Readonly<Record<Exclude<DeliveryStatus, 'withheld'>, number>>;
export interface DestinationImpact extends StatusCounts {
  /** The sum of all states, always. */
  readonly emitted: number;
  /** Counted by reason. */
  readonly withheld: Readonly<Record<string, number>>;
  /** From the cause to the answer, in milliseconds; absent without a delivery. */
  readonly latency?: { readonly p50: number; readonly p95: number; readonly p99: number };
}

// Workspaces and keys

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}
export interface NewWorkspace extends Workspace {
  /** Shown this once. */
  readonly keys: { readonly public: string; readonly secret: string; readonly management: string };
}
export type KeyKind = 'public' | 'secret' | 'management';
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly kind: KeyKind;
  readonly scopes: readonly string[];
  readonly source: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly disabledAt?: string;
}
export interface KeyInput {
  readonly name: string;
  readonly kind: KeyKind;
  readonly scopes?: readonly string[];
  readonly source?: string;
  readonly expiresAt?: string;
}
export interface NewKey extends Key {
  /** Shown this once. */
  readonly key: string;
}
