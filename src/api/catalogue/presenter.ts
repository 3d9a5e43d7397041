import { z } from 'zod';
import { shownFrom } from '../../domain/catalogue/sample-value';
import type { CatalogueEvent, CatalogueProperty } from '../../store/catalogue';
import { Instant, presentInstant } from '../instant';

const Share = z.number().min(0).max(1);

export const CatalogueEventBody = z.strictObject({
  kind: z.string(),
  name: z.string(),
  count: z.int(),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  sources: z.array(z.strictObject({ source: z.string(), count: z.int() })),
});

export const CataloguePropertyBody = z.strictObject({
  /** `properties` or `traits`, and a path below it as rules write it. */
  path: z.string(),
  /** Share of the sampled events in which it was there and not null. */
  fillRate: Share,
  types: z.array(z.strictObject({ type: z.string(), share: Share })),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  /** Values, most frequent first, where there are few of them and none is a person's. */
  samples: z.array(z.string()).optional(),
});

export const CatalogueDetailBody = CatalogueEventBody.extend({
  /** How many of the events were looked into; `count` is of all. */
  sampled: z.int(),
  identifiers: z.array(z.strictObject({ type: z.string(), fillRate: Share })),
  properties: z.array(CataloguePropertyBody),
  /** Properties that were not learned: too many, too deep, or named like an address. */
  unlearned: z.int(),
});

export function presentEvent({ kind, name, count, firstAt, lastAt, bySource }: CatalogueEvent) {
  return {
    ...{ kind, name, count },
    firstSeenAt: presentInstant(firstAt),
    lastSeenAt: presentInstant(lastAt),
    sources: descending(Object.entries(bySource)).map(([source, times]) => ({ source, count: times })),
  };
}

export function presentDetail(event: CatalogueEvent, properties: readonly CatalogueProperty[]) {
  const { sampled, unlearned, identifiers = {} } = event;
  return {
    ...presentEvent(event),
    ...{ sampled, unlearned },
    identifiers: descending(Object.entries(identifiers)).map(([type, times]) => ({
      type,
      fillRate: share(times, sampled),
    })),
    properties: properties.map((property) => presentProperty(property, sampled)),
  };
}

function presentProperty({ path, count, types, firstAt, lastAt, values }: CatalogueProperty, sampled: number) {
  const seen = Object.values(types).reduce((sum, times) => sum + times, 0);
  const samples = values === 'many' ? [] : descending([...values]).filter(([value, times]) => isShown(value, times));
  return {
    path,
    fillRate: share(count, sampled),
    types: descending(Object.entries(types)).map(([type, times]) => ({ type, share: share(times, seen) })),
    firstSeenAt: presentInstant(firstAt),
    lastSeenAt: presentInstant(lastAt),
    ...(samples.length > 0 && { samples: samples.map(([value]) => value) }),
  };
}

const isShown = (value: string, times: number): boolean => times >= shownFrom || value === 'true' || value === 'false';
const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(part / whole, 1));
const descending = (counts: readonly (readonly [string, number])[]) =>
  [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
