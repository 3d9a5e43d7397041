import type { ExperimentResult, VariantResult } from '../domain/impact/experiment';
import type { AttachmentUse } from '../domain/audiences/attachment';
import type { DeliveryStatus } from './delivery-types';

/** What a question about impact answers. Windows end now. */
type Counts = Readonly<Record<string, number>>;

export interface StateCounts extends Readonly<Record<Exclude<DeliveryStatus, 'withheld'>, number>> {
  /** The sum of all states, always. */
  readonly emitted: number;
  /** By reason. */
  readonly withheld: Counts;
}
/** Emitted as runs and syncs count it, against the ledger. A gap that stays above 0 is an alarm. */
export interface Conservation {
  readonly emitted: number;
  readonly ledger: number;
  readonly gap: number;
}
/** By state, then by reason or code. */
type Reasons = Readonly<Record<string, Counts>>;

export interface DestinationImpact extends StateCounts {
  /** From the cause to the answer, in milliseconds; null without deliveries. */
  readonly latency: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  readonly reasons: Reasons;
  readonly conservation: Conservation;
}
/** The runs that entered: `entered` is `active`, `completed`, `exited` and `failed` together. */
export interface JourneyFunnel {
  readonly entered: number;
  readonly active: number;
  readonly completed: number;
  /** By reason. */
  readonly exited: Counts;
  readonly failed: number;
  /** In the order of the published version, then those that only older ones had. */
  readonly steps: readonly FunnelStep[];
  readonly goals: readonly GoalResult[];
  /** Of a journey with a holdout. */
  readonly holdout?: {
    readonly percent: number;
    readonly goals: readonly HoldoutResult[];
  };
}
/** What those who were sent did, against those who would have been. */
export interface HoldoutResult extends Pick<ExperimentResult, 'contaminated' | 'sampleRatio' | 'verdict'> {
  readonly goal: string;
  /** `holdout` first, then `treated`. */
  readonly arms: readonly (Omit<VariantResult, 'variant' | 'value'> & { readonly arm: string })[];
}
/** Visits of a step: a loop counts each round. `entered` is `waiting`, `left`, `exited` and `failed` together. */
export interface FunnelStep {
  readonly step: string;
  readonly type?: string;
  readonly entered: number;
  readonly waiting: number;
  /** By outcome. */
  readonly left: Counts;
  /** Of the runs that were cut short here, by reason. */
  readonly exited: Counts;
  /** Of the runs that could not go on here, by reason. */
  readonly failed: Counts;
  /** Of those who wait: more than a minute past the instant to go on. */
  readonly stuck: number;
  /** Of sends that did not arrive: by outcome, then by reason or code. */
  readonly reasons?: Reasons;
  readonly medianDwellMs?: number;
}
export interface GoalResult {
  readonly key: string;
  readonly conversions: number;
  /** Of those who entered, from 0 to 1; null while nobody has. */
  readonly rate: number | null;
  /** By currency, `none` for values that name none. Never to be added across currencies. */
  readonly value: Counts;
  readonly medianTimeToConvertMs?: number;
}
export interface JourneyImpact extends JourneyFunnel {
  readonly deliveries: StateCounts & { readonly reasons: Reasons };
}
export interface AudienceImpact {
  readonly size: number;
  readonly days: readonly {
    readonly at: string;
    readonly entered: number;
    readonly exited: number;
    readonly size: number;
  }[];
  readonly destinations: readonly {
    readonly destination: string;
    readonly use: AttachmentUse;
    readonly wanted: number;
    readonly pending: number;
  }[];
}
export interface ImpactOverview {
  readonly destinations: readonly (StateCounts & {
    readonly key: string;
    readonly name: string;
    readonly conservation: Conservation;
  })[];
  readonly journeys: readonly {
    readonly key: string;
    readonly name: string;
    readonly status: string;
    readonly entered: number;
    readonly active: number;
    readonly completed: number;
    readonly exited: number;
    readonly failed: number;
    readonly conversions: number;
  }[];
  readonly audiences: readonly {
    readonly key: string;
    readonly name: string;
    readonly size: number;
    readonly entered: number;
    readonly exited: number;
  }[];
  readonly conservation: Conservation;
  readonly freshness: {
    readonly pendingEvents: number;
    readonly oldestPendingAt?: string;
    readonly oldestPendingSeconds: number;
  };
}
