import { TextDecoder } from 'node:util';
import { CommandError } from './command-error';

export interface NdjsonLines {
  readonly values: AsyncIterable<unknown>;
  /** Lines that are not JSON, counted from 1. They are skipped. */
  readonly invalid: readonly number[];
  /** The line of a value by its position among the values given so far. */
  readonly lineOf: (index: number) => number;
}

/** Reads one JSON value a line, as it arrives. Empty lines mean nothing. Throws CommandError where bytes are not UTF-8. */
export function readNdjson(chunks: AsyncIterable<Uint8Array | string>): NdjsonLines {
  const [invalid, skipped]: [number[], number[]] = [[], []];
  async function* values(): AsyncGenerator<unknown, void, undefined> {
    let line = 0;
    for await (const text of linesOf(chunks)) {
      line += 1;
      const value = text.trim() === '' ? undefined : parse(text);
      if (value !== undefined) yield value;
      else skipped.push(line);
      if (value === undefined && text.trim() !== '') invalid.push(line);
    }
  }
  // Each skipped line at or before the answer so far moves it one down.
  const lineOf = (index: number) => skipped.reduce((line, gap) => (gap <= line ? line + 1 : line), index + 1);
  return { values: values(), invalid, lineOf };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // counted by the caller: one broken line must not stop the rest
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decode(decoder, chunk))).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function decode(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    // Replacement characters would make two different ids one.
    throw new CommandError('The input is not UTF-8. Convert it first, for example with `iconv -t utf-8`.');
  }
}
