import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ConnectionTest } from '../domain/delivery/connection-test';
import type { JsonLimits } from '../domain/events/measure-json';
import type { FileLimits } from '../domain/imports/import-reader';
import type { WorkspaceId } from '../domain/ids';
import type { RulesetCache } from '../folding/ruleset-cache';
import type { SourcePolicies } from '../store/source-policies';
import type { Store } from '../store/store';
import type { TrafficRecorder } from '../store/traffic-recorder';
import type { PullSchedules } from '../workflows/pull-schedules';
import type { StreamLimits } from './audiences/changes/change-streams';
import type { BrowserScript } from './browser-script/browser-script';
import type { FlightLimits } from './limits/bytes-in-flight';
import type { PreviewLimits } from './audiences/sample-profiles';
import type { RateLimits } from './limits/rates';

export interface ApiLimits extends FlightLimits {
  /** Of a body that is not events. */
  readonly maxDefinitionBytes: number;
  readonly maxBatchEvents: number;
  /** What one event may be, wherever it comes from; no body nests deeper. */
  readonly event: JsonLimits;
  readonly pageSizeMax: number;
  readonly preview: PreviewLimits;
  readonly simulation: { readonly people: number; readonly days: number };
  /** People whom one key may move, end or enrol by a change of a journey. */
  readonly approvalAbove: number;
  /** How long a body may take to arrive, files aside. */
  readonly bodySeconds: number;
  readonly insertsAtOnce: number;
  readonly failedKeysPerMinute: number;
  readonly idempotencyHours: number;
  readonly resumedSendsPerSecond: number;
  /** After how long without anything of a person their session is over. */
  readonly sessionMs: number;
  readonly rates: RateLimits;
  readonly changeStreams: StreamLimits;
}

export interface ImportLimits extends FileLimits {
  /** How long what an import refused, and what a dry run shows, can be fetched. */
  readonly keepHours: number;
}

/** Something that must answer before the process takes traffic. Rejects when it does not. */
export interface ReadinessCheck {
  readonly name: string;
  readonly check: () => Promise<unknown>;
}

/** A figure read when `/metrics` is asked. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  /** With a label `read` answers a figure for each of its values, of which there are few. */
  readonly label?: string;
  readonly read: () => Promise<number | Readonly<Record<string, number>>>;
}

/** Everything the API needs from outside, so that tests give it a database and nothing else. */
export interface ApiDeps {
  readonly store: Store;
  readonly limits: ApiLimits;
  readonly importLimits: ImportLimits;
  /** How each source is taken: at all, and by which plan. */
  readonly policies: SourcePolicies;
  /** Definitions compiled, for what asks what an event would change. */
  readonly rulesets: RulesetCache;
  /** Counts what sources send; flushed about once a second, and when the process ends. */
  readonly traffic: TrafficRecorder;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** A doorbell: returns at once, never fails, and rings once for many calls. */
  readonly ringIntake: (ws: WorkspaceId, partition: number) => void;
  /** Brings profiles to a definition just saved. Rejects when nobody answers; the definition is saved nevertheless. */
  readonly startBackfill: (ws: WorkspaceId) => Promise<void>;
  /** Has a destination brought to what it should hold. Rejects when nobody answers. */
  readonly ringSync: (ws: WorkspaceId, audience: string, destination: string) => Promise<void>;
  /** Has a worker begin, or go on with, long work. Rejects when nobody answers; the clock begins it then. */
  readonly ringOperation: (ws: WorkspaceId, id: string) => Promise<void>;
  /** Has a destination asked whether it can be used. Rejects when nobody answers. */
  readonly testDestination: (ws: WorkspaceId, destination: string) => Promise<ConnectionTest>;
  /** The schedules of sources that are asked, and their tests. Reject when nobody answers. */
  readonly pulls: PullSchedules;
  /** Has one run look at what happened to it. Rejects when nobody answers. */
  readonly wakeRun: (workflowId: string) => Promise<void>;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly checks: readonly ReadinessCheck[];
  readonly gauges?: readonly GaugeSource[];
  /** Aborted when the process is to end: answers that go on by themselves end then. */
  readonly closing?: AbortSignal;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Bearer key that may create workspaces. */
  readonly rootKey?: string;
  /** The `<env>` of keys made here, so that people see which installation a key belongs to. */
  readonly keyEnvironment: 'live' | 'dev';
  /** What pages load; absent where nothing was built. */
  readonly browserScript?: BrowserScript;
  /** Where people open the Temporal UI, with no slash at the end, and the namespace that links name. */
  readonly temporalUi?: { readonly url: string; readonly namespace: string };
}
