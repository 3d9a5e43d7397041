import type { JsonObject } from '../domain/json';
import type { DeliveryStatus } from './delivery-types';
import type { ShownStatus } from '../domain/journeys/enrollment';

export type EnrollmentStatus = ShownStatus;
export interface Enrollment {
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly profileId: string;
  /** Of a run entered per household: its key, who began it, and whether it has been decided to whom it speaks. */
  readonly household?: { readonly key: string; readonly actor: string; readonly hasRecipient: boolean };
  readonly status: EnrollmentStatus;
  readonly step: string;
  readonly enteredAt: string;
  readonly endedAt?: string;
  readonly reason?: string;
  /** Names of events, and audience edges. */
  readonly waitingFor: readonly string[];
  readonly dueAt?: string;
  /** At a step that shows content: where, and until when, unless its person's session decides. */
  readonly shows?: {
    readonly slot: string;
    readonly priority: number;
    readonly content: JsonObject;
    readonly until?: string;
  };
  readonly workflowId: string;
  /** Of a made-up person: nothing leaves, and no figure counts it. */
  readonly test?: true;
  readonly temporalUrl?: string;
}
export interface EnrollmentDetail extends Enrollment {
  /** A sentence: what the run waits for, until when, and what then; or how it ended. */
  readonly why: string;
  readonly lastSend?: {
    readonly deliveryId: string;
    readonly step: string;
    readonly destination: string;
    readonly status: DeliveryStatus;
    readonly reason?: string;
    readonly attempts: number;
    readonly at: string;
  };
  /** The last 200 steps. */
  readonly path: readonly {
    readonly step: string;
    readonly visit: number;
    readonly at: string;
    readonly outcome?: string;
    /** Why what the step sent has not arrived. */
    readonly why?: string;
    /** The version it was made under, of a run that is of a newer one since. */
    readonly version?: number;
    /** Of content: in how many sessions it was shown. */
    readonly shown?: number;
    readonly warning?: 'zone-invalid';
  }[];
  readonly sends: number;
  /** Updates whose properties were too much to hold beside those of the entry. */
  readonly updatesRefused?: number;
  /** An attempt to deliver is under way. */
  readonly sending?: true;
  readonly conversions: readonly {
    readonly goal: string;
    readonly at: string;
    readonly value?: number;
    readonly currency?: string;
  }[];
}
export interface SignalInput {
  /** As triggers of the journey name it. */
  readonly signal: string;
  /** What steps after it read. */
  readonly data?: JsonObject;
}
export interface ExitInput {
  /** Shown with the run; `exited-by-hand` unless set. */
  readonly reason?: string;
}
