import { BSON, type Document, type Filter, type MongoClient } from 'mongodb';
import { z } from 'zod';
import { parseDuration } from '../../domain/duration';
import type { Json, JsonObject } from '../../domain/json';
import type { Network } from '../network';
import type { PullContext, PullCursor, PulledPage, Puller } from '../source';
import { beginPlace } from '../begin-place';
import { openAddress } from './address';
import { toPullError } from './failures';
import type { MongodbSecrets, MongodbSettings } from './settings.schema';
import { toJson } from './values';

type Context = PullContext<MongodbSettings, MongodbSecrets>;

/** A value of the database, stored as Extended JSON. */
const Value = z.json().transform((value) => (BSON.EJSON.deserialize({ value }) as { readonly value: unknown }).value);

/** The last document that was read. A `from` of a person has no id. */
const Place = z.object({
  by: z.string().optional(),
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
  const timeouts = { serverSelectionTimeoutMS: 10_000, connectTimeoutMS: 10_000 };
  return openAddress(secrets.uri, network, {
    ...{ readPreference: 'secondaryPreferred', maxPoolSize: 2, appName: 'heddle' },
    ...{ ...timeouts, socketTimeoutMS: parseDuration(settings.timeout) },
  });
}

async function* readPages(context: Context, client: MongoClient): AsyncIterable<PulledPage> {
  const { settings, pageRows } = context;
  const documents = client.db(settings.database).collection(settings.collection);
  let place = begin(context);
  let reached = place;
  let isFirst = true;
  for (;;) {
    context.signal.throwIfAborted();
    const found = await documents
      .find(filterOf(context, place, isFirst), { promoteValues: true, maxTimeMS: parseDuration(settings.timeout) })
      .project(projectionOf(settings))
      .sort(settings.cursor === undefined ? { _id: 1 } : { [settings.cursor]: 1, _id: 1 })
      .limit(pageRows)
      .toArray();
    const placeOf = (document: Document): Place => ({
      ...place,
      id: document['_id'],
      at: settings.cursor === undefined ? undefined : fieldOf(document, settings.cursor),
    });
    const places = found.map(placeOf);
    const isLast = found.length < pageRows;
    // What is dated in the future comes last: it is read again in each run, until its time has come.
    reached = places.findLast(({ at }) => !isFuture(at, context.now)) ?? reached;
    place = places.at(-1) ?? place;
    const rows = found.map((document) => ({ row: toJson(document) as JsonObject }));
    const cursor = isLast && settings.cursor === undefined ? {} : reached;
    yield { rows, cursor: toCursor(cursor), ...(place.reading !== undefined && { reading: place.reading }) };
    if (isLast) return;
    isFirst = false;
  }
}

const isFuture = (at: unknown, now: number): boolean => at instanceof Date && at.getTime() > now;

function begin({ cursor, settings, now }: Context): Place {
  const before = Place.safeParse(cursor).data ?? {};
  return beginPlace<unknown, Place>(before, {
    ...{ by: settings.cursor, now, present: new Date(now) },
    isFuture: ({ at }) => isFuture(at, now),
  });
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
