import { isJsonObject, type Json, type JsonObject } from '../../domain/json';
import { firstAt } from '../../domain/path';
import { parseDuration } from '../../domain/duration';
import type { Network, WebAnswer } from '../network';
import { PageOfRows } from '../page-rows';
import { brisk, capped, checkStatus, parseJson, readText } from '../read-answer';
import { readRows } from '../read-rows';
import { SourceRefused, type PullContext, type PulledPage, type Puller } from '../source';
import { toCursor } from '../to-cursor';
import { beginCursor, endCursor, highestOf, readCursor, type HttpCursor } from './cursor';
import { addressOf, toRequest } from './request';
import type { HttpSecrets, HttpSettings, Paging } from './settings.schema';

type Context = PullContext<HttpSettings, HttpSecrets>;
type Ask = (address: string) => Promise<WebAnswer>;

export interface HttpLimits {
  /** Of a CSV. */
  readonly maxColumns: number;
  /** Of an answer of JSON, whatever the settings say. */
  readonly maxPageBytes: number;
}

export function createHttpPuller(network: Network, limits: HttpLimits): Puller<HttpSettings, HttpSecrets> {
  return {
    pull: (context) => {
      const { settings, secrets, signal } = context;
      const patience = { signal, timeoutMs: parseDuration(settings.timeout), isStreamed: settings.format === 'csv' };
      const ask: Ask = async (address) => {
        const answer = await network.ask(toRequest(address, settings, secrets), patience);
        checkStatus(answer, Date.now());
        return answer;
      };
      return settings.format === 'csv' ? pullCsv(context, ask, limits) : pullJson(context, ask, limits);
    },
  };
}

async function* pullJson(context: Context, ask: Ask, limits: HttpLimits): AsyncIterable<PulledPage> {
  const { settings, pageRows, now } = context;
  const maxBytes = Math.min(settings.maxPageBytes, limits.maxPageBytes);
  let cursor = beginCursor(readCursor(context.cursor), { ...context, cursor: settings.cursor });
  for (let pages = pagesBefore(cursor, settings) + 1; pages <= settings.maxPages; pages += 1) {
    const answer = await ask(addressOf(settings, cursor));
    const body = parseJson(await readText(answer, maxBytes));
    const rows = rowsOf(body, settings);
    const page = nextPage(settings.paging, { answer, body, rows: rows.length, before: cursor.page });
    if (page !== undefined && page === cursor.page) throw samePage;
    const after = { ...cursor, ...highestOf(rows, { cursor: settings.cursor, high: cursor.high, now }), page, pages };
    const reached = page === undefined ? endCursor(after) : after;
    // An answer that is stored in part is asked for again when the run is cut off there.
    for (let from = pageRows; from < rows.length; from += pageRows)
      yield toPage(rows.slice(from - pageRows, from), cursor, cursor);
    const last = Math.max(0, Math.ceil(rows.length / pageRows) - 1) * pageRows;
    yield toPage(rows.slice(last), reached, cursor);
    if (page === undefined) return;
    cursor = after;
  }
  throw new SourceRefused(
    'too-many-pages',
    `The source has more than ${settings.maxPages} pages; check the paging or raise "maxPages".`,
  );
}

/** Of the run so far: one that gives its turn back counts on. One that was refused for its pages and is let go on may have as many again. */
const pagesBefore = ({ pages = 0 }: HttpCursor, { maxPages }: HttpSettings): number => (pages < maxPages ? pages : 0);

const samePage = new SourceRefused('same-page', 'The next page is the page itself; check the paging.');

function toPage(rows: readonly JsonObject[], reached: HttpCursor, { reading }: HttpCursor): PulledPage {
  return {
    rows: rows.map((row) => ({ row })),
    cursor: toCursor(reached),
    ...(reading !== undefined && { reading }),
  };
}

function rowsOf(body: Json, { rows: path }: HttpSettings): JsonObject[] {
  const list = path === undefined ? body : isJsonObject(body) ? firstAt(body, path) : undefined;
  if (Array.isArray(list) && list.every(isJsonObject)) return list;
  const where = path === undefined ? 'The answer' : `"${path}" of the answer`;
  throw new SourceRefused('no-rows', `${where} is no list of objects; set "rows" to where the list is.`);
}

