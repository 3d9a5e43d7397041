import { createHash } from 'node:crypto';

/** SHA-256 of the UTF-8 text, as 64 lower-case hex digits. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Whether a whole value has the shape of a SHA-256 in lower-case hex. Looked at before normalising, never after. */
export const looksHashed = (value: string): boolean => /^[0-9a-f]{64}$/.test(value);
