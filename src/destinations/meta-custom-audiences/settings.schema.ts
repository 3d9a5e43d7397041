import { z } from 'zod';
import { graph } from './constants';

export const MetaSettings = z.strictObject({
  /** Digits only, without `act_`. */
  adAccountId: z.string().regex(/^\d{1,20}$/, { error: 'Write the digits of the ad account id, without "act_".' }),
  /** Another Graph API host, for tests. Letter for letter what requests begin with. */
  apiBase: z
    .url({ protocol: /^https?$/, error: 'Write an http:// or https:// URL.' })
    .regex(/^https?:\/\/[^/?#@]+$/, { error: 'Write scheme and host only, such as "https://graph.facebook.com".' })
    .default(graph.apiBase),
});

export const MetaSecrets = z.strictObject({
  /** Of a system user with `ads_management`. */
  accessToken: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/^[\x21-\x7e]+$/, { error: 'A token is one line without spaces.' }),
  /** Adds proof that the caller holds the app's secret, which the app may demand. */
  appSecret: z.string().min(1).max(200).optional(),
});

export type MetaSettings = z.infer<typeof MetaSettings>;
export type MetaSecrets = z.infer<typeof MetaSecrets>;
