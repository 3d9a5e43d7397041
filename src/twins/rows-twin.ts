import { startTwinServer, type TwinAnswer, type TwinRequest, type TwinServer } from './twin-server';

/** A row says when it was changed: `updated_at`, RFC 3339. */
export interface TwinRow {
  readonly updated_at: string;
  readonly [column: string]: string | number;
}

export interface RowsTwin extends TwinServer {
  /** What it has, in any order; a test changes it as it likes. */
  readonly rows: TwinRow[];
}

/** Rows a page, however many are asked for. */
const pageSize = 3;

/**
 * A back end that lists its rows, with each way of paging at an address of its own: `/next`, `/cursor`, `/page`, `/offset`, `/link`,
 * and `/csv`. `updated_since` leaves out what is older. Every request bears the token.
 */
export async function startRowsTwin({ token }: { readonly token: string }): Promise<RowsTwin> {
  const rows: TwinRow[] = [];
  const server = await startTwinServer((request) =>
    request.headers['authorization'] === `Bearer ${token}`
      ? answer(request, rows)
      : { status: 401, body: 'Who is that?' },
  );
  return { ...server, rows };
}

function answer(request: TwinRequest, all: readonly TwinRow[]): TwinAnswer {
  const since = request.query.get('updated_since');
  const rows = all.filter((row) => since === null || Date.parse(row.updated_at) >= Date.parse(since));
  if (request.path === '/csv') return { status: 200, headers: { 'content-type': 'text/csv' }, body: toCsv(rows) };
  const start = startOf(request);
  const page = rows.slice(start, start + pageSize);
  const end = start + pageSize < rows.length ? start + pageSize : undefined;
  return toAnswer(request, page, end);
}

function startOf({ path, query }: TwinRequest): number {
  if (path === '/page') return (Number(query.get('page')) - 1) * pageSize;
  return Number(query.get('start') ?? 0);
}

function toAnswer(
  { path, query, headers }: TwinRequest,
  data: readonly TwinRow[],
  end: number | undefined,
): TwinAnswer {
  const link = new URLSearchParams(query);
  if (end !== undefined) link.set('start', String(end));
  const next = end === undefined ? null : `http://${headers['host']}${path}?${link.toString()}`;
  if (path === '/next') return { status: 200, body: { data, links: { next } } };
  if (path === '/cursor') return { status: 200, body: { data, meta: { next: end ?? null } } };
  if (path === '/link')
    return { status: 200, headers: next === null ? {} : { link: `<${next}>; rel="next"` }, body: data };
  return { status: 200, body: { data } };
}

function toCsv(rows: readonly TwinRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | undefined): string => `"${String(value ?? '').replaceAll('"', '""')}"`;
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => cells.map(cell).join(','))
    .join('\r\n');
}
