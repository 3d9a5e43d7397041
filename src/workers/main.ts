import { createServer, type Server } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { bringEntrySchedules } from '../activities/journeys/scheduled-entry';
import { createJourneySchedules } from '../workflows/journey-schedules';
import { bringSchedules } from '../activities/pulls/bring-schedule';
import { createDoorbells } from '../workflows/doorbells';
import { createPullSchedules } from '../workflows/pull-schedules';
import { ConfigError, loadConfig, type Config } from '../config';
import { createLogger, warnOfNewer } from '../log';
import { prepareStore } from '../store/open-store';
import { openStore, type Store } from '../store/store';
import { composeActivities } from './compose';
import { createWorkers } from './worker';
import { workflowBundlePath } from './workflow-bundle';

/** A worker process: serves task queues until SIGTERM, then finishes what it has begun. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger('worker', config.logLevel);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const store = await openStore({
    uri: config.mongodbUri,
    database: config.mongodbDatabase,
    masterKey: config.masterKey,
    retention: config.retention,
  });
  warnOfNewer(await prepareStore(store.connection), log);
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const { connection, client } = await connectTemporal(config);
  const activities = composeActivities({
    store,
    client,
    queuePrefix: '',
    clock: Date.now,
    log,
    registry,
    allowedTargets: config.allowedTargets,
    sourceFolders: config.sourceFolders,
    pulls: config.pulls,
    intakeBatch: config.limits.intakeBatch,
    backfillPauseMs: config.limits.backfillPauseMs,
    sessionMs: config.limits.sessionMs,
    eventLimits: config.limits.event,
    imports: config.imports,
    catalogueLimits: config.catalogueLimits,
    ...config.privacy,
  });
  const workflows = { workflowBundle: { codePath: workflowBundlePath } };
  const { cachedRuns } = config.limits;
  const workers = await createWorkers(
    { connection, namespace: config.temporalNamespace, queuePrefix: '', workflows, activities, cachedRuns },
    config.queues,
  );
  const server = config.metricsPort === undefined ? undefined : serveMetrics(config, registry, workers);
  await wakeUp(store, client, log);
  log.info({ queues: config.queues }, 'the worker is ready');
  await Promise.all(workers.map((worker) => worker.run()));
  server?.close();
  await Promise.all([connection.close(), client.connection.close(), store.connection.client.close()]);
  log.info('the worker has stopped; what it had begun is done');
}

/** Workers are served by one connection, what they ask for goes by another. */
async function connectTemporal({ temporalAddress, temporalNamespace: namespace }: Config) {
  const address = { ...loadClientConnectConfig().connectionOptions, address: temporalAddress };
  const [connection, asking] = await Promise.all([NativeConnection.connect(address), Connection.connect(address)]);
  return { connection, client: new Client({ connection: asking, namespace }) };
}

/** Intakes, clocks and schedules run for ever; after the first start, or a wiped Temporal, they must be started. */
async function wakeUp(store: Store, client: Client, log: Logger): Promise<void> {
  const doorbells = createDoorbells({ client, queuePrefix: '', log });
  await doorbells.clocks();
  for (const { _id: ws, partitions } of await store.workspaces.list()) {
    for (let partition = 0; partition < partitions; partition += 1) doorbells.intake(ws, partition);
  }
  await bringSchedules({ store, schedules: createPullSchedules(client, '') });
  await bringEntrySchedules({ store, schedules: createJourneySchedules(client, ''), clock: Date.now });
  log.debug('clocks and the schedules of sources and journeys are running, and intakes are rung');
}

function serveMetrics(config: Config, registry: Registry, workers: readonly Worker[]): Server {
  const isReady = (): boolean => workers.every((worker) => worker.getState() === 'RUNNING');
  return createServer((request, response) => {
    if (request.url === '/healthz') return void response.end('ok\n');
    if (request.url === '/readyz')
      return void response.writeHead(isReady() ? 200 : 503).end(isReady() ? 'ready\n' : 'starting or draining\n');
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    void registry.metrics().then((text) => response.setHeader('content-type', registry.contentType).end(text));
  }).listen(config.metricsPort, config.host);
}

function temporalLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    // The SDK narrates its start and stop at INFO; that is our debug.
    const severity = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'debug';
    log[severity]({ temporal: ids(meta) }, message);
  });
}

/** Ids only: error texts of the SDK may quote payloads. */
function ids(meta: Record<string | symbol, unknown> | undefined): Record<string, unknown> {
  const { workflowId, runId, workflowType, activityId, activityType, taskQueue } = meta ?? {};
  return { workflowId, runId, workflowType, activityId, activityType, taskQueue };
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError
      ? error.message
      : `The worker could not start: ${error instanceof Error ? error.message : 'unknown reason'}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
