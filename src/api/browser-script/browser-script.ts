import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** The script of pages, as it is sent. */
export interface BrowserScript {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  /** Hash of the script: another script, another tag. */
  readonly hash: string;
}

export function packScript(plain: Buffer): BrowserScript {
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { plain, gzip: gzipSync(plain, { level: 9 }), hash };
}
