import { z } from 'zod';
import type { ComputedValue as Value } from '../../domain/audiences/computed/computed-value.schema';
import { measureOf } from '../../domain/audiences/computed/measure';
import { ComputedTraitDefinition } from '../../domain/audiences/computed/computed-trait.schema';
import type { ComputedTraitDoc } from '../../store/computed-traits';
import { Instant, presentInstant } from '../instant';

const { name, description, labels, value } = ComputedTraitDefinition.shape;

export const ComputedTraitBody = z.strictObject({
  key: z.string(),
  name,
  description,
  labels,
  value,
  type: z.enum(['number', 'list', 'any']).meta({ description: 'What it is, and so which operators compare it' }),
  version: z.int(),
  /** `computing` until everybody's is worked out. */
  status: z.enum(['ready', 'computing']),
  createdAt: Instant,
  updatedAt: Instant,
});

export function presentComputedTrait(doc: ComputedTraitDoc) {
  const value = JSON.parse(doc.valueJson) as Value;
  return {
    key: doc.key,
    name: doc.name,
    description: doc.description,
    labels: doc.labels,
    value,
    type: measureOf(value).type,
    version: doc.version,
    status: doc.status,
    createdAt: presentInstant(doc.createdAt),
    updatedAt: presentInstant(doc.updatedAt),
  };
}
