import { z } from 'zod';
import type { JsonBody } from '../read-body';
import type { Ingested } from './ingest';

/** What every door of ingestion answers: how many events were taken, and which were not. */
const NotTaken = z.strictObject({
  index: z.int(),
  messageId: z.string().optional(),
  code: z.string(),
  path: z.string(),
  message: z.string(),
});

export const IngestBody = z.strictObject({
  success: z.literal(true),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(NotTaken),
  /** Kept until the tracking plan and they agree, and are replayed. Absent where there are none. */
  quarantined: z.array(NotTaken).optional(),
});

// For the document only: events are checked one by one, by hand, so that a bad one costs itself and not the batch.
export const SingleEvent = z.looseObject({}) as unknown as z.ZodType<JsonBody>;
export const Batch = z.looseObject({ batch: z.array(z.looseObject({})) }) as unknown as z.ZodType<JsonBody>;

export function answer({ accepted, duplicates, rejected, quarantined }: Ingested) {
  const body = { success: true as const, accepted, duplicates, rejected };
  return { status: 200 as const, body: quarantined.length > 0 ? { ...body, quarantined } : body };
}
