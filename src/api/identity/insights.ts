import { dayMs } from '../../domain/duration';
import { z } from 'zod';
import { blockReasons, isKnown } from '../../domain/identity/resolve-identity';
import { percentile } from '../../domain/impact/percentile';
import type { WorkspaceId } from '../../domain/ids';
import type { Store } from '../../store/store';
import type { ApiDeps } from '../deps';

export const insightDays = 30;
/** Counts end here: behind it more precision changes no decision, and every one costs a read. */
export const mostCounted = 100_000;
/** Ids are random, so that the first of them are a fair sample. */
export const sampled = 1_000;

const Count = z.int().meta({ description: `Counted to ${mostCounted}` });
const Spread = z.strictObject({ average: z.number(), p50: z.int(), p95: z.int(), most: z.int() });

export const InsightsBody = z.strictObject({
  days: z.int(),
  violations: z.record(z.enum(blockReasons), Count).meta({ description: 'Events of which identifiers were dropped' }),
  merges: z.strictObject({ byIdentifiers: Count, asked: Count, undone: Count }),
  quarantine: z.strictObject({
    identifiers: Count.meta({ description: `In quarantine now, counted to ${mostCounted}` }),
    recent: Count.meta({ description: 'Of these, put there in the last days' }),
  }),
  sample: z.strictObject({
    profiles: z.int(),
    known: z.int(),
    merged: z.int().meta({ description: 'Of the sampled profiles, those that have absorbed others' }),
    mergeRate: z.number().meta({ description: 'The share of the sampled profiles that have absorbed others: 0 to 1' }),
    absorbed: Spread.meta({ description: 'Absorbed profiles per profile' }),
    identifiers: Spread.meta({ description: 'Identifiers per profile' }),
    byType: z.record(z.string(), Spread).meta({ description: 'The same by type, of profiles that have one' }),
  }),
});
export type Insights = z.output<typeof InsightsBody>;

/**
 * How a workspace's people are told apart, in figures: what protections kept apart, what was merged, what names nobody, and how much
 * people are known by.
 */
export async function readInsights(
  { store, rulesets }: Pick<ApiDeps, 'store' | 'rulesets'>,
  ws: WorkspaceId,
  now: number,
): Promise<Insights> {
  const { identity: rules } = await rulesets.current(ws);
  const since = now - insightDays * dayMs;
  const [violations, merges, quarantine, people] = await Promise.all([
    Promise.all(
      blockReasons.map(async (reason) => [reason, await store.events.countBlocked(ws, reason, since, mostCounted)]),
    ),
    store.merges.countSince(ws, since, mostCounted),
    countQuarantine(store, ws, since),
    store.profiles.page(ws, sampled),
  ]);
  const merged = people.filter(({ lineage }) => lineage.length > 0).length;
  const sizes = people.map(({ identifiers }) => countByType(identifiers));
  const types = [...new Set(sizes.flatMap((size) => Object.keys(size)))].sort();
  return {
    days: insightDays,
    violations: Object.fromEntries(violations) as Insights['violations'],
    merges,
    quarantine,
    sample: {
      profiles: people.length,
      known: people.filter((profile) => isKnown(profile, rules)).length,
      merged,
      mergeRate: people.length === 0 ? 0 : hundredths(merged / people.length),
      absorbed: spread(people.map(({ lineage }) => lineage.length)),
      identifiers: spread(people.map(({ identifiers }) => identifiers.length)),
      byType: Object.fromEntries(types.map((type) => [type, spread(sizes.flatMap((size) => size[type] ?? []))])),
    },
  };
}

async function countQuarantine({ identifierNotes }: Store, ws: WorkspaceId, since: number) {
  const [identifiers, recent] = await Promise.all([
    identifierNotes.countQuarantined(ws, mostCounted),
    identifierNotes.countQuarantined(ws, mostCounted, since),
  ]);
  return { identifiers, recent };
}

function countByType(identifiers: readonly { readonly type: string }[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { type } of identifiers) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function spread(values: readonly number[]): z.output<typeof Spread> {
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    average: values.length === 0 ? 0 : hundredths(sum / values.length),
    p50: percentile(values, 50) ?? 0,
    p95: percentile(values, 95) ?? 0,
    most: Math.max(0, ...values),
  };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
