import { demandPort, freePort } from '../../local/free-port';
import { startHeddleProcess, usualApiPort, type HeddleProcess } from '../../local/heddle-process';
import { LocalError } from '../../local/local-error';
import { poll } from '../../local/poll';
import type { DevSecrets } from '../../local/dev-secrets';
import type { LocalServers } from '../../local/start-servers';

/** The API and the worker, up and ready. */
export interface Services {
  readonly url: string;
  readonly api: HeddleProcess;
  readonly worker: HeddleProcess;
}

interface ServicesOptions {
  readonly servers: LocalServers;
  readonly secrets: DevSecrets;
  readonly port: number | undefined;
  /** Aborted when the user wants to stop: readiness is not waited for any more. */
  readonly stopping: AbortSignal;
  /** Called with each process as soon as it runs, so that it is stopped whatever comes next. */
  readonly started: (process: HeddleProcess) => void;
}

const patienceMs = 60_000;

/** Starts both and waits until they are ready. Throws LocalError with the end of the log of the one that is not. */
export async function startServices({ servers, secrets, port, stopping, started }: ServicesOptions): Promise<Services> {
  const apiPort = port === undefined ? await freePort(usualApiPort()) : await demandPort(port, 'the API');
  const workerPort = await freePort(9464);
  const shared = {
    NODE_ENV: 'development',
    MONGODB_URI: servers.mongodbUri,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    HEDDLE_SECRET_KEY: secrets.masterKey,
    HEDDLE_ROOT_KEY: secrets.rootKey,
    HEDDLE_ALLOWED_TARGETS: '127.0.0.1',
    HEDDLE_METRICS_PORT: String(workerPort),
    PORT: String(apiPort),
    HOST: '127.0.0.1',
    ...(servers.temporalUi !== undefined && { HEDDLE_TEMPORAL_UI_URL: servers.temporalUi }),
  };
  // Stopped in the opposite order: the API takes no more before the worker drains.
  const worker = startHeddleProcess('worker', shared);
  started(worker);
  const api = startHeddleProcess('api', shared);
  started(api);
  const url = `http://127.0.0.1:${apiPort}`;
  await Promise.all([whenReady(api, url, stopping), whenReady(worker, `http://127.0.0.1:${workerPort}`, stopping)]);
  return { url, api, worker };
}

async function whenReady(process: HeddleProcess, url: string, stopping: AbortSignal): Promise<void> {
  const look = async () => (process.hasExited() ? 'exited' : stopping.aborted || (await isReady(url)));
  const outcome = await poll(look, { forMs: patienceMs });
  if (outcome !== true) throw died(process, outcome === 'exited' ? 'stopped while starting' : 'is not ready');
}

async function isReady(url: string): Promise<true | undefined> {
  try {
    const { ok } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return ok || undefined;
  } catch {
    return undefined; // nothing listens yet
  }
}

/** The sentence about a process that is not where it should be. */
export function died(process: HeddleProcess, how = 'stopped by itself'): LocalError {
  return new LocalError(`The ${process.name} ${how}; its log (${process.logFile}) ends with:\n${process.lastLines()}`);
}
