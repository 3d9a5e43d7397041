/** Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md), read in 2026. */
export const standardWebhooks = {
  version: '1.0.0',
  signatureScheme: 'v1',
  secretPrefix: 'whsec_',
  /** Bytes of a secret. */
  secretBytes: { min: 24, max: 64 },
  /** "It is recommended to keep payloads small, under 20 kb." */
  maxBodyBytes: 20_000,
} as const;

/** Members of one body. */
export const maxMembers = 100;

/** Header names that settings must not carry: the protocol's own, and those that say where a message begins and ends. */
export const deniedHeaders: readonly string[] = [
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
];
export const deniedHeaderPrefix = 'webhook-';
