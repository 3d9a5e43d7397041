import { z } from 'zod';
import type { JsonObject } from '../../domain/json';
import type { SourceDoc } from '../../store/sources';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';

/** Secrets are written, never read back. */
export const SourceBody = z.strictObject({
  key: z.string(),
  type: z.string(),
  name: z.string(),
  description: z.string().optional(),
  settings: AnyObject,
  enabled: z.boolean(),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});

export function presentSource(source: SourceDoc) {
  const { key, type, name, description, enabled, version } = source;
  return {
    ...{ key, type, name, description, enabled, version },
    settings: JSON.parse(source.settingsJson) as JsonObject,
    createdAt: presentInstant(source.createdAt),
    updatedAt: presentInstant(source.updatedAt),
  };
}
