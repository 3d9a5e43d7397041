import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Secrets by name, as a destination type declares them. */
export type Secrets = Readonly<Record<string, string>>;

/**
 * AES-256-GCM envelope `v1.<base64url(nonce, tag, text)>`. `owner` (the destination's `_id`) is authenticated with it, so that a
 * copy in another document does not open.
 */
export function sealSecrets(masterKey: Buffer, owner: string, secrets: Secrets): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, sealingKey(masterKey), nonce).setAAD(Buffer.from(owner));
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
}

/** Throws when the envelope was changed, belongs to another owner, or was sealed with another master key. */
export function unsealSecrets(masterKey: Buffer, owner: string, sealed: string): Secrets {
  const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
  const [nonce, tag] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes, nonceBytes + tagBytes)];
  const decipher = createDecipheriv(algorithm, sealingKey(masterKey), nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
  const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as Secrets;
}

/** The master key also keys HMACs; one use of a key must say nothing about another. */
function sealingKey(masterKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'heddle destination secrets', 32));
}
