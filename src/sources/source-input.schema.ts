import { z } from 'zod';
import { DefinitionKey } from '../domain/definition-fields.schema';

/** A source as users write it. Its type says what settings and secrets it has. */
export const SourceInput = z.strictObject({
  key: DefinitionKey.optional(),
  type: z.string().min(1).max(64).default('api'),
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  /** What the type asks for, as docs/guides/sources.md shows. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Sealed at once and never shown. Absent keeps the present ones. */
  secrets: z.record(z.string(), z.string().max(16_384)).optional(),
  enabled: z.boolean().default(true),
  /** Key of the plan its events are judged by; without it, the workspace's default. */
  trackingPlan: DefinitionKey.optional(),
});
