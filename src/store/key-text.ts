import { createHash, randomBytes } from 'node:crypto';

/** `hdl_<env>_<id>_<secret>`: the prefix is for secret scanners, the id for people, the secret has 256 bits. */
const form = 'hdl_[a-z]{2,8}_[0-9a-f]{12}_[\\w-]{43}';
const keyText = new RegExp(`^${form}$`);
const keyTexts = new RegExp(form, 'g');

export interface NewKeyText {
  readonly id: string;
  readonly text: string;
  readonly sha256: string;
}

export const isKeyText = (text: string): boolean => keyText.test(text);
/** A text in which keys are masked, wherever they stand: a key is shown once and never stored. */
export const withoutKeyTexts = (text: string): string => text.replace(keyTexts, 'hdl_•••');
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

export function makeKeyText(env: string): NewKeyText {
  const id = randomBytes(6).toString('hex');
  const text = `hdl_${env}_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, text, sha256: sha256Of(text) };
}
