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
  /** While a share of people enters the published version, and the others the former. */
  readonly canary?: { readonly percent: number; readonly former: number };
  /** The operation by which those go on whom a pause has kept. */
  readonly resuming?: string;
  /** A change that waits for another key. */
  readonly awaitingApproval?: {
    readonly change: 'publish' | 'enrol-existing' | 'rollback' | 'archive' | 'resume';
    readonly askedBy: string;
    readonly askedAt: string;
    readonly affected: number;
  };
  readonly createdAt: string;
  readonly updatedAt: string;
}
/** `nextEntries`: the next instants at which people enter by a schedule. */
export interface ShownJourney extends StoredJourney {
  readonly nextEntries?: readonly string[];
}
/** With the operations that carry out what follows of a change; `awaitingApproval` where another key has to approve it. */
export interface ChangedJourney extends StoredJourney {
  readonly operations: readonly string[];
}
export interface EnrollingJourney extends ChangedJourney {
  /** Of a dry run: whom it would ask. */
  readonly plan?: { readonly audience: string; readonly members: number; readonly needsApproval: boolean };
}
export interface PublishPreview {
  readonly affected: number;
  /** Runs that would move to the new version, or end. */
  readonly moved: number;
  /** Members of the entry audience who would be asked in. */
  readonly enrolled: number;
  readonly needsApproval: boolean;
  readonly versions: readonly {
    readonly version: number;
    readonly inside: number;
    /** `to`: where runs that stand there go on; null for nowhere, absent where nobody has said. */
    readonly steps: readonly { readonly step: string; readonly inside: number; readonly to?: string | null }[];
  }[];
  readonly faults: readonly { readonly pointer: string; readonly message: string }[];
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
  /** What happens to people inside an older version; `finish` unless set. */
  readonly inFlight?: 'finish' | 'migrate' | 'exit';
  /** Of `migrate`: where steps of older versions go on; null ends there. */
  readonly stepMap?: Readonly<Record<string, string | null>>;
  /** Only this share of people enters the new version, the others the former. */
  readonly canary?: { readonly percent: number };
  /** Whether the present members of the entry audience are enrolled. */
  readonly enrollExisting?: boolean;
  /** Refused when more would be affected. */
  readonly expect?: { readonly affected: number };
  readonly perSecond?: number;
}
export interface RollbackInput {
  readonly inFlight?: 'finish' | 'exit';
  readonly perSecond?: number;
}
export interface ResumeInput {
  /** What those do whom the pause has kept from a send; `run` unless set. */
  readonly overdue?: 'run' | 'skip' | 'exit';
  readonly perSecond?: number;
}
export interface ArchiveInput {
  readonly inFlight?: 'drain' | 'exit';
  readonly perSecond?: number;
}
export interface EnrolExistingInput {
  /** The audience of the entry unless set. */
  readonly audience?: string;
  readonly dryRun?: boolean;
  readonly perSecond?: number;
}
export interface EnrolInput {
  /** `prf_…` or `type:value`. */
  readonly profile: string;
  /** What the steps read as `entry.properties`. */
  readonly properties?: JsonObject;
}
export interface TestInput {
  /** What the made-up person is known for. */
  readonly traits?: JsonObject;
  /** What the steps read as `entry.properties`. */
  readonly properties?: JsonObject;
  /** No wait, window, date or time-out lasts longer; 5s unless set. */
  readonly waits?: string;
  /** The draft, or a published version; the draft unless set, where there is one. */
  readonly version?: 'draft' | number;
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
