import { createClient } from '../client/client';
import { writeDevFile, type DevFile } from '../local/dev-file';
import { devSecrets } from '../local/dev-secrets';
import { startServers, type LocalServers } from '../local/start-servers';
import { CleanUp } from './dev/clean-up';
import { playDemo, type Demo } from './dev/demo';
import { choosePart } from './dev/history-part';
import { openWorkspace } from './dev/open-workspace';
import { pause } from './dev/replay';
import { died, startServices, type Services } from './dev/services';
import { dayMs } from '../domain/duration';
import { stageTable } from './dev/stage-table';
import type { Stages } from './dev/stages';
import { addresses, invitation, pressToStop } from './dev/texts';
import { startTwins } from './dev/twins';
import type { Terminal } from './io';

export interface DevOptions {
  /** Make and play the demo workspace. */
  readonly demo: boolean;
  /** Load all of the sample data, however long the store takes. */
  readonly all?: boolean;
  /** One JSON document on stdout instead of tables; progress goes to stderr. */
  readonly json: boolean;
  /** A port for the API that must be free; without it, the usual one or the next. */
  readonly port?: number;
  /** Only so many of the newest events of the sample data, for tests. */
  readonly sample?: number;
}

/**
 * Starts the servers that are missing, the API and a worker, and stays up until Ctrl-C or SIGTERM. Resolves with the exit
 * code; whatever happens, what it started is stopped.
 */
export async function runDev(options: DevOptions): Promise<number> {
  const terminal: Terminal = options.json ? process.stderr : process.stdout;
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const cleanUp = new CleanUp();
  try {
    await serve(options, { terminal, stopping, cleanUp });
    return 0;
  } catch (error) {
    process.stderr.write(`heddle: ${error instanceof Error ? error.message : 'unknown failure'}\n`);
    return 1;
  } finally {
    if (stopping.signal.aborted) terminal.write('\nStopping …\n');
    stopping.abort();
    await cleanUp.run();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** A preview reads many stored events, which takes the embedded store its time. */
const demoTimeoutMs = 120_000;

interface Run {
  readonly terminal: Terminal;
  readonly stopping: AbortController;
  readonly cleanUp: CleanUp;
}

async function serve(options: DevOptions, run: Run): Promise<void> {
  const { terminal, stopping, cleanUp } = run;
  const say = (line: string) => void terminal.write(`  ${line}\n`);
  const servers = await startServers({ storage: 'lasting', ui: 'with-ui', say });
  cleanUp.add(() => servers.stop());
  const secrets = devSecrets();
  const twins = options.demo ? await startTwins(secrets.signingSecret, say) : undefined;
  if (twins) cleanUp.add(() => twins.stop());
  const services = await startServices({
    servers,
    secrets,
    port: options.port,
    stopping: stopping.signal,
    started: (process) => cleanUp.add(() => process.stop()),
  });
  if (stopping.signal.aborted) return;
  const dev = await describe(services, servers, secrets.rootKey);
  writeDevFile(dev);
  const { all = false, sample } = options;
  const part = choosePart({ all, sample, isSlowStore: servers.mongo?.kind === 'secantusd-py' });
  const demo = twins && { ...demoClients(dev, run), workspace: dev.workspace, twins, part };
  await Promise.race([present(dev, demo, options.json, run), deathOf(services, stopping)]);
}

async function describe(services: Services, servers: LocalServers, rootKey: string): Promise<DevFile> {
  const { url, api, worker } = services;
  const { temporalAddress, temporalUi, mongodbUri, temporal, mongo } = servers;
  return {
    api: url,
    console: `${url}/`,
    ...(temporalUi !== undefined && { temporalUi }),
    temporalAddress,
    mongodbUri,
    ...(await openWorkspace(url, rootKey)),
    logs: [api.logFile, worker.logFile],
    pids: {
      dev: process.pid,
      api: api.pid,
      worker: worker.pid,
      ...(temporal && { temporal: temporal.pid }),
      ...(mongo && { mongodb: mongo.pid }),
    },
  };
}

function demoClients(dev: DevFile, { terminal, stopping }: Run): Pick<Demo, 'client' | 'sender'> {
  return {
    client: createClient({ url: dev.api, apiKey: dev.apiKey, timeoutMs: demoTimeoutMs }),
    sender: { url: dev.api, secretKey: dev.secretKey, terminal, stopping: stopping.signal },
  };
}

/** Plays the demo if there is one, says where everything is, and waits for Ctrl-C. */
async function present(dev: DevFile, demo: Demo | undefined, isJson: boolean, { stopping }: Run): Promise<void> {
  const stages = demo && (await playDemo(demo));
  if (stopping.signal.aborted) return;
  process.stdout.write(isJson ? `${JSON.stringify({ ...dev, ...(stages && { stages }) })}\n` : report(dev, stages));
  demo?.twins.announce();
  while (!stopping.signal.aborted) await pause(dayMs, stopping.signal);
}

function report(dev: DevFile, stages: Stages | undefined): string {
  const parts = [...(stages ? [stageTable(stages)] : []), addresses(dev), ...(stages ? [invitation(dev)] : [])];
  return `\n${[...parts, pressToStop].join('\n\n')}\n`;
}

/** Rejects when the API or the worker ends though nobody asked it to. */
async function deathOf({ api, worker }: Services, { signal }: AbortController): Promise<never> {
  const gone = await Promise.race([api, worker].map((process) => process.exited.then(() => process)));
  if (signal.aborted) return new Promise(() => undefined);
  throw died(gone);
}
