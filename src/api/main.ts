import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError, loadConfig, type Config } from '../config';
import { createLogger, warnOfNewer } from '../log';
import { prepareStore } from '../store/open-store';
import { RulesetCache } from '../folding/ruleset-cache';
import { SourcePolicies } from '../store/source-policies';
import { openStore, type Store } from '../store/store';
import { TrafficRecorder } from '../store/traffic-recorder';
import { createApp } from './app';
import { packScript } from './browser-script/browser-script';
import type { ApiDeps } from './deps';
import { createGauges } from './impact/gauges';
import { createRings } from './rings';
import { createApiServer } from './server';

const drainWithinMs = 20_000;
/** No question of a caller keeps the database busy for longer; reports bound their own more tightly. */
const maxReadMs = 20_000;

/** An API process: serves HTTP until SIGTERM, then finishes the requests it has begun. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger('api', config.logLevel);
  const store = await openStore({
    uri: config.mongodbUri,
    database: config.mongodbDatabase,
    masterKey: config.masterKey,
    retention: config.retention,
    maxReadMs,
  });
  warnOfNewer(await prepareStore(store.connection), log);
  // Lazy: ingestion goes on while Temporal is away.
  const { connectionOptions } = loadClientConnectConfig();
  const connection = Connection.lazy({ ...connectionOptions, address: config.temporalAddress });
  const client = new Client({ connection, namespace: config.temporalNamespace });
  const { bodySeconds } = config.limits;
  const closing = new AbortController();
  const deps = { ...composeDeps(config, store, client, log), closing: closing.signal };
  const server = createApiServer(createApp(deps), { bodySeconds, uploadSeconds: config.imports.uploadSeconds });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  log.info({ host: config.host, port: config.port }, 'the API is listening');
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  closing.abort();
  await drain(server, log);
  await deps.traffic.flush();
  await Promise.all([connection.close(), store.connection.client.close()]);
  log.info('the API has stopped; every request it had begun is answered');
}

function composeDeps(config: Config, store: Store, client: Client, log: Logger): ApiDeps {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  return {
    store,
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    importLimits: config.imports,
    policies: new SourcePolicies(store),
    rulesets: new RulesetCache(store),
    traffic: new TrafficRecorder({
      store,
      limits: config.catalogueLimits,
      onFailure: (error) => log.warn({ code: nameOf(error) }, 'figures of sources of a second are lost'),
    }),
    clock: Date.now,
    ...createRings(client, log),
    log,
    metrics,
    checks: [{ name: 'mongodb', check: () => store.connection.db.command({ ping: 1 }) }],
    gauges: createGauges(store),
    browserScript: packScript(readFileSync(join(__dirname, '../browser/heddle.js'))),
    keyEnvironment: config.nodeEnv === 'production' ? 'live' : 'dev',
    ...(config.rootKey !== undefined && { rootKey: config.rootKey }),
    ...(config.temporalUiUrl !== undefined && {
      temporalUi: { url: config.temporalUiUrl.replace(/\/$/, ''), namespace: config.temporalNamespace },
    }),
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** Takes no more connections, lets begun requests end, and gives up on those that do not. */
async function drain(server: Server, log: Logger): Promise<void> {
  log.info('draining');
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainWithinMs);
  await closed;
  clearTimeout(timer);
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError
      ? error.message
      : `The API could not start: ${error instanceof Error ? error.message : 'unknown reason'}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
