import { z } from 'zod';
import { channelOf } from '../../destinations/registry';
import type { DestinationDoc } from '../../store/documents';
import type { JsonObject } from '../../domain/json';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';

/** Secrets are written, never read back. */
export const DestinationBody = z.strictObject({
  key: z.string(),
  type: z.string(),
  name: z.string(),
  settings: AnyObject,
  purpose: z.string().optional(),
  /** By what it reaches people, where it says so: what suppressions of a channel ask for. */
  channel: z.string().optional(),
  enabled: z.boolean(),
  paused: z.strictObject({ reason: z.string(), at: Instant }).optional(),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});

export function presentDestination(destination: DestinationDoc) {
  const { key, type, name, purpose, enabled, paused, version } = destination;
  return {
    key,
    type,
    name,
    settings: destination.settings as JsonObject,
    purpose,
    channel: channelOf(destination),
    enabled,
    ...(paused && { paused: { reason: paused.reason, at: presentInstant(paused.at) } }),
    version,
    createdAt: presentInstant(destination.createdAt),
    updatedAt: presentInstant(destination.updatedAt),
  };
}
