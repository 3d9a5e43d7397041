import { z } from 'zod';
import { suppressionReasons, suppressionScopes, type SuppressionScope } from './suppression';

/** The most entries one request adds. */
export const mostEntries = 1_000;

const scopes = new RegExp(`^(everything|(${suppressionScopes.join('|')}):.{1,100})$`, 'u');

export const Scope = z
  .string()
  .regex(scopes, { error: 'Write "everything", or "channel:", "purpose:" or "destination:" with a name after it.' })
  .transform((text) => text as SuppressionScope);

export const Reason = z.enum(suppressionReasons);
