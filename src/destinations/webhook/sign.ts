import { createHmac } from 'node:crypto';
import { standardWebhooks } from './constants';

/**
 * The `webhook-signature` header: `v1,` and the base64 of HMAC-SHA256 over `{id}.{seconds}.{body}`, one for each secret, separated
 * by spaces (Standard Webhooks, "Signature scheme"). `body` is the text that is sent: serialising the payload once more might
 * order its keys differently.
 */
export function sign(secrets: readonly string[], id: string, seconds: number, body: string): string {
  return secrets
    .map((secret) => `${standardWebhooks.signatureScheme},${hmac(secret, `${id}.${seconds}.${body}`)}`)
    .join(' ');
}

function hmac(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(standardWebhooks.secretPrefix.length), 'base64');
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}
