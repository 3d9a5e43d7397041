import { z } from 'zod';
import { suppressionReasons, suppressionScopes, type SuppressionScope } from './suppression';

/** The most entries one request adds. */
export const mostEntries = 1_000;

/** By what people are reached, as destinations say it: `ads`, `email`, `sms`, `push`, or a name of one's own. */
export const Channel = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, {
  error: 'A channel is 1 to 64 small letters, digits, "_" and "-", beginning with a letter, such as "email".',
});

const scopes = new RegExp(`^(everything|(${suppressionScopes.join('|')}):.{1,100})$`, 'u');
const channelScope = 'channel:';

export const Scope = z
  .string()
  .regex(scopes, { error: 'Write "everything", or "channel:", "purpose:" or "destination:" with a name after it.' })
  // One that is written otherwise than destinations may write it would hold nowhere.
  .refine((text) => !text.startsWith(channelScope) || Channel.safeParse(text.slice(channelScope.length)).success, {
    error: 'Write the channel in small letters, digits, "_" and "-", such as "channel:email".',
  })
  .transform((text) => text as SuppressionScope);

export const Reason = z.enum(suppressionReasons);
