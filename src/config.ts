import { z } from 'zod';
import { queueNames } from './temporal-names';

/** How a variable's text is read: what a good value is, in words that complete "must be …", and the reading itself. */
interface Kind<Value> {
  readonly expected: string;
  readonly read: (text: string) => Value | undefined;
}

const text: Kind<string> = { expected: 'text', read: (value) => value };

const wholeNumber = (min: number, max: number): Kind<number> => ({
  expected: `a whole number from ${min} to ${max}`,
  read: (value) =>
    /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined,
});

const oneOf = <Choice extends string>(...choices: readonly Choice[]): Kind<Choice> => ({
  expected: `one of ${choices.join(', ')}`,
  read: (value) => choices.find((choice) => choice === value),
});

const url = (...schemes: readonly string[]): Kind<string> => ({
  expected: `an address beginning with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  read: (value) => (schemes.some((scheme) => value.startsWith(`${scheme}://`)) ? value : undefined),
});

const listOf = <Item>(item: Kind<Item>): Kind<readonly Item[]> => ({
  expected: `a comma-separated list, each ${item.expected}`,
  read: (value) => {
    const items = value.split(',').map((part) => item.read(part.trim()));
    return items.every((each) => each !== undefined) ? items : undefined;
  },
});

const key32: Kind<Buffer> = {
  expected: '32 random bytes in base64 (make one with `openssl rand -base64 32`)',
  read: (value) => {
    const bytes = Buffer.from(value, 'base64');
    return bytes.length === 32 && /^[\w+/-]{43}=?$/.test(value) ? bytes : undefined;
  },
};

const secret: Kind<string> = {
  expected: 'a secret of at least 24 characters',
  read: (value) => (value.length >= 24 ? value : undefined),
};

const target: Kind<string> = {
  expected: 'a host, host:port, address or CIDR block',
  read: (value) => (/^[\w.:[\]-]+(\/\d{1,3})?$/.test(value) ? value : undefined),
};

const folder: Kind<string> = {
  expected: 'an absolute path',
  read: (value) => (/^\/[^\0]*$/.test(value) ? value : undefined),
};

const temporalAddress: Kind<string> = {
  expected: 'host:port',
  read: (value) => (/^\[?[\w.:-]+\]?:\d{1,5}$/.test(value) ? value : undefined),
};

const variable = <Value>({ expected, read }: Kind<Value>) =>
  z.string({ error: expected }).transform((value, context): Value => {
    const parsed = read(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
const required = <Value>(kind: Kind<Value>, description: string) =>
  variable(kind).meta({ description, expected: kind.expected });
const optional = <Value>(kind: Kind<Value>, description: string) =>
  variable(kind).optional().meta({ description, expected: kind.expected });
const defaulted = <Value>(kind: Kind<Value>, unlessSet: string, description: string) =>
  variable(kind).prefault(unlessSet).meta({ description, expected: kind.expected, unlessSet });

const anyPort = wholeNumber(1, 65_535);
const bytes = (most: number): Kind<number> => wholeNumber(1_024, most);
/**
 * A list of small numbers takes up to six times its JSON as BSON, `identify` keeps the traits of its context twice, and all of it
 * must stay within the 16 MB of a document, of the event and of the profile that gains the traits.
 */
export const mostEventBytes = 524_288;
/** MongoDB stores 100 levels of nesting, and a document around an event is some of them. */
export const mostJsonDepth = 80;

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
    listOf(folder),
    'Folders of the workers that sources of type `folder` may read, with all that is below them. Without it, none.',
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
  HEDDLE_MAX_BODY_BYTES: defaulted(
    bytes(64 * 1_048_576),
    '4194304',
    'The largest request body, counted after decompression.',
  ),
  HEDDLE_MAX_BATCH_EVENTS: defaulted(wholeNumber(1, 100_000), '10000', 'The most events in one batch request.'),
  HEDDLE_MAX_EVENT_BYTES: defaulted(bytes(mostEventBytes), '32768', 'The largest single event.'),
  HEDDLE_MAX_JSON_DEPTH: defaulted(wholeNumber(4, mostJsonDepth), '64', 'The deepest nesting of a JSON body.'),
  HEDDLE_PAGE_SIZE_MAX: defaulted(wholeNumber(1, 10_000), '1000', 'The most items on one page of a list.'),
  HEDDLE_MAX_PULL_BACKLOG: defaulted(
    wholeNumber(1, 10_000_000),
    '20000',
    'The most events of a workspace that may wait to be applied before pulled sources wait.',
  ),
  HEDDLE_INTAKE_BATCH: defaulted(wholeNumber(1, 500), '500', 'The most events applied in one transaction.'),
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
    metricsPort: env.HEDDLE_METRICS_PORT,
    logLevel: env.HEDDLE_LOG_LEVEL,
    limits: {
      maxBodyBytes: env.HEDDLE_MAX_BODY_BYTES,
      maxBatchEvents: env.HEDDLE_MAX_BATCH_EVENTS,
      maxEventBytes: env.HEDDLE_MAX_EVENT_BYTES,
      maxJsonDepth: env.HEDDLE_MAX_JSON_DEPTH,
      pageSizeMax: env.HEDDLE_PAGE_SIZE_MAX,
      maxPullBacklog: env.HEDDLE_MAX_PULL_BACKLOG,
      intakeBatch: env.HEDDLE_INTAKE_BATCH,
    },
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
