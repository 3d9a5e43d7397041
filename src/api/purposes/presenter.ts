import { z } from 'zod';
import { answersWhenUnset } from '../../domain/consent/purpose';
import type { PurposeDoc } from '../../store/purposes';
import { Instant, presentInstant } from '../instant';

export const PurposeBody = z.strictObject({
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  whenUnset: z.enum(answersWhenUnset),
  transactional: z.boolean(),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});

export function presentPurpose(purpose: PurposeDoc) {
  const { key, name, description, whenUnset, transactional, version } = purpose;
  return {
    ...{ key, name, description, whenUnset, transactional, version },
    createdAt: presentInstant(purpose.createdAt),
    updatedAt: presentInstant(purpose.updatedAt),
  };
}
