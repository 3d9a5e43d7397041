import { FileReader, FileRefused, type FileOptions } from '../domain/rows/file-reader';
import { readRecord, textOf, type RowShape } from '../domain/rows/read-record';
import type { ScannedRecord } from '../domain/rows/record-scanner';
import { SourceRefused, type PulledRow, type UnreadableRow } from './source';

/** A row of a file, with the line on which it ends. */
export type FileRow = { readonly line: number } & (
  { readonly row: PulledRow } | { readonly unreadable: UnreadableRow }
);

/**
 * Rows of a CSV with a header, or of NDJSON, as they come, read as imports read them: one that cannot be read costs itself only.
 * `place` names rows, together with the line; without one a row is what it says: the same row of another answer is the same. Throws
 * `SourceRefused` for what is no such file.
 */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  options: FileOptions,
  place?: string,
): AsyncIterable<FileRow> {
  const reader = new FileReader(options);
  try {
    for await (const some of bytes) yield* rowsOf(reader.push(some), reader.shape, place);
    yield* rowsOf(reader.end(), reader.shape, place);
  } catch (error) {
    throw error instanceof FileRefused ? new SourceRefused('invalid-file', error.message) : error;
  }
}

function* rowsOf(
  records: readonly ScannedRecord[],
  shape: RowShape | undefined,
  place: string | undefined,
): Generator<FileRow> {
  if (!shape) return;
  for (const record of records) {
    const { line } = record;
    const name = place === undefined ? undefined : `${place}:${line}`;
    const read = readRecord(record, shape);
    if ('row' in read) yield { line, row: { row: read.row, ...(name !== undefined && { name }) } };
    else {
      const text = textOf(record);
      yield { line, unreadable: { code: read.code, message: read.message, name: name ?? text, text } };
    }
  }
}
