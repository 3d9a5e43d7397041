import { z } from 'zod';
import { DefinitionKey } from '../../definition-fields.schema';
import { ComputedValue } from './computed-value.schema';

/** A value that is worked out for everybody, and read as `computed.<key>`. */
export const ComputedTraitDefinition = z.strictObject({
  key: DefinitionKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  labels: z.array(z.string().min(1).max(100)).max(50).optional(),
  value: ComputedValue,
});
export type ComputedTraitDefinition = z.infer<typeof ComputedTraitDefinition>;

/** How many a workspace has at most: every profile remembers what each needs. */
export const mostComputedTraits = 200;
