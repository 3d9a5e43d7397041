import { z } from 'zod';
import { suppressionReasons } from '../../domain/consent/suppression';
import type { SuppressionDoc } from '../../store/suppressions';
import { Instant, presentInstant } from '../instant';

export const SuppressionBody = z.strictObject({
  id: z.string(),
  /** Of the identifier only its type and a hint are kept. */
  type: z.string(),
  hint: z.string(),
  scope: z.string(),
  reason: z.enum(suppressionReasons),
  source: z.string(),
  at: Instant,
  expiresAt: Instant.optional(),
});

export function presentSuppression({ id, type, hint, scope, reason, source, at, expiresAt }: SuppressionDoc) {
  const ends = expiresAt === undefined ? {} : { expiresAt: presentInstant(expiresAt) };
  return { id, type, hint, scope, reason, source, at: presentInstant(at), ...ends };
}
