import { BSON, MongoClient, type Document, type Filter } from 'mongodb';
import { z } from 'zod';
import { parseDuration } from '../../domain/duration';
import type { Json, JsonObject } from '../../domain/json';
import type { Network } from '../network';
import { SourceRefused, type PullContext, type PullCursor, type PulledPage, type Puller } from '../source';
import { toPullError } from './failures';
import type { MongodbSecrets, MongodbSettings } from './settings.schema';
import { toJson } from './values';

type Context = PullContext<MongodbSettings, MongodbSecrets>;

/** A value of the database, stored as Extended JSON. */
const Value = z.json().transform((value) => (BSON.EJSON.deserialize({ value }) as { readonly value: unknown }).value);

/** The last document that was read. A `from` of a person has no id. */
const Place = z.object({
  field: z.string().optional(),
  at: Value.optional(),
  id: Value.optional(),
  reading: z.string().optional(),
});
type Place = z.output<typeof Place>;

export function createMongodbPuller(network: Network): Puller<MongodbSettings, MongodbSecrets> {
  return { pull: (context) => pull(context, network) };
}

async function* pull(context: Context, network: Network): AsyncIterable<PulledPage> {
  const client = open(context, network);
  const stop = (): void => void client.close().catch(() => undefined);
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    yield* readPages(context, client);
  } catch (error) {
    throw toPullError(error);
  } finally {
    context.signal.removeEventListener('abort', stop);
    stop();
  }
}

function open({ secrets, settings }: Context, network: Network): MongoClient {
  const hosts = hostsOf(secrets.uri);
  for (const { host, port } of hosts) network.checkHost(host, port);
  const port = portOf(hosts);
  const client = new MongoClient(secrets.uri, {
    ...{ readPreference: 'secondaryPreferred', maxPoolSize: 2, appName: 'heddle' },
    ...{ serverSelectionTimeoutMS: 10_000, connectTimeoutMS: 10_000, socketTimeoutMS: parseDuration(settings.timeout) },
    lookup: network.lookupFor(port),
  });
  // Members of a replica set are named by the set: an address among them, which nobody looks up, is judged here.
  client.on('serverOpening', ({ address }) => {
    if (!isAllowed(network, address, port)) void client.close();
  });
  return client;
}

const usualPort = 27_017;

/** That of all hosts: a name is looked up without its port, and judged by this one. Throws `SourceRefused` where they differ. */
function portOf(hosts: readonly { readonly port: number }[]): number {
  const [port = usualPort, ...others] = new Set(hosts.map((host) => host.port));
  if (others.length === 0) return port;
  throw new SourceRefused('ports', 'The hosts of the address have different ports; write hosts that share one.');
}

/** Those that the address names; none where a DNS record does. Throws `SourceRefused`. */
function hostsOf(uri: string): { readonly host: string; readonly port: number }[] {
  const hosts = parseUri(uri);
  return hosts.map(({ host, port = usualPort }) => {
    if (host !== undefined) return { host, port };
    throw new SourceRefused('bad-uri', 'The address names a socket of the machine; name a host.');
  });
}

function parseUri(uri: string): readonly { readonly host?: string | undefined; readonly port?: number | undefined }[] {
  try {
    return new MongoClient(uri).options.hosts;
  } catch {
    // The driver has several kinds of error for it, and quotes the address.
    throw new SourceRefused('bad-uri', 'The address of the database cannot be read.');
  }
}

function isAllowed(network: Network, address: string, only: number): boolean {
  const [, host = '', port = usualPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  try {
    network.checkHost(host, Number(port));
    return Number(port) === only;
  } catch (error) {
    if (error instanceof SourceRefused) return false;
    throw error;
  }
}

async function* readPages(context: Context, client: MongoClient): AsyncIterable<PulledPage> {
  const { settings, pageRows } = context;
  const documents = client.db(settings.database).collection(settings.collection);
  let place = begin(context);
  let isFirst = true;
  for (;;) {
    context.signal.throwIfAborted();
    const found = await documents
      .find(filterOf(context, place, isFirst), { promoteValues: true, maxTimeMS: parseDuration(settings.timeout) })
      .project(projectionOf(settings))
      .sort(settings.cursor === undefined ? { _id: 1 } : { [settings.cursor]: 1, _id: 1 })
      .limit(pageRows)
      .toArray();
    const last = found.at(-1);
    if (last)
      place = {
        ...place,
        id: last['_id'],
        at: settings.cursor === undefined ? undefined : fieldOf(last, settings.cursor),
      };
    const isLast = found.length < pageRows;
    const reached = isLast && settings.cursor === undefined ? {} : place;
    const rows = found.map((document) => ({ row: toJson(document) as JsonObject }));
    yield { rows, cursor: toCursor(reached), ...(place.reading !== undefined && { reading: place.reading }) };
    if (isLast) return;
    isFirst = false;
  }
}

/** Of another field, a cursor says nothing. */
function begin({ cursor, settings, now }: Context): Place {
  const before = Place.safeParse(cursor).data ?? {};
  if (settings.cursor === undefined)
    return before.reading === undefined ? { reading: new Date(now).toISOString() } : before;
  return before.field === settings.cursor ? before : { field: settings.cursor };
}

const toCursor = (place: Place): PullCursor => JSON.parse(BSON.EJSON.stringify(place, { relaxed: false })) as Json;

function filterOf({ settings, overlapMs }: Context, place: Place, isFirst: boolean): Filter<Document> {
  const wanted = BSON.EJSON.deserialize(settings.filter) as Filter<Document>;
  const bound = boundOf(settings.cursor, place, isFirst ? overlapMs : 0);
  const known = settings.cursor === undefined ? [] : [{ [settings.cursor]: { $ne: null } }];
  return { $and: [wanted, ...known, ...bound] };
}

function boundOf(field: string | undefined, { at, id }: Place, overlapMs: number): Filter<Document>[] {
  if (field === undefined) return id === undefined ? [] : [{ _id: { $gt: id } } as Filter<Document>];
  if (at === undefined || at === null) return [];
  if (at instanceof Date && overlapMs > 0) return [{ [field]: { $gte: new Date(at.getTime() - overlapMs) } }];
  if (id === undefined) return [{ [field]: { $gte: at } }];
  return [{ $or: [{ [field]: { $gt: at } }, { [field]: { $eq: at }, _id: { $gt: id } }] } as Filter<Document>];
}

function projectionOf({ fields, cursor }: MongodbSettings): Document {
  if (!fields) return {};
  return Object.fromEntries([...fields, ...(cursor === undefined ? [] : [cursor])].map((field) => [field, 1]));
}

function fieldOf(document: Document, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((value, part) => (value as Document | undefined)?.[part] as unknown, document);
}
