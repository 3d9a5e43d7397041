import { dirname, join } from 'node:path';
import { readDevFile } from '../local/dev-file';
import { CommandError, exitCodes, usageError } from './command-error';
import type { Io } from './io';

/** Where the API is, and the keys to it. */
export interface Connection {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly writeKey: string | undefined;
}

/**
 * `HEDDLE_URL` with `HEDDLE_API_KEY` and `HEDDLE_WRITE_KEY`. Without an address, that of the nearest `.local/dev.json` upwards
 * from the working directory, which `npm start` writes; its keys go to its own server only, and only when none is set.
 */
export function findConnection({ env, cwd }: Pick<Io, 'env' | 'cwd'>): Connection {
  const set = (name: string) => env[name]?.trim() || undefined;
  const dev = findDevFile(cwd);
  const url = set('HEDDLE_URL') ?? dev?.url ?? nowhere();
  if (!isWebAddress(url)) throw usageError('HEDDLE_URL must be an address beginning with http:// or https://.');
  const given = { apiKey: set('HEDDLE_API_KEY'), writeKey: set('HEDDLE_WRITE_KEY') };
  const isGiven = given.apiKey !== undefined || given.writeKey !== undefined;
  return !isGiven && dev?.url === url ? dev : { url, ...given };
}

function nowhere(): never {
  const message = 'No server is known here. Start one with `npm start`, or set HEDDLE_URL and HEDDLE_API_KEY.';
  throw new CommandError(message, exitCodes.unreachable);
}

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function findDevFile(folder: string): Connection | undefined {
  const parent = dirname(folder);
  const { api: url, apiKey, secretKey: writeKey } = readDevFile(join(folder, '.local')) ?? {};
  if (url !== undefined) return { url, apiKey, writeKey };
  return parent === folder ? undefined : findDevFile(parent);
}
