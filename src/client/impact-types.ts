import type { DeliveryStatus } from './types';

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
export interface JourneyImpact {
  readonly entered: number;
  readonly active: number;
  readonly completed: number;
  /** By reason. */
  readonly exited: Counts;
  readonly failed: number;
  readonly steps: readonly {
    readonly step: string;
    readonly type?: string;
    readonly entered: number;
    readonly waiting: number;
    readonly left: Counts;
    readonly medianDwellMs?: number;
  }[];
  readonly goals: readonly {
    readonly key: string;
    readonly conversions: number;
    readonly rate: number | null;
    /** By currency. */
    readonly value: Counts;
    readonly medianTimeToConvertMs?: number;
  }[];
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
    readonly use: 'target' | 'exclude';
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
