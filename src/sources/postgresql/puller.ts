import { Client, type FieldDef } from 'pg';
import { z } from 'zod';
import { parseDuration } from '../../domain/duration';
import type { Network } from '../network';
import { SourceRefused, type PullContext, type PulledPage, type Puller, type PulledRow } from '../source';
import { beginPlace } from '../begin-place';
import { toCursor } from '../to-cursor';
import { toPullError } from './failures';
import type { PostgresqlSecrets, PostgresqlSettings } from './settings.schema';
import { after, describe, from, page, type Bound, type ColumnTypes } from './statements';
import { instantOf, isTime, toJson } from './values';

type Context = PullContext<PostgresqlSettings, PostgresqlSecrets>;

/** The last row that was read, as the server writes its columns. A `from` of a person has no key. */
const Cursor = z.object({
  by: z.string().optional(),
  at: z.string().optional(),
  key: z.string().optional(),
  reading: z.string().optional(),
});
type Cursor = z.output<typeof Cursor>;

export function createPostgresqlPuller(network: Network): Puller<PostgresqlSettings, PostgresqlSecrets> {
  return { pull: (context) => pull(context, network) };
}

async function* pull(context: Context, network: Network): AsyncIterable<PulledPage> {
  const client = await connect(context, network);
  const stop = (): void => void client.end().catch(() => undefined);
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    yield* readPages(context, new Reader(client, context.settings));
  } catch (error) {
    throw toPullError(error);
  } finally {
    context.signal.removeEventListener('abort', stop);
    stop();
  }
}

async function connect({ settings, secrets }: Context, network: Network): Promise<Client> {
  const { host, port, database, user, tls } = settings;
  // The address that was checked is the one connected to; the name stays that of the certificate.
  const address = await network.addressOf(host, port);
  const ssl = tls === 'off' ? false : { servername: host, rejectUnauthorized: tls === 'verify' };
  const client = new Client({
    ...{ host: address, port, database, user, password: secrets.password, ssl },
    connectionTimeoutMillis: 10_000,
    application_name: 'heddle',
    types: { getTypeParser: () => (text: string) => text },
  });
  // A connection that breaks while nobody asks; the next question says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(
      "SET TIME ZONE 'UTC'; SET DateStyle TO ISO; SET IntervalStyle TO iso_8601; SET bytea_output TO hex",
    );
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw toPullError(error);
  }
}

interface Read {
  readonly fields: readonly FieldDef[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** One question at a time, in a transaction of its own that cannot write. */
class Reader {
  constructor(
    readonly client: Client,
    readonly settings: PostgresqlSettings,
  ) {}

  async read(text: string, values: readonly (string | number)[] = []): Promise<Read> {
    await this.client.query('BEGIN READ ONLY');
    try {
      await this.client.query(`SET LOCAL statement_timeout = ${parseDuration(this.settings.statementTimeout)}`);
      // The extended protocol takes one statement only.
      const query = { text, values: [...values], rowMode: 'array' as const, queryMode: 'extended' };
      return await this.client.query<(string | null)[]>(query);
    } finally {
      await this.client.query('ROLLBACK').catch(() => undefined);
    }
  }

  /** The names of the columns' types. Throws `SourceRefused` when a column is not there. */
  async typesOf(): Promise<ColumnTypes & { readonly isTime: boolean }> {
    const { fields } = await this.read(describe(this.settings));
    const { cursor, key } = this.settings;
    const found = [key, ...(cursor === undefined ? [] : [cursor])].map((name) => fieldOf(fields, name).dataTypeID);
    const { rows } = await this.read('SELECT format_type(unnest($1::oid[]), NULL)', [`{${found.join(',')}}`]);
    const names = rows.map(([name]) => name ?? 'text');
    return { key: names[0] ?? 'text', cursor: names[1], isTime: found[1] !== undefined && isTime(found[1]) };
  }
}

async function* readPages(context: Context, reader: Reader): AsyncIterable<PulledPage> {
  const { settings, pageRows } = context;
  const types = await reader.typesOf();
  let cursor = beginCursor(context, types);
  let reached = cursor;
  let bound = firstBound(context, cursor, types);
  for (;;) {
    context.signal.throwIfAborted();
    const read = await reader.read(page(settings, bound, pageRows), bound?.values);
    const isLast = read.rows.length < pageRows;
    const { reading } = cursor;
    const places = read.rows.map((row) => ({ ...cursor, ...placeOf(settings, read.fields, row) }));
    // What is dated in the future comes last: it is read again in each run, until its time has come.
    reached = places.findLast(({ at }) => !isFuture(at, types, context.now)) ?? reached;
    cursor = places.at(-1) ?? cursor;
    const next = isLast && settings.cursor === undefined ? {} : reached;
    yield { rows: toRows(read), cursor: toCursor(next), ...(reading !== undefined && { reading }) };
    if (isLast || cursor.key === undefined) return;
    bound = after(settings, types, { ...cursor, key: cursor.key });
  }
}

/** What JavaScript has no instant for, such as `infinity`, is beyond any. */
const isFuture = (at: string | undefined, { isTime }: { readonly isTime: boolean }, now: number): boolean =>
  isTime && at !== undefined && !(instantOf(at) <= now);

/** A time that a person has written may be one that only the server can read: it is left as it is. */
function beginCursor({ cursor, settings, now }: Context, types: { readonly isTime: boolean }): Cursor {
  const before = Cursor.safeParse(cursor).data ?? {};
  return beginPlace(before, {
    ...{ by: settings.cursor, now, present: new Date(now).toISOString() },
    isFuture: ({ at, key }) => key !== undefined && isFuture(at, types, now),
  });
}

function firstBound(
  { settings, overlapMs }: Context,
  { at, key }: Cursor,
  types: ColumnTypes & { readonly isTime: boolean },
): Bound | undefined {
  if (settings.cursor === undefined) return key === undefined ? undefined : after(settings, types, { key });
  if (at === undefined) return undefined;
  const overlapSeconds = types.isTime ? Math.ceil(overlapMs / 1_000) : 0;
  if (key !== undefined && overlapSeconds === 0) return after(settings, types, { at, key });
  return from(settings.cursor, types.cursor, at, overlapSeconds);
}

function placeOf({ cursor, key }: PostgresqlSettings, fields: Read['fields'], row: readonly (string | null)[]): Cursor {
  const value = (name: string): string => row[fields.indexOf(fieldOf(fields, name))] ?? '';
  return { key: value(key), ...(cursor !== undefined && { at: value(cursor) }) };
}

function toRows({ fields, rows }: Read): PulledRow[] {
  return rows.map((row) => ({
    row: Object.fromEntries(fields.map(({ name, dataTypeID }, at) => [name, toJson(row[at] ?? null, dataTypeID)])),
  }));
}

function fieldOf(fields: readonly FieldDef[], name: string): FieldDef {
  const field = fields.find((one) => one.name === name);
  if (field) return field;
  throw new SourceRefused(
    'no-column',
    `There is no column "${name}"; name one of ${fields.map((one) => one.name).join(', ')}.`,
  );
}
