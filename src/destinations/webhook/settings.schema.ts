import { z } from 'zod';
import { Channel } from '../../domain/consent/suppression.schema';
import { deniedHeaderPrefix, deniedHeaders, standardWebhooks } from './constants';

const { secretPrefix, secretBytes } = standardWebhooks;
const isDenied = (name: string): boolean =>
  deniedHeaders.includes(name.toLowerCase()) || name.toLowerCase().startsWith(deniedHeaderPrefix);

const Url = z.url({ protocol: /^https?$/, error: 'Write an http:// or https:// URL.' }).refine(hasNoCredentials, {
  error: 'Leave user and password out of the URL; receivers check the signature instead.',
});
const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]{1,64}$/, { error: 'A header name has letters, digits and "-".' })
  .refine((name) => !isDenied(name), { error: 'This header belongs to the protocol and cannot be set.' });
const HeaderValue = z
  .string()
  .max(1_024)
  .regex(/^[\t\x20-\x7e]*$/, { error: 'A header value is one line of ASCII text.' });

export const WebhookSettings = z.strictObject({
  url: Url,
  /** Sent with every request. They are shown to whoever reads the settings: no secrets here. */
  headers: z
    .record(HeaderName, HeaderValue)
    .refine((headers) => Object.keys(headers).length <= 20, { error: 'At most 20 headers.' })
    .optional(),
  /** By what the receiver reaches people: suppressions of that channel hold of what is sent here. */
  channel: Channel.optional(),
});

const Secret = z.string().refine(isSecret, {
  error: `A signing secret is "${secretPrefix}" and the base64 of ${secretBytes.min} to ${secretBytes.max} random bytes.`,
});
export const WebhookSecrets = z.strictObject({
  signingSecret: Secret,
  /** While receivers change over, requests carry a second signature made with this. */
  previousSigningSecret: Secret.optional(),
});

export type WebhookSettings = z.infer<typeof WebhookSettings>;
export type WebhookSecrets = z.infer<typeof WebhookSecrets>;

function hasNoCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

function isSecret(text: string): boolean {
  const encoded = text.slice(secretPrefix.length);
  if (!text.startsWith(secretPrefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= secretBytes.min && length <= secretBytes.max;
}
