import { isDeepStrictEqual } from 'node:util';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { Network } from '../network';
import { SourceRefused } from '../source';

const usualPort = 27_017;

/** What an address may move of the driver's options: whom to ask, as whom, and how to speak to them. */
const movable: ReadonlySet<string> = new Set([
  ...['hosts', 'srvHost', 'dbName', 'credentials', 'userSpecifiedAuthSource'],
  ...['replicaSet', 'userSpecifiedReplicaSet', 'directConnection', 'tls', 'retryReads', 'retryWrites', 'writeConcern'],
  'appName',
  // Made by the driver for each client, of options that have names of their own.
  ...['mongoLoggerOptions', 'runtime', 'metadata'],
]);

/**
 * A client that has not connected yet, and connects only where the network lets it. The address is judged by what the driver has read
 * in it, since only that is what will be done. Throws `SourceRefused`.
 */
export function openAddress(uri: string, network: Network, options: MongoClientOptions): MongoClient {
  // A name is looked up without its port, and so judged with all that it is asked at.
  const ports = new Map<string, [number, ...number[]]>();
  const lookup = network.lookupFor((host) => ports.get(host) ?? [usualPort]);
  const client = read(uri, { ...options, lookup });
  checkOptions(client, read('mongodb://localhost/', { ...options, lookup }));
  for (const { host, port = usualPort } of client.options.hosts) {
    if (host === undefined)
      throw new SourceRefused('bad-uri', 'The address names a socket of the machine; name a host.');
    network.checkHost(host, port);
  }
  // Each that is asked is announced before: also members of a replica set, which are named by the set, and addresses among them, which
  // nobody looks up.
  client.on('serverOpening', ({ address }) => {
    const { host, port } = hostOf(address);
    ports.set(host, [port, ...(ports.get(host) ?? []).filter((other) => other !== port)]);
    if (!isAllowed(network, host, port)) void client.close();
  });
  return client;
}

function read(uri: string, options: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(uri, options);
  } catch {
    // The driver has several kinds of error for it, and quotes the address.
    throw new SourceRefused('bad-uri', 'The address of the database cannot be read.');
  }
}

/** Files of the machine, proxies, the machine's own identity and whatever a later driver can do are not for an address to name. */
function checkOptions({ options }: MongoClient, { options: usual }: MongoClient): void {
  const names = new Set([...Object.keys(options), ...Object.keys(usual)]) as ReadonlySet<keyof typeof options>;
  const moved = [...names].filter((name) => !isDeepStrictEqual(options[name], usual[name]));
  const mechanism = options.credentials?.mechanism ?? 'DEFAULT';
  if (mechanism === 'DEFAULT' && moved.every((name) => movable.has(name))) return;
  throw new SourceRefused('bad-uri', 'The address sets options that it may not; save the source again without them.');
}

function hostOf(address: string): { readonly host: string; readonly port: number } {
  const [, host = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return { host, port: Number(port ?? usualPort) };
}

function isAllowed(network: Network, host: string, port: number): boolean {
  try {
    network.checkHost(host, port);
    return true;
  } catch (error) {
    if (error instanceof SourceRefused) return false;
    throw error;
  }
}
