import { join } from 'node:path';
import { localDir } from './binaries';
import { readDevFile } from './dev-file';
import type { DevSecrets } from './dev-secrets';
import { readJsonFile } from './json-file';

/** What the processes of this machine are, or would be, configured with. */
export interface Installation {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the environment names the servers, or a `heddle dev` started them, or nothing runs yet. */
  readonly servers: 'named' | 'started by heddle dev' | 'not started';
  readonly apiUrl: string;
}

/** The environment, completed by what `heddle dev` wrote down when it started the servers. */
export function findInstallation(env = process.env): Installation {
  const apiUrl = env['HEDDLE_URL'] ?? `http://127.0.0.1:${env['PORT'] ?? '4300'}`;
  if (env['MONGODB_URI'] && env['TEMPORAL_ADDRESS']) return { env, servers: 'named', apiUrl };
  const dev = readDevFile(localDir(env));
  if (!dev) return { env, servers: 'not started', apiUrl };
  const secrets = readJsonFile(join(localDir(env), 'dev-secrets.json')) as Partial<DevSecrets> | undefined;
  const started = {
    MONGODB_URI: dev.mongodbUri,
    TEMPORAL_ADDRESS: dev.temporalAddress,
    HEDDLE_SECRET_KEY: secrets?.masterKey,
  };
  return {
    env: { ...started, ...withoutEmpty(env) },
    servers: 'started by heddle dev',
    apiUrl: env['HEDDLE_URL'] ?? dev.api ?? apiUrl,
  };
}

const withoutEmpty = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
