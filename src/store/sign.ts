import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** `v1.<base64url>`: an HMAC-SHA-256 of the text under a key of its own, made from the master key. */
export function sign(masterKey: Buffer, text: string): string {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'heddle receipts', 32));
  return `v1.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

export function isSigned(masterKey: Buffer, text: string, signature: string): boolean {
  const [made, given] = [Buffer.from(sign(masterKey, text)), Buffer.from(signature)];
  return made.length === given.length && timingSafeEqual(made, given);
}
