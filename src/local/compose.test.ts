import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { environment } from '../config';
import { searchAttributes } from './search-attributes';
import { transactionLifetime } from './start-mongo';

const root = resolve(__dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly restart: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
};
const { services } = compose;
const service = (name: string): Service => {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};
const all = Object.entries(services);
const oneShots = ['mongodb-replica-set', 'temporal-schema', 'temporal-namespace'];

describe('docker-compose.yml', () => {
  it('has the production-shaped set', () => {
    const names = ['api', 'worker', 'mongodb', 'postgres', 'temporal', 'temporal-ui', ...oneShots];
    expect(Object.keys(services).sort()).toEqual(names.sort());
  });

  it.each(all.filter(([name]) => !oneShots.includes(name)))(
    '%s restarts by itself and says whether it is well',
    (_, one) => {
      expect(one.restart).toBe('unless-stopped');
      expect(one.healthcheck?.test[0]).toBe('CMD');
    },
  );

  it.each(oneShots)('%s is tried again when it fails, and not for ever', (name) => {
    expect(service(name).restart).toMatch(/^on-failure:\d+$/);
  });

  it.each([
    [
      'api',
      {
        'mongodb-replica-set': 'service_completed_successfully',
        'temporal-namespace': 'service_completed_successfully',
      },
    ],
    [
      'worker',
      {
        'mongodb-replica-set': 'service_completed_successfully',
        'temporal-namespace': 'service_completed_successfully',
      },
    ],
    ['mongodb-replica-set', { mongodb: 'service_healthy' }],
    ['temporal-schema', { postgres: 'service_healthy' }],
    ['temporal', { 'temporal-schema': 'service_completed_successfully' }],
    ['temporal-namespace', { temporal: 'service_healthy' }],
    ['temporal-ui', { temporal: 'service_healthy' }],
  ])('%s waits for %o', (name, expected) => {
    const waits = Object.entries(service(name).depends_on ?? {}).map(([other, { condition }]) => [other, condition]);
    expect(Object.fromEntries(waits)).toEqual(expected);
  });

  it('waits only for services that share its world, and conditions that they can meet', () => {
    for (const [, { depends_on: waits = {} }] of all) {
      for (const [other, { condition }] of Object.entries(waits)) {
        expect(condition).toBe(oneShots.includes(other) ? 'service_completed_successfully' : 'service_healthy');
        expect(service(other)).toBeDefined();
      }
    }
  });

  it.each([
    ['api', ['front', 'storage']],
    ['worker', ['front', 'storage']],
    ['mongodb', ['storage']],
    ['postgres', ['temporal']],
  ])('%s is on the networks %p', (name, networks) => {
    expect(service(name).networks).toEqual(networks);
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(networks));
  });

  it('publishes the API, and everything else on loopback at most; no database', () => {
    const published = all.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([
      ['api', '${HEDDLE_PORT:-4300}:4300'],
      ['temporal', '127.0.0.1:${TEMPORAL_PORT:-7233}:7233'],
      ['temporal-ui', '127.0.0.1:8233:8080'],
    ]);
  });

  it('keeps the data of both databases in volumes that it declares', () => {
    expect(service('mongodb').volumes).toEqual(['mongodb-data:/data/db']);
    expect(service('postgres').volumes).toEqual(['postgres-data:/var/lib/postgresql/data']);
    expect(Object.keys(compose.volumes)).toEqual(['mongodb-data', 'postgres-data']);
  });

  it('mounts only what is there', () => {
    const mounts = all.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => volume.startsWith('./')));
    for (const mount of mounts) expect(existsSync(join(root, String(mount.split(':')[0])))).toBe(true);
    for (const name of ['set-up-schema.sh', 'set-up-namespace.sh', 'dynamic-config.yaml']) {
      expect(statSync(join(root, 'deploy/temporal', name)).size).toBeGreaterThan(0);
    }
  });

  it('has no default for a secret', () => {
    const values = all.flatMap(([, one]) => Object.entries(one.environment ?? {}));
    const secrets = values.filter(([name]) => /KEY|PASSWORD|PWD/.test(name));
    expect(new Set(secrets.map(([name]) => name))).toEqual(
      new Set(['HEDDLE_SECRET_KEY', 'HEDDLE_ROOT_KEY', 'POSTGRES_PASSWORD', 'POSTGRES_PWD', 'SQL_PASSWORD']),
    );
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
  });

  it('gives Temporal 512 shards, which can never be changed', () => {
    expect(service('temporal').environment).toMatchObject({ NUM_HISTORY_SHARDS: 512, DB: 'postgres12' });
    expect(service('temporal').image).toMatch(/:1\.32\./);
  });

  it('names the replica set alike everywhere', () => {
    expect(service('mongodb').command).toEqual(expect.arrayContaining(['--replSet', 'heddle']));
    expect(service('api').environment?.['MONGODB_URI']).toBe('mongodb://mongodb:27017/?replicaSet=heddle');
    expect(read('deploy/mongodb/initiate.js')).toContain("_id: 'heddle'");
  });

  it('registers the search attributes that enrollments carry', () => {
    const registered = [...read('deploy/temporal/set-up-namespace.sh').matchAll(/^(Heddle\w+) (\w+)$/gm)];
    expect(Object.fromEntries(registered.map(([, name, type]) => [name, type]))).toEqual(searchAttributes);
  });

  it('gives up what a killed worker left open as soon as the database that npm start starts', () => {
    expect(service('mongodb').command?.slice(-2)).toEqual(['--setParameter', transactionLifetime]);
  });

  it('takes the same namespace for the worker and for its set-up', () => {
    const names = ['api', 'worker', 'temporal-namespace'].map(
      (name) => service(name).environment?.['TEMPORAL_NAMESPACE'],
    );
    expect(new Set(names).size).toBe(1);
  });
});

describe.each(['api', 'worker'])('%s in docker-compose.yml', (name) => {
  const set = service(name).environment ?? {};

  it('has every variable that src/config.ts requires', () => {
    const required = Object.entries(environment.shape).filter(([, schema]) => !schema.safeParse(undefined).success);
    expect(Object.keys(set)).toEqual(expect.arrayContaining(required.map(([variable]) => variable)));
  });

  it('sets only variables that src/config.ts knows', () => {
    expect(Object.keys(set).filter((variable) => !Object.hasOwn(environment.shape, variable))).toEqual([]);
  });

  it('runs a file that the build makes, as production, reachable from other containers', () => {
    const script = String(service(name).command?.[1]);
    expect(existsSync(join(root, script.replace(/^dist/, 'src').replace(/\.js$/, '.ts')))).toBe(true);
    expect(set).toMatchObject({ NODE_ENV: 'production', HOST: '0.0.0.0' });
  });

  it('asks its own port whether it is well', () => {
    const port = set['PORT'] ?? set['HEDDLE_METRICS_PORT'];
    expect(service(name).healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/readyz`);
  });
});

describe('Dockerfile', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
    String(names).split(' '),
  );

  it('copies only what is there and what .dockerignore lets through', () => {
    const ignored = read('.dockerignore').trim().split('\n');
    for (const name of copied) {
      expect(existsSync(join(root, name))).toBe(true);
      expect(ignored).not.toContain(name);
    }
  });

  it('keeps secrets and local state out of the image, and runs as nobody important', () => {
    expect(read('.dockerignore').split('\n')).toEqual(
      expect.arrayContaining(['.env', '.local', '.git', 'node_modules']),
    );
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
  });
});
