import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { LocalError } from './local-error';
import { end, signal } from './instance';

export interface Supervised {
  readonly pid: number;
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** SIGTERM, up to ten seconds, SIGKILL. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut would. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/**
 * The shell becomes the server (`exec`), and leaves a watcher that reads a pipe only we hold open: when we are gone,
 * however we went, the pipe closes, the watcher ends the server and clears away what was ephemeral ($1).
 */
const watched = `
exec 3<&0
(cat <&3; kill -TERM $$; for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 $$ || break; sleep 1; done; kill -KILL $$; test -z "$1" || rm -rf "$1") >/dev/null 2>&1 &
shift
exec "$@" </dev/null 3<&-`;

/** Starts a server in its own process group, so that Ctrl-C reaches us and we stop it in order. */
export function supervise(
  command: readonly [string, ...string[]],
  {
    logFile,
    ephemeralDir,
    env,
  }: { readonly logFile: string; readonly ephemeralDir: string | undefined; readonly env?: NodeJS.ProcessEnv },
): Supervised {
  const log = openSync(logFile, 'a');
  const child = spawn('/bin/sh', ['-c', watched, 'heddle-server', ephemeralDir ?? '', ...command], {
    detached: true,
    stdio: ['pipe', log, log],
    ...(env && { env }),
  });
  closeSync(log);
  child.unref();
  const pid = child.pid;
  if (pid === undefined) throw new LocalError(`${command[0]} could not be started; is /bin/sh missing?`);
  let over = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      over = true;
      signal(-pid, 'SIGKILL'); // the watcher, which is all that is left of the group
      resolve();
    });
  });
  return {
    pid,
    exited,
    hasExited: () => over,
    stop: async () => {
      if (over) return;
      child.ref(); // or the process that waits for its end may run out of things to do, and end first
      await end(pid);
      await exited;
    },
    kill: async () => {
      if (over) return;
      child.ref();
      signal(-pid, 'SIGKILL');
      await exited;
    },
  };
}
