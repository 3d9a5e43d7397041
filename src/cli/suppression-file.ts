import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { CommandError, usageError } from './command-error';
import type { Io } from './io';
import { readNdjson } from './ndjson';
import { cannotRead } from './read-definition';

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

async function* readCsv(chunks: Io['stdin'], file: string): AsyncGenerator<SuppressionLine> {
  const rows = parse({ columns: true, bom: true, trim: true, skip_empty_lines: true });
  // Whatever fails ends the rows with its error, which whoever reads them gets.
  pipeline(Readable.from(chunks), rows, () => undefined);
  try {
    yield* rows as AsyncIterable<SuppressionLine>;
  } catch (error) {
    throw new CommandError(
      `${file} is not CSV with a header: ${(error as { code?: string }).code ?? 'it cannot be read'}.`,
    );
  }
}
