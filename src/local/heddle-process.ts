import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { localDir } from './binaries';
import { signal } from './instance';
import { LocalError } from './local-error';
import { poll } from './poll';
import { supervise } from './supervise';

export type ProcessName = 'api' | 'worker';

/** One of Heddle's own processes, which ends when we do, however we end. */
export interface HeddleProcess {
  readonly name: ProcessName;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** The end of its log, for an error message. */
  lastLines(): string;
  /** SIGTERM, then as long as draining takes, at most 40 seconds. Resolves when the process is gone. */
  stop(): Promise<void>;
}

const scripts: Readonly<Record<ProcessName, string>> = { api: 'api/main.js', worker: 'workers/main.js' };
const dist = resolve(__dirname, '../../dist');
const drainWithinMs = 40_000;

/** Starts a compiled process with these variables on top of our own; its log goes to `.local/logs`. Throws LocalError. */
export function startHeddleProcess(
  name: ProcessName,
  variables: Readonly<Record<string, string>>,
  env = process.env,
): HeddleProcess {
  const script = join(dist, scripts[name]);
  if (!existsSync(script)) throw new LocalError(`${script} is missing; run \`npm run build\`.`);
  const logFile = join(localDir(env), 'logs', `${name}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const child = supervise([process.execPath, script], {
    logFile,
    ephemeralDir: undefined,
    env: { ...env, ...variables },
  });
  return {
    name,
    pid: child.pid,
    logFile,
    exited: child.exited,
    hasExited: () => child.hasExited(),
    lastLines: () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n'),
    stop: async () => {
      if (child.hasExited()) return;
      signal(child.pid, 'SIGTERM');
      await poll(async () => (child.hasExited() ? true : undefined), { forMs: drainWithinMs, everyMs: 50 });
      await child.kill();
    },
  };
}

/** The port people expect the API on. */
export function usualApiPort(env = process.env): number {
  return Number(env['PORT']) || 4300;
}
