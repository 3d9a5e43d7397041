import { z } from 'zod';
import type { Ingested } from './ingest';

/** What every door of ingestion answers: how many events were taken, and which were not. */
export const IngestBody = z.strictObject({
  success: z.literal(true),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(
    z.strictObject({
      index: z.int(),
      messageId: z.string().optional(),
      code: z.string(),
      path: z.string(),
      message: z.string(),
    }),
  ),
});

export function answer({ accepted, duplicates, rejected }: Ingested) {
  return { status: 200 as const, body: { success: true as const, accepted, duplicates, rejected } };
}
