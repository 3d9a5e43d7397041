import type { JourneyStatus } from '../domain/journeys/compiled-journey';
import type { JourneyFinding } from '../domain/journeys/journey-finding';
import type { JourneyDefinition as Journey } from '../domain/journeys/journey.schema';
import type { JsonObject } from '../domain/json';

export type { JourneyStatus };

export type JourneyDefinition = Omit<Journey, 'key'>;
export type Finding = JourneyFinding;
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
export interface PausedJourney extends StoredJourney {
  /** Attempts that had begun before the pause and were still under way. */
  readonly sending?: number;
}
export interface PublishInput {
  /** What happens to people inside an older version. */
  readonly inFlight?: 'finish';
}
export interface EnrolInput {
  /** `prf_…` or `type:value`. */
  readonly profile: string;
  /** What the steps read as `entry.properties`. */
  readonly properties?: JsonObject;
}
export interface PendingEnrollment {
  readonly isPending: true;
}
/** What people enter from its publication on, and what those inside go on with. */
export interface JourneyVersion {
  readonly version: number;
  readonly publishedAt: string;
  readonly definition: Journey;
}
