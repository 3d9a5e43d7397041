import type { JsonObject } from '../domain/json';

export interface SourceDefinition {
  /** `api` unless set: a website, an app or a back end that sends by itself. */
  readonly type?: string;
  readonly name: string;
  readonly description?: string;
  readonly settings?: JsonObject;
  /** Written, never read back. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
  /** Key of the plan its events are judged by; without it, the workspace's default. */
  readonly trackingPlan?: string;
}
/** What was sent in a span, counted about once a second. */
export interface SourceTraffic {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly quarantined: number;
  readonly flagged: number;
  /** Happened more than a day before they were received. */
  readonly late: number;
  readonly replayed: number;
  readonly bytes: number;
  /** Rejected and quarantined, by code. */
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** The share that was rejected or quarantined; absent where nothing was sent. */
  readonly errorRate?: number;
}
export interface SourceVolume extends SourceTraffic {
  readonly from: string;
}
export interface VolumeQuery {
  readonly from?: string;
  readonly to?: string;
  /** `hour` unless set. */
  readonly interval?: 'hour' | 'day';
}
export interface Source extends Omit<SourceDefinition, 'secrets'> {
  readonly key: string;
  readonly type: string;
  readonly settings: JsonObject;
  readonly enabled: boolean;
  readonly version: number;
  /** Of a tool that sends by itself: the path to give it, after the installation's own address. */
  readonly webhookPath?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly traffic: {
    readonly lastEventAt?: string;
    readonly total: SourceTraffic;
    readonly lastDay: SourceTraffic;
  };
}

/** What a run has come to. */
export interface PullRun {
  readonly startedAt: string;
  readonly rows: number;
  readonly accepted: number;
  /** Rows that had been read before, and said the same. */
  readonly duplicates: number;
  /** Rows that became dead letters. */
  readonly rejected: number;
  /** Rows of what happened longer ago than the workspace keeps events: not taken. */
  readonly tooOld: number;
}
/** How far a source has been read. */
export interface SourcePull {
  readonly source: string;
  readonly status: 'idle' | 'running' | 'retrying' | 'paused' | 'off';
  readonly nextRunAt?: string;
  readonly run?: PullRun;
  readonly lastRun?: PullRun & {
    readonly endedAt: string;
    readonly outcome: 'completed' | 'refused' | 'stopped';
  };
  readonly problem?: { readonly code: string; readonly message: string; readonly at: string };
  readonly cursor?: JsonObject;
}
/** A source's first rows, and what its mapping makes of them. */
export interface SourceTest {
  readonly ok: boolean;
  /** Stable and short: `ok`, `http-401`. */
  readonly code: string;
  readonly detail: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly row: JsonObject;
    readonly event?: {
      readonly type: string;
      readonly name: string;
      readonly timestamp: string;
      readonly identifiers: readonly { readonly type: string; readonly value: string }[];
      readonly traits: JsonObject;
      readonly properties: JsonObject;
    };
    readonly rejected?: { readonly code: string; readonly message: string };
  }[];
}
