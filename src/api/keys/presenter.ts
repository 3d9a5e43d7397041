import { z } from 'zod';
import type { KeyDoc } from '../../store/documents';
import { Instant, presentInstant } from '../instant';

export const KeyBody = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['public', 'secret', 'management']),
  scopes: z.array(z.string()),
  source: z.string(),
  /** Events of a write key, requests of a management key; absent means what the installation allows. */
  ratePerSecond: z.int().optional(),
  createdAt: Instant,
  replaces: z.string().optional(),
  expiresAt: Instant.optional(),
  disabledAt: Instant.optional(),
});

/** The key itself, in the one answer that shows it. */
export const NewKeyBody = KeyBody.extend({ key: z.string() });

export function presentKey(key: KeyDoc) {
  return {
    id: key.id,
    name: key.name,
    kind: key.kind,
    scopes: key.scopes,
    source: key.source,
    ...(key.ratePerSecond !== undefined && { ratePerSecond: key.ratePerSecond }),
    createdAt: presentInstant(key.createdAt),
    ...(key.replaces !== undefined && { replaces: key.replaces }),
    ...(key.expiresAt !== undefined && { expiresAt: presentInstant(key.expiresAt) }),
    ...(key.disabledAt !== undefined && { disabledAt: presentInstant(key.disabledAt) }),
  };
}
