import type { Event } from '../events/event';

/** What is counted of a source, per hour and in all. */
export const countNames = [
  'accepted',
  'duplicates',
  'rejected',
  'quarantined',
  'flagged',
  'late',
  'replayed',
  'bytes',
] as const;
export type CountName = (typeof countNames)[number];
export type SourceCounts = Readonly<Record<CountName, number>>;

/** Counts of a span, with why events were refused, by code. `lastAt` is the last receipt, epoch milliseconds. */
export interface SourceTraffic extends SourceCounts {
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly lastAt?: number;
}

export const noCounts: SourceCounts = {
  ...{ accepted: 0, duplicates: 0, rejected: 0, quarantined: 0 },
  ...{ flagged: 0, late: 0, replayed: 0, bytes: 0 },
};
export const noTraffic: SourceTraffic = { ...noCounts, rejectedByCode: {} };

const hourMs = 3_600_000;
/** An event that happened longer than this before its receipt is late: waits and windows may have passed it by. */
export const lateAfterMs = 24 * hourMs;

export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs;
export const isLate = ({ occurredAt, receivedAt }: Pick<Event, 'occurredAt' | 'receivedAt'>): boolean =>
  receivedAt - occurredAt > lateAfterMs;

export function addTraffic(one: SourceTraffic, other: SourceTraffic): SourceTraffic {
  const counts = Object.fromEntries(countNames.map((name) => [name, one[name] + other[name]])) as SourceCounts;
  const rejectedByCode = { ...one.rejectedByCode };
  for (const [code, count] of Object.entries(other.rejectedByCode))
    rejectedByCode[code] = (rejectedByCode[code] ?? 0) + count;
  const lastAt = Math.max(one.lastAt ?? -Infinity, other.lastAt ?? -Infinity);
  return { ...counts, rejectedByCode, ...(Number.isFinite(lastAt) && { lastAt }) };
}

/** How many were refused, by why. */
export function countCodes(refused: readonly { readonly code: string }[]): Record<string, number> {
  const byCode: Record<string, number> = {};
  for (const { code } of refused) byCode[code] = (byCode[code] ?? 0) + 1;
  return byCode;
}

/** The share of what was sent that did not get in: rejected and quarantined. Absent where nothing was sent. */
export function errorRate({ accepted, duplicates, rejected, quarantined }: SourceCounts): number | undefined {
  const sent = accepted + duplicates + rejected + quarantined;
  return sent === 0 ? undefined : (rejected + quarantined) / sent;
}
