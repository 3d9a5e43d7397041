import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { localDir } from './binaries';
import { LocalError } from './local-error';

export interface DevSecrets {
  /** 32 bytes in base64. */
  readonly masterKey: string;
  readonly rootKey: string;
  /** What the demo's webhook is signed with. */
  readonly signingSecret: string;
}

/**
 * The secrets of this checkout, made once and kept where only their owner can read them; the environment's own win. Lost
 * ones are never made again beside existing data: the hashes of identifiers would no longer match. Throws LocalError.
 */
export function devSecrets(env = process.env): DevSecrets {
  const file = join(localDir(env), 'dev-secrets.json');
  const kept = existsSync(file) ? read(file) : make(file);
  return {
    ...kept,
    masterKey: env['HEDDLE_SECRET_KEY'] || kept.masterKey,
    rootKey: env['HEDDLE_ROOT_KEY'] || kept.rootKey,
  };
}

function make(file: string): DevSecrets {
  const secrets: DevSecrets = {
    masterKey: randomBytes(32).toString('base64'),
    rootKey: `root_${randomBytes(24).toString('hex')}`,
    signingSecret: `whsec_${randomBytes(32).toString('base64')}`,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function read(file: string): DevSecrets {
  chmodSync(file, 0o600);
  const { masterKey, rootKey, signingSecret } = parse(readFileSync(file, 'utf8')) ?? {};
  if (masterKey && rootKey && signingSecret) return { masterKey, rootKey, signingSecret };
  throw new LocalError(
    `${file} is damaged; put it back from a copy, or delete ${dirname(file)} to begin with an empty workspace.`,
  );
}

function parse(text: string): Partial<DevSecrets> | undefined {
  try {
    return JSON.parse(text) as Partial<DevSecrets>;
  } catch {
    return undefined; // the caller says what to do about it
  }
}
