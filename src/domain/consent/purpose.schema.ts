import { z } from 'zod';
import { answersWhenUnset } from './purpose';

/** As senders name their categories: also `C0004`, `Email Marketing` and `$ads`, since what is defined must match what is sent. */
export const PurposeKey = z.string().regex(/^[\p{L}\p{N}_.:$-][\p{L}\p{N}_.:$ -]{0,99}$/u, {
  error: 'Write 1 to 100 letters, digits, spaces and "_.:$-", not beginning with a space.',
});

export const PurposeDefinition = z.strictObject({
  key: PurposeKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  whenUnset: z.enum(answersWhenUnset).default('deny'),
  transactional: z.boolean().default(false),
});
export type PurposeDefinition = z.output<typeof PurposeDefinition>;
