import { isUtf8 } from 'node:buffer';
import { isJsonObject } from '../../domain/json';
import type { PulledRow, UnreadableRow } from '../source';

export type NdjsonRow = { readonly line: number } & (
  { readonly row: PulledRow } | { readonly unreadable: UnreadableRow }
);

const newline = 10;

/** Rows of NDJSON as they come. A line that is no object costs itself only; blank lines are none. */
export async function* readNdjson(
  bytes: AsyncIterable<Buffer>,
  place: string,
  maxRowBytes: number,
): AsyncIterable<NdjsonRow> {
  let line = 0;
  for await (const written of linesOf(bytes, maxRowBytes)) {
    line += 1;
    if (written && textOf(written) === '') continue;
    yield { line, ...rowOf(written, `${place}:${line}`) };
  }
}

const textOf = (line: Buffer): string =>
  line
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();

function rowOf(
  line: Buffer | undefined,
  name: string,
): { readonly row: PulledRow } | { readonly unreadable: UnreadableRow } {
  if (line === undefined)
    return { unreadable: { code: 'too_large', message: 'The line is too long; raise "maxRowBytes" or cut it.', name } };
  // Lenient decoding would take two different ids for one.
  if (!isUtf8(line))
    return { unreadable: { code: 'invalid_utf8', message: 'The line is not UTF-8; write the file as UTF-8.', name } };
  const text = textOf(line);
  try {
    const row: unknown = JSON.parse(text);
    if (isJsonObject(row)) return { row: { row, name } };
    return { unreadable: { code: 'not_an_object', message: 'A line is an object in JSON.', name, text } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { unreadable: { code: 'not_json', message: 'The line is no JSON.', name, text } };
  }
}

/** Lines without what ends them; `undefined` for one that is too long, of which nothing is kept. */
async function* linesOf(bytes: AsyncIterable<Buffer>, maxBytes: number): AsyncIterable<Buffer | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Buffer | undefined => {
    const line = length > maxBytes ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, at));
      from = at + 1;
      yield take();
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield take();
}
