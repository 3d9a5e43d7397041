import { tooManyEvents } from '../problem';
import type { IngestCall } from './ingest';

/** What a body that is one item, or a list of them, holds. Throws 413. */
export function itemsOf({ body, deps }: Pick<IngestCall, 'body' | 'deps'>): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(body.value) ? body.value : [body.value];
  return atMost(items, deps.limits.maxBatchEvents);
}

/** Throws 413 for more items than one request may have. */
export function atMost(items: readonly unknown[], most: number): readonly unknown[] {
  if (items.length <= most) return items;
  throw tooManyEvents(items.length, most);
}
