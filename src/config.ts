import { z } from 'zod';
import {
  defaulted,
  key32,
  listOf,
  network,
  oneOf,
  optional,
  required,
  secret,
  sourceFolder,
  target,
  temporalAddress,
  text,
  url,
  wholeNumber,
} from './config-kinds';
import { importVariables, toImportLimits } from './config-imports';
import { pullVariables, toPullLimits } from './config-pulls';
import { privacyVariables, toPrivacyLimits } from './config-privacy';
import { toTrustLimits, trustVariables } from './config-trust';
import { limitVariables, toLimits } from './config-limits';
import { queueNames } from './temporal-names';

const anyPort = wholeNumber(1, 65_535);

/** Every variable Heddle reads, in the order the documentation lists them. */
export const environment = z.object({
  NODE_ENV: defaulted(
    oneOf('development', 'test', 'production'),
    'development',
    'What kind of installation this is. API keys made in `production` begin with `hdl_live`, others with `hdl_dev`.',
  ),
  HOST: defaulted(text, '127.0.0.1', 'The address the API listens on. Inside a container it is `0.0.0.0`.'),
  PORT: defaulted(
    anyPort,
    '4300',
    'The port the API listens on. `heddle dev` takes the next free one when it is busy.',
  ),
  MONGODB_URI: required(
    url('mongodb', 'mongodb+srv'),
    'The database: a replica set or a sharded cluster, since Heddle writes in transactions. `heddle dev` starts one when it is not set.',
  ),
  MONGODB_DATABASE: defaulted(text, 'heddle', 'The name of the database.'),
  TEMPORAL_ADDRESS: required(
    temporalAddress,
    "Temporal's front end. `heddle dev` starts one when it is not set. API key and TLS are set by the variables of Temporal's own environment configuration (`TEMPORAL_API_KEY`, `TEMPORAL_TLS`, …).",
  ),
  TEMPORAL_NAMESPACE: defaulted(text, 'default', 'The Temporal namespace.'),
  HEDDLE_QUEUES: defaulted(
    listOf(oneOf(...queueNames)),
    queueNames.join(','),
    'The task queues a worker serves, so that each kind of work can have processes of its own.',
  ),
  HEDDLE_SECRET_KEY: required(
    key32,
    'The master key: keys the hashes of identifiers and seals the secrets of destinations. Keep it with the backups; without it both are lost. Every process has the same.',
  ),
  HEDDLE_ROOT_KEY: optional(
    secret,
    'The bearer key that may create workspaces. Without it, no workspace can be made over HTTP.',
  ),
  HEDDLE_ALLOWED_TARGETS: optional(
    listOf(target),
    'Private hosts or networks that destinations may send to and sources may be asked at. All others inside your network are refused.',
  ),
  HEDDLE_SOURCE_FOLDERS: optional(
    listOf(sourceFolder),
    'Folders of the workers that sources of type `folder` may read, with all that is below them. Of `/data/exports`, each workspace reads `/data/exports/{its id}` and nothing else; `ws_…=/data/exports` gives one workspace the whole. Without it, none.',
  ),
  HEDDLE_TRUSTED_PROXIES: optional(
    listOf(network),
    'Addresses or networks of the proxies in front of the API. Only what they say in `X-Forwarded-For` is believed; without them the address of the connection counts.',
  ),
  HEDDLE_TEMPORAL_UI_URL: optional(
    url('http', 'https'),
    'Where people open the Temporal UI; links to runs begin with it.',
  ),
  HEDDLE_METRICS_PORT: optional(anyPort, 'The port on which a worker serves `/metrics`, `/healthz` and `/readyz`.'),
  HEDDLE_LOG_LEVEL: defaulted(
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'The least important lines that are logged.',
  ),
  ...limitVariables,
  ...importVariables,
  ...pullVariables,
  ...trustVariables,
  ...privacyVariables,
});

/** What is wrong with the environment: one sentence for each variable, none of which repeats a value. */
export class ConfigError extends Error {
  readonly code = 'config';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
export type Config = ReturnType<typeof toConfig>;

/** Reads the environment once, at the start of a process. Empty counts as unset. Throws ConfigError. */
export function loadConfig(env: Environment = process.env): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => problemOf(String(path[0]), message, set)));
  }
  return toConfig(parsed.data);
}

function problemOf(name: string, expected: string, set: Environment): string {
  const value = set[name];
  if (value === undefined) return `${name} is not set; it must be ${expected}.`;
  const kind = /^-?\d+(\.\d+)?$/.test(value) ? 'a number' : `text of ${value.length} characters`;
  return `${name} must be ${expected}; it is ${kind}.`;
}

function toConfig(env: z.output<typeof environment>) {
  return {
    nodeEnv: env.NODE_ENV,
    host: env.HOST,
    port: env.PORT,
    mongodbUri: env.MONGODB_URI,
    mongodbDatabase: env.MONGODB_DATABASE,
    temporalAddress: env.TEMPORAL_ADDRESS,
    temporalNamespace: env.TEMPORAL_NAMESPACE,
    queues: env.HEDDLE_QUEUES,
    masterKey: env.HEDDLE_SECRET_KEY,
    rootKey: env.HEDDLE_ROOT_KEY,
    allowedTargets: env.HEDDLE_ALLOWED_TARGETS ?? [],
    sourceFolders: env.HEDDLE_SOURCE_FOLDERS ?? [],
    temporalUiUrl: env.HEDDLE_TEMPORAL_UI_URL,
    ...toTrustLimits(env),
    metricsPort: env.HEDDLE_METRICS_PORT,
    logLevel: env.HEDDLE_LOG_LEVEL,
    limits: toLimits(env),
    imports: toImportLimits(env),
    pulls: toPullLimits(env),
    privacy: toPrivacyLimits(env),
    trustedProxies: env.HEDDLE_TRUSTED_PROXIES ?? [],
  } as const;
}

/** docs/operations/configuration.md: one heading for each variable. */
export function configurationPage(): string {
  const sections = Object.entries(environment.shape).map(([name, schema]) => {
    const { description, expected, unlessSet } = schema.meta() as {
      description: string;
      expected: string;
      unlessSet?: string;
    };
    const absent = schema.safeParse(undefined).success ? 'optional' : 'required';
    const otherwise = unlessSet === undefined ? absent : `\`${unlessSet}\` unless set`;
    return `## \`${name}\`\n\n${description}\n\nMust be ${expected}; ${otherwise}.\n`;
  });
  return [
    '# Configuration\n',
    'Written by `npm run docs:configuration` from `src/config.ts`. An empty variable counts as unset.\n',
    ...sections,
  ].join('\n');
}
