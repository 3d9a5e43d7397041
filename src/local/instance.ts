import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from './local-error';
import { poll } from './poll';

interface Instance {
  /** The process that started the server. */
  readonly owner: number;
  readonly server: number;
}

const fileIn = (dataDir: string) => join(dataDir, 'server.pid');

export function recordInstance(dataDir: string, server: number): void {
  const instance: Instance = { owner: process.pid, server };
  writeFileSync(fileIn(dataDir), JSON.stringify(instance));
}

export function forgetInstance(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/**
 * Makes sure that nobody else serves `dataDir`: a server whose owner lives is a second instance and an error; one whose
 * owner is gone is ended. A process is only ended when its command line names the folder, since pids are used again.
 */
export async function claim(dataDir: string, what: string): Promise<void> {
  const instance = read(dataDir);
  if (!instance || !commandOf(instance.server).includes(dataDir)) return forgetInstance(dataDir);
  if (isAlive(instance.owner)) {
    throw new LocalError(
      `${what} is already running on ${dataDir}, started by process ${instance.owner}; stop that one first, or use its addresses (.local/dev.json).`,
    );
  }
  await end(instance.server);
  forgetInstance(dataDir);
}

/** Asks a process to stop, waits up to ten seconds, then insists. */
export async function end(pid: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const gone = await poll(async () => (isAlive(pid) ? undefined : true), { forMs: 10_000, everyMs: 50 });
  if (!gone) signal(pid, 'SIGKILL');
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const isAlive = (pid: number) => commandOf(pid) !== '';

/** The command line of a living process; empty for one that is gone or only waits to be reaped. */
function commandOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  }
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.includes('<defunct>') ? '' : stdout.trim();
}

function read(dataDir: string): Instance | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Instance;
  } catch {
    return undefined;
  }
}