interface Answered {
  readonly answer: WebAnswer;
  readonly body: Json;
  readonly rows: number;
  readonly before: string | number | undefined;
}

type NextPages = {
  readonly [By in Paging['by']]: (
    paging: Extract<Paging, { by: By }>,
    answered: Answered,
  ) => string | number | undefined;
};

/** Where the next page is; `undefined` after the last. */
const nextPages: NextPages = {
  none: () => undefined,
  link: (_paging, { answer }) => nextLink(answer.headers['link'] ?? ''),
  next: ({ path }, { body }) => textAt(body, path),
  cursor: ({ path }, { body }) => textAt(body, path),
  page: ({ first, size }, { rows, before }) =>
    rows === 0 || (size && rows < size.rows) ? undefined : Number(before ?? first) + 1,
  offset: ({ size }, { rows, before }) => (rows < size.rows ? undefined : Number(before ?? 0) + rows),
};

const nextPage = <By extends Paging['by']>(
  paging: Extract<Paging, { by: By }> & { readonly by: By },
  answered: Answered,
): string | number | undefined => nextPages[paging.by](paging, answered);

/** The first link whose relation is `next` (RFC 8288 3). */
function nextLink(header: string): string | undefined {
  const isNext = (link: string): boolean => relationsOf(link.slice(link.indexOf('>') + 1)).includes('next');
  const found = linksOf(header).find((link) => link.includes('>') && isNext(link.slice(0, longestLink)));
  return found?.slice(0, found.indexOf('>'));
}

/** Links from behind their `<`. A comma within an address is none between links, since a link begins with that; in quotes nothing begins. */
function linksOf(header: string): string[] {
  const begins: number[] = [];
  let end = '';
  for (const { 0: sign, index } of header.matchAll(/\\.|["<>]/g)) {
    if (sign === end) end = '';
    else if (end === '' && sign === '"') end = '"';
    else if (end === '' && sign === '<') {
      begins.push(index + 1);
      end = '>';
    }
  }
  return begins.map((from, at) => header.slice(from, begins[at + 1]));
}

/** What is said of a link, one after another: a name, and a value that may be quoted. */
const parameters = /\s*;\s*([\w*-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^";,\s]*)))?/gy;

const relationsOf = (said: string): readonly string[] =>
  [...said.matchAll(parameters)]
    .filter(([, name]) => name?.toLowerCase() === 'rel')
    .flatMap(([, , quoted, plain]) => (quoted ?? plain ?? '').toLowerCase().split(/\s+/));

/** An address with what is said of it. */
const longestLink = 4_096;

function textAt(body: Json, path: string): string | number | undefined {
  const found = isJsonObject(body) ? firstAt(body, path) : undefined;
  return typeof found === 'number' || (typeof found === 'string' && found !== '') ? found : undefined;
}

const smallerFiles = 'ask for less, or raise "maxFileBytes"';

/** One file a run; after a crash it is read again, and what is stored of it counts once. */
async function* pullCsv(context: Context, ask: Ask, { maxColumns }: HttpLimits): AsyncIterable<PulledPage> {
  const { settings, now } = context;
  const { delimiter, maxPageBytes: maxLineBytes } = settings;
  const cursor = beginCursor(readCursor(context.cursor), { ...context, cursor: settings.cursor });
  const answer = await ask(addressOf(settings, cursor));
  const page = new PageOfRows(context.pageRows);
  let after = cursor;
  const bytes = capped(brisk(answer.body, parseDuration(settings.timeout)), settings.maxFileBytes, smallerFiles);
  for await (const one of readRows(bytes, { format: 'csv', delimiter, maxLineBytes, maxColumns })) {
    page.add(one);
    if ('row' in one)
      after = { ...after, ...highestOf([one.row.row], { cursor: settings.cursor, high: after.high, now }) };
    if (page.isFull) yield page.take(toCursor(cursor), cursor.reading);
  }
  yield page.take(toCursor(endCursor(after)), cursor.reading);
}
