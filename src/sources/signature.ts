import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** The secret that a tool signs with. While it is being changed, requests of the one before are taken too. */
export const SigningSecrets = z.strictObject({
  signingSecret: z.string().min(1).max(4_096),
  previousSigningSecret: z.string().min(1).max(4_096).optional(),
});
export type SigningSecrets = z.output<typeof SigningSecrets>;

/** Whether one of the signatures is the HMAC-SHA256 of the parts under one of the secrets. Takes the same time wherever they differ. */
export function isSigned(
  parts: readonly (string | Buffer)[],
  signatures: readonly string[],
  { signingSecret, previousSigningSecret }: SigningSecrets,
  encoding: 'base64' | 'hex',
): boolean {
  const secrets = previousSigningSecret === undefined ? [signingSecret] : [signingSecret, previousSigningSecret];
  return secrets.some((secret) => {
    const hmac = createHmac('sha256', secret);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    return signatures.some((signature) => isSame(expected, Buffer.from(signature, encoding)));
  });
}

const isSame = (expected: Buffer, given: Buffer): boolean =>
  expected.length === given.length && timingSafeEqual(expected, given);

/** How old, or how far ahead, a signed request may be. */
export const toleranceMs = 5 * 60_000;

export const isStale = (at: number, now: number): boolean => !(Math.abs(now - at) <= toleranceMs);
