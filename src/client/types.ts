import type { AudienceDefinition as Audience, Rule } from '../domain/audiences/rule.schema';
import type { JourneyDefinition as Journey } from '../domain/journeys/journey.schema';
import type { JsonObject } from '../domain/json';

/** What the API takes and answers, as plain shapes. Instants are RFC 3339 text in UTC. */
export type { JsonObject, Rule };
export type * from './event-types';
export type * from './impact-types';
export type * from './workspace-types';

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
  readonly createdAt: string;
  /** Values are masked for a key without the scope `profiles:pii`, as are those of traits. */
  readonly identifiers: readonly KnownIdentifier[];
  readonly traits: JsonObject;
  readonly consent: Readonly<Record<string, { readonly status: 'granted' | 'denied'; readonly at: string }>>;
  readonly audiences: readonly ProfileAudience[];
  readonly mergedFrom: readonly string[];
}
export interface StoredEvent {
  readonly messageId: string;
  readonly type: string;
  readonly name: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly context: JsonObject;
}

// Audiences

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
export interface Attachment {
  readonly audience: string;
  readonly destination: string;
  readonly use: 'target' | 'exclude';
  readonly purpose?: string;
  readonly identifiers: readonly string[];
  readonly onExit: 'remove' | 'keep';
  readonly onDetach: 'keep' | 'remove';
  readonly external?: { readonly id: string } | { readonly create: true };
  /** How many profiles the destination should hold, and how many changes have yet to get there. */
  readonly wanted: number;
  readonly pending: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

// Journeys

export type JourneyDefinition = Omit<Journey, 'key'>;
export type JourneyStatus = 'draft' | 'published' | 'paused' | 'archived';
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly suggestion: string;
}
export interface StoredJourney {
  readonly key: string;
  readonly name: string;
  readonly status: JourneyStatus;
  readonly publishedVersion?: number;
  /** What the next publish would make a version. */
  readonly draft?: Journey;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface SavedDraft extends StoredJourney {
  /** Errors among them stop publishing. */
  readonly findings: readonly Finding[];
}
export interface PublishInput {
  /** What happens to people inside an older version. */
  readonly inFlight?: 'finish';
}
export type EnrollmentStatus = 'active' | 'completed' | 'exited' | 'failed';
export interface Enrollment {
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly profileId: string;
  readonly status: EnrollmentStatus;
  readonly step: string;
  readonly enteredAt: string;
  readonly endedAt?: string;
  readonly reason?: string;
  /** Names of events, and audience edges. */
  readonly waitingFor: readonly string[];
  readonly dueAt?: string;
  readonly workflowId: string;
  readonly temporalUrl?: string;
}
export interface EnrollmentDetail extends Enrollment {
  /** The last 200 steps. */
  readonly path: readonly {
    readonly step: string;
    readonly visit: number;
    readonly at: string;
    readonly outcome?: string;
  }[];
  readonly sends: number;
  /** An attempt to deliver is under way. */
  readonly sending?: true;
  readonly conversions: readonly {
    readonly goal: string;
    readonly at: string;
    readonly value?: number;
    readonly currency?: string;
  }[];
}
export interface FunnelStep {
  readonly step: string;
  /** Visits: a loop counts each round. */
  readonly entered: number;
  readonly waiting: number;
  readonly left: number;
  readonly exited: number;
  readonly outcomes: Readonly<Record<string, number>>;
}
export interface Funnel {
  readonly entered: number;
  readonly active: number;
  readonly completed: number;
  readonly exited: number;
  readonly failed: number;
  readonly steps: readonly FunnelStep[];
  readonly goals: readonly { readonly goal: string; readonly conversions: number; readonly value: number }[];
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
  readonly enabled: boolean;
  readonly paused?: { readonly reason: string; readonly at: string };
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export type DeliveryStatus =
  'reserved' | 'held' | 'sent' | 'retrying' | 'delivered' | 'rejected' | 'dead' | 'unknown' | 'withheld';
export interface DeliveryAttempt {
  readonly at: string;
  readonly outcome: string;
  readonly code?: string;
  readonly latencyMs: number;
}
export interface Delivery {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: 'journey' | 'audience';
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly profileId: string;
  readonly journey?: string;
  readonly version?: number;
  readonly step?: string;
  readonly enrollment?: string;
  readonly audience?: string;
  readonly operation?: 'add' | 'remove';
  readonly attempts: readonly DeliveryAttempt[];
  readonly causedAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface DeliveryQuery extends PageQuery {
  readonly destination?: string;
  readonly journey?: string;
  readonly audience?: string;
  readonly profile?: string;
  readonly status?: DeliveryStatus;
}
