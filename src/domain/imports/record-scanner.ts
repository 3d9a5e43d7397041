/** One record of a file: a line, or of a CSV several where a quoted field holds line breaks. */
export interface FileRecord {
  /** Without its line end. Of a faulty one, the first kilobyte. */
  readonly bytes: Uint8Array;
  readonly fault?: RecordFault;
}
export type RecordFault = 'line_too_long' | 'invalid_quotes';

export interface ScanOptions {
  readonly format: 'csv' | 'ndjson';
  /** Of a CSV: one ASCII character. */
  readonly delimiter: string;
  /** A longer record is faulty; no more than this is held at a time. */
  readonly maxBytes: number;
}

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
const faultyKept = 1_024;

/** Where a record ends: behind its line end; or that more must be read to know; or that its quotes cannot be meant. */
type End = number | 'more' | 'invalid';

/**
 * Cuts a stream of bytes into records, however it is cut itself. A line that is too long, or that opens a quoted field and never
 * closes it, costs itself only: the next line is a record again. Empty lines are none.
 */
export class RecordScanner {
  readonly #options: ScanOptions;
  readonly #delimiter: number;
  #rest: Uint8Array = new Uint8Array(0);
  #isSkipping = false;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter.charCodeAt(0);
  }

  /** The records that are complete with these bytes. */
  push(bytes: Uint8Array): FileRecord[] {
    return this.#scan(joinBytes(this.#rest, bytes), false);
  }

  /** The last record, which may lack a line end. */
  end(): FileRecord[] {
    return this.#scan(this.#rest, true);
  }

  #scan(buffer: Uint8Array, isLast: boolean): FileRecord[] {
    const records: FileRecord[] = [];
    let start = this.#isSkipping ? this.#skip(buffer) : 0;
    while (start < buffer.length) {
      const end = this.#endOf(buffer, start, isLast);
      if (end === 'more' && buffer.length - start <= this.#options.maxBytes) break;
      start =
        typeof end === 'number' ? this.#take(buffer, start, end, records) : this.#refuse(buffer, start, end, records);
    }
    // A copy, so that what has been given away does not stay in memory with it.
    this.#rest = buffer.slice(start);
    return records;
  }

  /** Behind the end of a line that is too long to be kept. */
  #skip(buffer: Uint8Array): number {
    const at = buffer.indexOf(lineFeed);
    this.#isSkipping = at === -1;
    return at === -1 ? buffer.length : at + 1;
  }

  #take(buffer: Uint8Array, start: number, end: number, records: FileRecord[]): number {
    const bytes = buffer.subarray(start, withoutLineEnd(buffer, start, end));
    if (bytes.length > this.#options.maxBytes) records.push(faulty(bytes, 'line_too_long'));
    else if (bytes.length > 0) records.push({ bytes });
    return end;
  }

  /** Gives up one line. */
  #refuse(buffer: Uint8Array, start: number, end: 'more' | 'invalid', records: FileRecord[]): number {
    const at = buffer.indexOf(lineFeed, start);
    const next = at === -1 ? buffer.length : at + 1;
    const isLong = at === -1 && end === 'more';
    this.#isSkipping = isLong;
    const bytes = buffer.subarray(start, withoutLineEnd(buffer, start, next));
    records.push(faulty(bytes, isLong ? 'line_too_long' : 'invalid_quotes'));
    return next;
  }

  #endOf(buffer: Uint8Array, start: number, isLast: boolean): End {
    const at = buffer.indexOf(lineFeed, start);
    const lineEnd = at === -1 ? buffer.length : at + 1;
    const isQuoted = this.#options.format === 'csv' && buffer.subarray(start, lineEnd).includes(quote);
    if (isQuoted) return this.#endOfQuoted(buffer, start, isLast);
    return at === -1 && !isLast ? 'more' : lineEnd;
  }

  /** RFC 4180, and quotes inside a field that does not begin with one are text. */
  #endOfQuoted(buffer: Uint8Array, start: number, isLast: boolean): End {
    let at = start;
    do {
      const end = this.#endOfField(buffer, at);
      if (end === 'invalid') return this.#lineIsWhole(buffer, start, isLast);
      if (end === 'open') return isLast ? 'invalid' : 'more';
      if (end >= buffer.length) return isLast ? buffer.length : 'more';
      at = end + 1;
    } while (buffer[at - 1] !== lineFeed);
    return at;
  }

  /** Where the delimiter or line end behind a field is. */
  #endOfField(buffer: Uint8Array, from: number): number | 'open' | 'invalid' {
    let at = from;
    if (buffer[at] === quote) {
      const close = closingQuote(buffer, at);
      if (close === undefined) return 'open';
      at = close + 1;
      if (at < buffer.length && !this.#endsField(buffer, at)) return 'invalid';
    }
    while (at < buffer.length && buffer[at] !== this.#delimiter && buffer[at] !== lineFeed) at += 1;
    return at;
  }

  #endsField(buffer: Uint8Array, at: number): boolean {
    const byte = buffer[at];
    return byte === this.#delimiter || byte === lineFeed || byte === carriageReturn;
  }

  /** A line is refused as a whole: not before its end is there. */
  #lineIsWhole(buffer: Uint8Array, start: number, isLast: boolean): End {
    return isLast || buffer.includes(lineFeed, start) ? 'invalid' : 'more';
  }
}

/** The quote that closes the field opened at `from`; two in a row are one in the text. */
function closingQuote(buffer: Uint8Array, from: number): number | undefined {
  let at = buffer.indexOf(quote, from + 1);
  while (at !== -1 && buffer[at + 1] === quote) at = buffer.indexOf(quote, at + 2);
  return at === -1 ? undefined : at;
}

function withoutLineEnd(buffer: Uint8Array, start: number, end: number): number {
  const stop = end > start && buffer[end - 1] === lineFeed ? end - 1 : end;
  return stop > start && buffer[stop - 1] === carriageReturn ? stop - 1 : stop;
}

const faulty = (bytes: Uint8Array, fault: RecordFault): FileRecord => ({ bytes: bytes.slice(0, faultyKept), fault });

export function joinBytes(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const joined = new Uint8Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}
