import { Readable, pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import type { PulledRow, UnreadableRow } from './source';
import { SourceRefused } from './source';

export interface CsvOptions {
  readonly delimiter: string;
  /** Names rows, together with the line they begin at: a file, or nothing. */
  readonly place?: string;
  readonly maxRowBytes: number;
}

/** Beyond these a header is no table, and each of its rows would cost as many fields. */
const mostColumns = 1_000;

export type CsvRow = { readonly line: number } & ({ readonly row: PulledRow } | { readonly unreadable: UnreadableRow });

/**
 * Rows of a CSV with a header, as they come: values are text, quoted fields may hold newlines (RFC 4180). A row with another number of
 * fields than the header is unreadable and costs itself only; a broken header or quote refuses the whole.
 */
export async function* readCsv(bytes: AsyncIterable<Buffer>, options: CsvOptions): AsyncIterable<CsvRow> {
  const { delimiter, place, maxRowBytes } = options;
  const parser = parse({
    ...{ delimiter, bom: true, info: true, relax_column_count: true, skip_empty_lines: true },
    max_record_size: maxRowBytes,
  });
  // Whichever end fails or stops, the other one does.
  pipeline(Readable.from(bytes), parser, () => undefined);
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const line = info.lines;
      if (!header) header = checkHeader(record);
      else yield { line, ...rowOf(header, record, nameOf(place, line)) };
    }
  } catch (error) {
    throw isCsvError(error)
      ? new SourceRefused('not-csv', 'The CSV cannot be read: a quote does not end, or a row is too long.')
      : error;
  }
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Without a place, a row is what it says: the same row of another answer is the same. */
const nameOf = (place: string | undefined, line: number): string | undefined =>
  place === undefined ? undefined : `${place}:${line}`;

function checkHeader(header: readonly string[]): readonly string[] {
  if (header.length > mostColumns)
    throw new SourceRefused(
      'too-many-columns',
      `The CSV has ${header.length} columns; leave it at most ${mostColumns}.`,
    );
  const names = new Set<string>();
  const repeated = header.find((name) => names.size === names.add(name).size);
  if (repeated === undefined) return header;
  throw new SourceRefused('repeated-column', `The CSV has two columns "${repeated}"; give each a name of its own.`);
}

function rowOf(
  header: readonly string[],
  record: readonly string[],
  name: string | undefined,
): { readonly row: PulledRow } | { readonly unreadable: UnreadableRow } {
  if (record.length === header.length) {
    const row = Object.fromEntries(header.map((column, at) => [column, record[at] ?? '']));
    return { row: { row, ...(name !== undefined && { name }) } };
  }
  const message = `The row has ${record.length} fields and the header ${header.length}; quote fields with a delimiter in them.`;
  const text = JSON.stringify(record);
  return { unreadable: { code: 'wrong_column_count', message, name: name ?? text, text } };
}

const isCsvError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('CSV_');
