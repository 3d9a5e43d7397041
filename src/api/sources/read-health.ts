import { dayMs } from '../../domain/duration';
import { addTraffic, hourOf, noTraffic, type SourceTraffic } from '../../domain/traffic/source-counts';
import type { KeyCall } from '../route';
import { noHealth, type SourceHealth } from './presenter';

const hourMs = 3_600_000;

/** What these sources have sent, in all and lately, by source. */
export async function readHealth(
  { deps, ws, now }: KeyCall,
  sources: readonly string[],
): Promise<(source: string) => SourceHealth> {
  const [totals, lately] = await Promise.all([
    deps.store.sourceHours.totals(ws, sources),
    deps.store.sourceHours.since(ws, hourOf(now) - dayMs + hourMs),
  ]);
  return (source) => ({
    total: totals.get(source) ?? noHealth.total,
    lastDay: lately.get(source) ?? noHealth.lastDay,
  });
}

export interface VolumeRange {
  readonly from: number;
  readonly to: number;
  readonly interval: 'hour' | 'day';
}

/** Traffic of each hour or day (UTC) of a range in which there was any, oldest first. */
export async function readVolume(
  { deps, ws }: KeyCall,
  source: string,
  { from, to, interval }: VolumeRange,
): Promise<readonly (readonly [at: number, traffic: SourceTraffic])[]> {
  const length = interval === 'hour' ? hourMs : dayMs;
  const byInterval = new Map<number, SourceTraffic>();
  for (const { hour, traffic } of await deps.store.sourceHours.between(ws, source, hourOf(from), to)) {
    const at = Math.floor(hour / length) * length;
    byInterval.set(at, addTraffic(byInterval.get(at) ?? noTraffic, traffic));
  }
  return [...byInterval];
}
