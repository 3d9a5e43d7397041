import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient } from '../../src/client/client';
import type { Stages } from '../../src/cli/dev/stages';
import { localDir } from '../../src/local/binaries';
import { readDevFile, type DevFile } from '../../src/local/dev-file';
import { poll } from '../../src/local/poll';

jest.setTimeout(240_000);

type Report = DevFile & { readonly stages: Stages };

const root = resolve(__dirname, '../..');
const main = join(root, 'dist/cli/main.js');
const local = mkdtempSync(join(tmpdir(), 'heddle-start-'));
const children: ChildProcess[] = [];

function run(command: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- servers that the machine names are not for this test
  const { TEMPORAL_ADDRESS, MONGODB_URI, ...env } = process.env;
  const child = spawn(command, args, { cwd: root, env: { ...env, HEDDLE_LOCAL_DIR: local } });
  children.push(child);
  return child;
}

/** `heddle dev` on servers and data of its own. */
class Dev {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<number | null>;
  stderr = '';
  #stdout = '';

  constructor(...args: readonly string[]) {
    this.child = run(process.execPath, [main, 'dev', '--json', ...args]);
    this.child.stdout.on('data', (data: Buffer) => void (this.#stdout += data.toString()));
    this.child.stderr.on('data', (data: Buffer) => void (this.stderr += data.toString()));
    this.ended = new Promise((end) => this.child.once('close', end));
  }

  /** The document it prints when all is up. */
  async report(): Promise<Report> {
    const look = async () => {
      if (this.child.exitCode !== null)
        throw new Error(`heddle dev ended with ${this.child.exitCode}:\n${this.stderr}`);
      return this.#stdout.includes('\n') ? (JSON.parse(this.#stdout) as Report) : undefined;
    };
    const report = await poll(look, { forMs: 200_000 });
    if (!report) throw new Error(`heddle dev printed nothing:\n${this.stderr}`);
    return report;
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** What is installed in this checkout, as if it were in `local`: the marker of a whole install names its folder. */
function borrowServers(): void {
  const link = (folder: string) => {
    mkdirSync(join(local, folder));
    for (const name of readdirSync(join(localDir(), folder)))
      symlinkSync(join(localDir(), folder, name), join(local, folder, name));
  };
  for (const folder of ['venv', 'bin']) if (existsSync(join(localDir(), folder))) link(folder);
  const marker = join(local, 'venv/complete.json');
  if (!existsSync(marker)) return;
  const complete = JSON.parse(readFileSync(marker, 'utf8')) as object;
  rmSync(marker);
  writeFileSync(marker, JSON.stringify({ ...complete, venv: join(local, 'venv') }));
}

/** What a `heddle dev` that runs now has written down. */
const runningDev = (): DevFile | undefined => {
  const dev = readDevFile(local) as DevFile | undefined;
  return dev && !isGone(Number(dev.pids['dev'])) ? dev : undefined;
};

const allGone = (pids: DevFile['pids']) =>
  poll(async () => Object.values(pids).every(isGone) || undefined, { forMs: 15_000 });

describe('npm start, from the first start to the third', () => {
  let first: Dev;
  let report: Report;

  beforeAll(async () => {
    borrowServers();
    first = new Dev('--demo', '--sample', '150');
    report = await first.report();
  });

  afterAll(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
    await poll(async () => children.every((child) => child.exitCode !== null) || undefined, { forMs: 60_000 });
    rmSync(local, { recursive: true, force: true });
  });

  it('replays the sample: every profile is there, journeys ran, every delivery is accounted for', () => {
    const { ingestion, identity, journeys, activation, impact, audiences } = report.stages;
    expect(ingestion.history).toMatchObject({ duplicates: 0, accepted: ingestion.history?.events });
    expect(ingestion.live?.accepted).toBeGreaterThan(50);
    expect(identity.profiles).toBeGreaterThan(50);
    expect(audiences.find(({ key }) => key === 'known-buyers')?.size).toBeGreaterThan(30);
    expect(journeys.map(({ key, completed, entered, failed }) => [key, completed === entered, failed])).toEqual([
      ['basket-reminder', true, 0],
      ['thank-you', true, 0],
    ]);
    const crm = activation.find(({ key }) => key === 'crm');
    expect(crm?.states).toEqual({ delivered: crm?.emitted });
    expect(crm?.atVendor).toMatch(/signed messages/);
    expect(impact.accounted).toBe(impact.emitted);
  });

  it('writes down where everything is, for its owner only', () => {
    const file = join(local, 'dev.json');
    const { stages, ...dev } = report;
    expect(stages).toBeDefined();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(dev);
    expect(Object.keys(dev.pids).sort()).toEqual(['api', 'dev', 'mongodb', 'temporal', 'worker']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(local, 'dev-secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('takes one event by hand and delivers the webhook that follows from it', async () => {
    const { api: url, apiKey, secretKey } = report;
    const client = createClient({ url, apiKey, writeKey: secretKey });
    await client.events.track({ userId: 'ada', event: 'Order Completed', properties: { order_id: 'o1', revenue: 80 } });
    const arrived = await poll(
      async () => (first.stderr.includes('webhook received: thank-you / thank for ada') ? true : undefined),
      { forMs: 30_000 },
    );
    expect(arrived).toBe(true);
  });

  it('stops everything on Ctrl-C', async () => {
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(await allGone(report.pids)).toBe(true);
  });

  it('starts warm: the same workspace with the same figures, and nothing is sent again', async () => {
    const second = new Dev('--demo', '--sample', '150');
    const warm = await second.report();
    expect(warm.workspace).toBe(report.workspace);
    expect(warm.stages.ingestion).toEqual(report.stages.ingestion);
    expect(warm.stages.identity.profiles).toBe(report.stages.identity.profiles + 1); // ada
    const metrics = await (await fetch(`${warm.api}/metrics`)).text();
    expect(metrics).not.toMatch(/^heddle_events_accepted_total\{.*\} [1-9]/m);
    expect(metrics).toMatch(/^heddle_events_duplicate_total 0$/m);

    process.kill(Number(warm.pids['api']), 'SIGKILL');
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(/^heddle: The api stopped by itself; its log \(.*api\.log\) ends with:$/m);
    expect(await allGone(warm.pids)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'leaves no process behind when npm alone is told to end by %s',
    async (signal) => {
      const npm = run('npm', ['start', '--', '--sample', '150']);
      const ended = new Promise((end) => npm.once('exit', end));
      const dev = await poll(async () => (npm.exitCode === null ? runningDev() : undefined), { forMs: 120_000 });
      if (!dev) throw new Error(`npm start came to nothing; npm ended with ${npm.exitCode}`);
      npm.kill(signal);
      await ended;
      expect(await allGone(dev.pids)).toBe(true);
    },
  );

  it('names a busy port, and what to do, in one sentence', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => other.once('listening', listening));
    const { port } = other.address() as AddressInfo;
    const third = new Dev('--port', String(port));
    const code = await third.ended;
    await new Promise((closed) => other.close(closed));
    expect(code).toBe(1);
    expect(third.stderr).toContain(
      `heddle: Port ${port} for the API is in use; stop what listens there, or choose another port.\n`,
    );
    expect(third.stderr).not.toMatch(/^\s+at /m);
  });
});
