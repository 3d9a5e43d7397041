import { join } from 'node:path';
import { localDir } from './binaries';
import { freePort } from './free-port';
import { startMongo, type LocalMongo } from './start-mongo';
import { startTemporal, type LocalTemporal } from './start-temporal';

export interface ServersOptions {
  /** Ephemeral servers on free ports for tests, or lasting ones in `.local/data` on the usual ports where those are free. */
  readonly storage: 'ephemeral' | 'lasting';
  readonly ui: 'with-ui' | 'headless';
  /** Called with a line whenever there is something to say. */
  readonly say?: (line: string) => void;
}

export interface LocalServers {
  readonly temporalAddress: string;
  readonly temporalUi: string | undefined;
  readonly mongodbUri: string;
  /** Those we started: none where the environment names a server. */
  readonly temporal: LocalTemporal | undefined;
  readonly mongo: LocalMongo | undefined;
  stop(): Promise<void>;
}

/** Starts the servers that `TEMPORAL_ADDRESS` and `MONGODB_URI` do not name, side by side. Throws LocalError. */
export async function startServers(
  { storage, ui, say = silent }: ServersOptions,
  env = process.env,
): Promise<LocalServers> {
  const { TEMPORAL_ADDRESS: temporalAddress, MONGODB_URI: mongodbUri } = env;
  const isLasting = storage === 'lasting';
  const storageOf = (name: string) => (isLasting ? { dataDir: join(localDir(env), 'data', name) } : storage);
  const usual = (port: number) => freePort(isLasting ? port : undefined);
  const startOwnTemporal = async () =>
    startTemporal({ storage: storageOf('temporal'), ui, ports: { grpc: await usual(7233), ui: await usual(8233) } });
  const startOwnMongo = async () => startMongo({ storage: storageOf('mongodb'), port: await usual(27_017) });

  const [temporal, mongo] = await together(
    temporalAddress ? undefined : startOwnTemporal(),
    mongodbUri ? undefined : startOwnMongo(),
  );
  introduce(temporal, mongo).forEach((line) => say(line));
  return {
    temporalAddress: String(temporal?.address ?? temporalAddress),
    temporalUi: temporal ? temporal.uiUrl : env['HEDDLE_TEMPORAL_UI_URL'],
    mongodbUri: String(mongo?.uri ?? mongodbUri),
    temporal,
    mongo,
    stop: async () => void (await Promise.all([temporal?.stop(), mongo?.stop()])),
  };
}

const silent = (): void => undefined;

function introduce(temporal: LocalTemporal | undefined, mongo: LocalMongo | undefined): readonly string[] {
  const ui = temporal?.uiUrl ? `, UI at ${temporal.uiUrl}` : '';
  return [
    temporal ? `Temporal at ${temporal.address}${ui}, data in ${temporal.dataDir}` : '',
    mongo ? `MongoDB (${mongo.kind}) at ${mongo.uri}, data in ${mongo.dataDir}` : '',
  ].filter((line) => line !== '');
}

/** Both, or neither: when one fails, the other is stopped before the failure is told. */
async function together(
  temporal: Promise<LocalTemporal> | undefined,
  mongo: Promise<LocalMongo> | undefined,
): Promise<readonly [LocalTemporal | undefined, LocalMongo | undefined]> {
  const starts = await Promise.allSettled([temporal, mongo]);
  const failed = starts.find((start) => start.status === 'rejected');
  if (!failed) return [await temporal, await mongo];
  for (const start of starts) if (start.status === 'fulfilled') await start.value?.stop();
  throw failed.reason;
}
