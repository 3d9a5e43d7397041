import { isJsonObject, own } from '../../domain/json';
import { invalidRequest, tooManyEvents } from '../problem';
import type { IngestCall } from './ingest';

/** What a body that is one item, or a list of them, holds. Throws 413. */
export function itemsOf({ body, deps }: Pick<IngestCall, 'body' | 'deps'>): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(body.value) ? body.value : [body.value];
  return atMost(items, deps.limits.maxBatchEvents);
}

/** The events of a batch. Throws 400 when there is none, and 413 when there are too many. */
export function eventsOf({ body, deps }: IngestCall): readonly unknown[] {
  const batch = batchOf(body.value);
  if (!batch) {
    const message = 'Send { "batch": [ … ] }.';
    throw invalidRequest(message, [{ in: 'body', pointer: '/batch', message }]);
  }
  return atMost(batch, deps.limits.maxBatchEvents);
}

export function batchOf(body: unknown): readonly unknown[] | undefined {
  const batch = isJsonObject(body) ? own(body, 'batch') : undefined;
  return Array.isArray(batch) ? (batch as readonly unknown[]) : undefined;
}

/** Throws 413 for more items than one request may have. */
function atMost(items: readonly unknown[], most: number): readonly unknown[] {
  if (items.length <= most) return items;
  throw tooManyEvents(items.length, most);
}
