import { z } from 'zod';
import { unavailable } from '../problem';
import type { KeyCall } from '../route';

export const TestBody = z.strictObject({ ok: z.boolean(), code: z.string(), detail: z.string() });

/** Requests leave from workers only, so one of them asks the destination. Throws 503 when none does. */
export async function testDestination({ deps, ws }: KeyCall, key: string): Promise<z.infer<typeof TestBody>> {
  try {
    const { outcome, code, detail } = await deps.testDestination(ws, key);
    return { ok: outcome === 'ok', code, detail };
  } catch (error) {
    deps.log.warn({ ws, code: error instanceof Error ? error.name : 'unknown' }, 'no destination test was made');
    throw unavailable('No worker has tested the destination in time; do Temporal and the workers run?');
  }
}
