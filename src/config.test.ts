import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage, ConfigError, environment, loadConfig } from './config';

const enough = {
  MONGODB_URI: 'mongodb://127.0.0.1:27017/?replicaSet=rs0',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  HEDDLE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
};

const problemsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('loadConfig', () => {
  it('needs only the two servers and the master key', () => {
    expect(loadConfig(enough)).toMatchObject({
      host: '127.0.0.1',
      port: 4300,
      mongodbDatabase: 'heddle',
      temporalNamespace: 'default',
      queues: ['intake', 'clock', 'journeys', 'delivery', 'operations', 'pulls'],
      masterKey: Buffer.alloc(32, 7),
      rootKey: undefined,
      allowedTargets: [],
      limits: { maxBodyBytes: 4_194_304, maxBatchEvents: 10_000, intakeBatch: 500 },
    });
  });

  it('names every required variable that is missing, at once', () => {
    const problems = problemsOf({});
    expect(problems).toHaveLength(3);
    for (const name of Object.keys(enough)) expect(problems.join('\n')).toContain(`${name} is not set; it must be `);
  });

  it('takes an empty variable for an unset one, as compose files pass them', () => {
    expect(loadConfig({ ...enough, PORT: '', HEDDLE_ROOT_KEY: ' ' })).toMatchObject({ port: 4300, rootKey: undefined });
  });

  it.each([
    ['PORT', 'http', 'PORT must be a whole number from 1 to 65535; it is text of 4 characters.'],
    ['PORT', '70000', 'PORT must be a whole number from 1 to 65535; it is a number.'],
    ['PORT', '1e3', 'PORT must be a whole number from 1 to 65535; it is text of 3 characters.'],
    [
      'MONGODB_URI',
      'localhost',
      'MONGODB_URI must be an address beginning with mongodb:// or mongodb+srv://; it is text of 9 characters.',
    ],
    ['TEMPORAL_ADDRESS', 'http://x', 'TEMPORAL_ADDRESS must be host:port; it is text of 8 characters.'],
    [
      'HEDDLE_QUEUES',
      'intake,mail',
      'HEDDLE_QUEUES must be a comma-separated list, each one of intake, clock, journeys, delivery, operations, pulls; it is text of 11 characters.',
    ],
    ['HEDDLE_INTAKE_BATCH', '501', 'HEDDLE_INTAKE_BATCH must be a whole number from 1 to 500; it is a number.'],
  ])('refuses %s=%s with the kind of value and the remedy', (name, value, problem) => {
    expect(problemsOf({ ...enough, [name]: value })).toEqual([problem]);
  });

  it.each([Buffer.alloc(16).toString('base64'), 'x'.repeat(44), `${'A'.repeat(43)}=\n`])(
    'refuses a master key that is not 32 bytes of base64, without repeating it',
    (value) => {
      const [problem] = problemsOf({ ...enough, HEDDLE_SECRET_KEY: value });
      expect(problem).toContain('openssl rand -base64 32');
      expect(problem).not.toContain(value);
    },
  );

  it.each([
    ['crm.internal, 10.1.0.0/16,[::1]:8080', ['crm.internal', '10.1.0.0/16', '[::1]:8080']],
    ['localhost:9000', ['localhost:9000']],
  ])('reads the allowed targets %s', (value, targets) => {
    expect(loadConfig({ ...enough, HEDDLE_ALLOWED_TARGETS: value }).allowedTargets).toEqual(targets);
  });
});

describe('the folders that sources may read', () => {
  it.each([
    ['/data/exports', [{ path: '/data/exports' }]],
    ['/data/exports, ws_0123abcd=/data/a=b', [{ path: '/data/exports' }, { ws: 'ws_0123abcd', path: '/data/a=b' }]],
  ])('are each workspace’s part of them, or those of one: %s', (value, folders) => {
    expect(loadConfig({ ...enough, HEDDLE_SOURCE_FOLDERS: value }).sourceFolders).toEqual(folders);
  });

  it.each(['data/exports', 'ws_1=', 'ws_1=data', '=/data', 'shop=/data'])('are not read from %s', (value) => {
    expect(problemsOf({ ...enough, HEDDLE_SOURCE_FOLDERS: value })[0]).toContain('an absolute path, or workspace=path');
  });
});

describe('docs/operations/configuration.md', () => {
  const page = readFileSync(join(__dirname, '../docs/operations/configuration.md'), 'utf8');

  it('says what src/config.ts says; `npm run docs:configuration` writes it', () => {
    expect(page).toBe(configurationPage());
  });

  it('describes every variable', () => {
    for (const name of Object.keys(environment.shape)) expect(page).toMatch(new RegExp(`## \`${name}\`\n\n\\S`));
  });
});
