import { readFileSync } from 'node:fs';
import { forgetInstance, recordInstance } from './instance';
import { LocalError } from './local-error';
import { poll } from './poll';
import { type Folder } from './storage';
import { supervise, type Supervised } from './supervise';

/** What every server we started can do. */
export interface LocalServer {
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** Ends it in order, up to ten seconds. Its data stays, unless ephemeral. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

interface Start {
  /** Its name in messages. */
  readonly what: string;
  readonly folder: Folder;
  readonly command: readonly [string, ...string[]];
  /** Asked again and again until it answers true. */
  readonly isReady: () => Promise<true | undefined>;
}

/** Starts a server on its folder and waits until it is ready. Throws LocalError with the end of its log. */
export async function startServer({ what, folder, command, isReady }: Start): Promise<LocalServer> {
  const server = supervise(command, folder);
  recordInstance(folder.path, server.pid);
  const ended = () => {
    forgetInstance(folder.path);
    folder.release();
  };
  try {
    await whenReady(server, isReady, { what, logFile: folder.logFile });
  } catch (error) {
    await server.stop().then(ended);
    throw error;
  }
  return {
    pid: server.pid,
    dataDir: folder.path,
    logFile: folder.logFile,
    stop: () => server.stop().then(ended),
    kill: () => server.kill().then(ended),
  };
}

const patienceMs = 60_000;

async function whenReady(
  server: Supervised,
  isReady: Start['isReady'],
  { what, logFile }: { readonly what: string; readonly logFile: string },
) {
  const outcome = await poll(async () => (server.hasExited() ? 'exited' : await isReady()), { forMs: patienceMs });
  if (outcome === true) return;
  const how = outcome === 'exited' ? 'stopped while starting' : `did not answer within ${patienceMs / 1_000} seconds`;
  const lastLines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
  throw new LocalError(`${what} ${how}; its log (${logFile}) ends with:\n${lastLines}`);
}
