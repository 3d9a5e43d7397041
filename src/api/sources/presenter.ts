import { z } from 'zod';
import type { JsonObject } from '../../domain/json';
import { findSourceKind } from '../../sources/registry';
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
  /** Of a tool that sends by itself: the path to give it, after this installation's own address. */
  webhookPath: z.string().optional(),
  createdAt: Instant,
  updatedAt: Instant,
});

export function presentSource(source: SourceDoc) {
  const { key, type, name, description, enabled, version } = source;
  return {
    ...{ key, type, name, description, enabled, version },
    settings: JSON.parse(source.settingsJson) as JsonObject,
    ...(findSourceKind(type)?.receiver && { webhookPath: webhookPathOf(source) }),
    createdAt: presentInstant(source.createdAt),
    updatedAt: presentInstant(source.updatedAt),
  };
}

/** The signature says who sends; the path need not be secret. */
const webhookPathOf = ({ ws, key }: SourceDoc): string => `/v1/webhooks/${ws}/${key}`;
