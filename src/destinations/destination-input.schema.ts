import { z } from 'zod';
import { DefinitionKey } from '../domain/definition-fields.schema';

/** A destination as users write it. Its type says what settings and secrets it has. */
export const DestinationInput = z.strictObject({
  key: DefinitionKey.optional(),
  type: z.string().min(1).max(64),
  name: z.string().min(1).max(200),
  /** What the type asks for, as docs/guides/destinations.md shows. */
  settings: z.record(z.string(), z.unknown()),
  /** Sealed at once and never shown. Absent keeps the present ones. */
  secrets: z.record(z.string(), z.string().max(16_384)).optional(),
  purpose: z.string().min(1).max(100).optional(),
  enabled: z.boolean().default(true),
});
