import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { FileReader, FileRefused } from '../domain/rows/file-reader';
import { readRecord, type RowShape } from '../domain/rows/read-record';
import type { ScannedRecord } from '../domain/rows/record-scanner';
import { CommandError, usageError } from './command-error';
import type { Io } from './io';
import { readNdjson } from './ndjson';
import { cannotRead } from './read-definition';

const longestLine = 65_536;
const mostColumns = 100;

/** One entry of a file, all of it text. Empty cells say nothing. */
export interface SuppressionLine {
  readonly type?: string;
  readonly value?: string;
  readonly scope?: string;
  readonly reason?: string;
  readonly expires_at?: string;
}

/** Reads CSV with a header, or NDJSON, as it arrives; `-` is CSV from standard input. Throws CommandError. */
export async function* readSuppressions(io: Pick<Io, 'cwd' | 'stdin'>, file: string): AsyncGenerator<SuppressionLine> {
  const isNdjson = /\.(ndjson|jsonl)$/.test(extname(file));
  if (!isNdjson && file !== '-' && extname(file) !== '.csv')
    throw usageError(`Name a file that ends in .csv, .ndjson or .jsonl; "${file}" does not.`);
  const chunks = await open(io, file);
  if (isNdjson) yield* readLines(chunks, file);
  else yield* readCsv(chunks, file);
}

async function open({ cwd, stdin }: Pick<Io, 'cwd' | 'stdin'>, file: string): Promise<Io['stdin']> {
  if (file === '-') return stdin;
  const path = resolve(cwd, file);
  await access(path).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return createReadStream(path) as AsyncIterable<Uint8Array>;
}

async function* readLines(chunks: Io['stdin'], file: string): AsyncGenerator<SuppressionLine> {
  const { values, invalid } = readNdjson(chunks);
  yield* values as AsyncIterable<SuppressionLine>;
  if (invalid.length > 0)
    throw new CommandError(`${file} has lines that are not JSON: ${invalid.slice(0, 10).join(', ')}.`);
}

/** As imports read it: its delimiter is found in the header, and what is not UTF-8 would be somebody else. */
async function* readCsv(chunks: Io['stdin'], file: string): AsyncGenerator<SuppressionLine> {
  const reader = new FileReader({ format: 'csv', maxLineBytes: longestLine, maxColumns: mostColumns });
  try {
    for await (const chunk of chunks) yield* linesOf(reader, reader.push(Buffer.from(chunk)), file);
    yield* linesOf(reader, reader.end(), file);
  } catch (error) {
    throw error instanceof FileRefused ? new CommandError(`${file} is not CSV with a header: ${error.message}`) : error;
  }
}

function* linesOf({ shape }: FileReader, records: readonly ScannedRecord[], file: string): Generator<SuppressionLine> {
  for (const record of shape ? records : []) {
    const read = readRecord(record, shape as RowShape);
    if (!('row' in read)) throw new CommandError(`${file}, line ${record.line}: ${read.message}`);
    yield Object.fromEntries(
      Object.entries(read.row as Record<string, string>).map(([name, cell]) => [name, cell.trim()]),
    );
  }
}
