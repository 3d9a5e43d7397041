import { z } from 'zod';
import type { JsonObject } from '../../domain/json';
import { countNames, errorRate, noTraffic, type SourceTraffic } from '../../domain/traffic/source-counts';
import { findSourceKind } from '../../sources/registry';
import type { SourceDoc } from '../../store/sources';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';

const Count = z.int().meta({ description: 'Counted about once a second' });

/** What was sent in a span. `errorRate` is the share that was rejected or quarantined; absent where nothing was sent. */
export const TrafficBody = z.strictObject({
  ...{ accepted: Count, duplicates: Count, rejected: Count, quarantined: Count },
  ...{ flagged: Count, late: Count, replayed: Count, bytes: Count },
  /** Rejected and quarantined events, by code. */
  rejectedByCode: z.record(z.string(), z.int()),
  errorRate: z.number().optional(),
});

export const SourceHealthBody = z.strictObject({
  lastEventAt: Instant.optional(),
  total: TrafficBody,
  /** The running hour and the 23 before it. */
  lastDay: TrafficBody,
});

/** Secrets are written, never read back. */
export const SourceBody = z.strictObject({
  key: z.string(),
  type: z.string(),
  name: z.string(),
  description: z.string().optional(),
  settings: AnyObject,
  enabled: z.boolean(),
  trackingPlan: z.string().optional(),
  version: z.int(),
  /** Of a tool that sends by itself: the path to give it, after this installation's own address. */
  webhookPath: z.string().optional(),
  createdAt: Instant,
  updatedAt: Instant,
  traffic: SourceHealthBody,
});

export const VolumeBody = TrafficBody.extend({ from: Instant });

export interface SourceHealth {
  readonly total: SourceTraffic;
  readonly lastDay: SourceTraffic;
}

export function presentSource(source: SourceDoc, health: SourceHealth) {
  const { key, type, name, description, enabled, trackingPlan, version } = source;
  return {
    ...{ key, type, name, description, enabled, trackingPlan, version },
    settings: JSON.parse(source.settingsJson) as JsonObject,
    ...(findSourceKind(type)?.receiver && { webhookPath: webhookPathOf(source) }),
    createdAt: presentInstant(source.createdAt),
    updatedAt: presentInstant(source.updatedAt),
    traffic: presentHealth(health),
  };
}

/** The signature says who sends; the path need not be secret. */
const webhookPathOf = ({ ws, key }: SourceDoc): string => `/v1/webhooks/${ws}/${key}`;

function presentHealth({ total, lastDay }: SourceHealth) {
  return {
    ...(total.lastAt !== undefined && { lastEventAt: presentInstant(total.lastAt) }),
    total: presentTraffic(total),
    lastDay: presentTraffic(lastDay),
  };
}

export function presentTraffic(traffic: SourceTraffic) {
  const counts = Object.fromEntries(countNames.map((name) => [name, traffic[name]])) as Pick<
    SourceTraffic,
    (typeof countNames)[number]
  >;
  return { ...counts, rejectedByCode: traffic.rejectedByCode, errorRate: errorRate(traffic) };
}

export const noHealth: SourceHealth = { total: noTraffic, lastDay: noTraffic };
