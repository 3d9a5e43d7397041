import { HeldBytes } from './held-bytes';

/** One record of a file: a line, or of a CSV several where a quoted field holds line breaks. */
export interface FileRecord {
  /** Without its line end. Of a faulty one, the first kilobyte. */
  readonly bytes: Uint8Array;
  readonly fault?: RecordFault;
}
export type RecordFault = 'line_too_long' | 'invalid_quotes';

/** A record in its file. */
export interface ScannedRecord extends FileRecord {
  /** On which it ends, counted from 1. */
  readonly line: number;
}

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
 * closes it, costs itself only: the next line is a record again. Empty lines are none. No line is read more than twice, so that hostile
 * quotes cost no more than others.
 */
export class RecordScanner {
  readonly #options: ScanOptions;
  readonly #delimiter: number;
  readonly #held = new HeldBytes();
  /** Those behind us. */
  #lines = 0;
  #isSkipping = false;
  /** Where no line end is. Offsets are of what is held. */
  #endless = { from: 0, to: 0 };
  /** Whether the record at hand goes on behind its first line. */
  #isOpen = false;
  /** Up to which line a field stays open that is open at the start of one before; and whether that line closes it as it must not. */
  #open = { upTo: 0, isInvalid: false };

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter.charCodeAt(0);
  }

  /** The records that are complete with these bytes. */
  push(bytes: Uint8Array): ScannedRecord[] {
    this.#held.append(bytes);
    return this.#scan(false);
  }

  /** The last record, which may lack a line end. */
  end(): ScannedRecord[] {
    return this.#scan(true);
  }

  #scan(isLast: boolean): ScannedRecord[] {
    const buffer = this.#held.view;
    const records: ScannedRecord[] = [];
    let start = this.#isSkipping ? this.#skip(buffer) : 0;
    while (start < buffer.length) {
      const end = this.#endOf(buffer, start, isLast);
      // What is held may end between the two bytes of a line end.
      if (end === 'more' && buffer.length - start <= this.#options.maxBytes + 1) break;
      start =
        typeof end === 'number' ? this.#take(buffer, start, end, records) : this.#refuse(buffer, start, end, records);
      this.#isOpen = false;
    }
    this.#drop(start);
    return records;
  }

  #drop(count: number): void {
    this.#held.drop(count);
    this.#endless = { from: this.#endless.from - count, to: this.#endless.to - count };
    this.#open = { ...this.#open, upTo: this.#open.upTo - count };
  }

  /** Behind the end of a line that is too long to be kept. */
  #skip(buffer: Uint8Array): number {
    const end = this.#endOfLine(buffer, 0);
    this.#isSkipping = end === undefined;
    if (end !== undefined) this.#lines += 1;
    return end ?? buffer.length;
  }

  #take(buffer: Uint8Array, start: number, end: number, records: ScannedRecord[]): number {
    const bytes = buffer.subarray(start, endOfText(buffer, start, end));
    this.#lines += this.#isOpen ? linesIn(bytes) : 1;
    if (bytes.length > this.#options.maxBytes) records.push(this.#faulty(bytes, 'line_too_long', this.#lines));
    else if (bytes.length > 0) records.push({ bytes, line: this.#lines });
    return end;
  }

  /** Gives up one line. */
  #refuse(buffer: Uint8Array, start: number, end: 'more' | 'invalid', records: ScannedRecord[]): number {
    const next = this.#endOfLine(buffer, start) ?? buffer.length;
    const bytes = buffer.subarray(start, endOfText(buffer, start, next));
    this.#isSkipping = end === 'more' && !this.#isOpen;
    records.push(this.#faulty(bytes, this.#isSkipping ? 'line_too_long' : 'invalid_quotes', this.#lines + 1));
    if (!this.#isSkipping) this.#lines += 1;
    return next;
  }

  #faulty(bytes: Uint8Array, fault: RecordFault, line: number): ScannedRecord {
    return { bytes: bytes.slice(0, Math.min(faultyKept, this.#options.maxBytes)), fault, line };
  }

  #endOf(buffer: Uint8Array, start: number, isLast: boolean): End {
    if (this.#isOpen) return this.#endOfOpen(buffer, start, isLast);
    const end = this.#endOfLine(buffer, start) ?? (isLast ? buffer.length : 'more');
    if (end === 'more' || this.#isTooLong(buffer, start, end)) return end;
    const after = this.#afterLine(buffer, start, end, false);
    if (after !== 'open') return after === 'closed' ? end : 'invalid';
    this.#isOpen = true;
    if (this.#open.upTo < end) this.#open = { upTo: end, isInvalid: false };
    return this.#endOfOpen(buffer, start, isLast);
  }

  /** Of a record that is open behind its first line. */
  #endOfOpen(buffer: Uint8Array, start: number, isLast: boolean): End {
    while (!this.#open.isInvalid && !this.#isTooLong(buffer, start, this.#open.upTo)) {
      const { upTo } = this.#open;
      const end = this.#endOfLine(buffer, upTo) ?? (isLast ? buffer.length : 'more');
      if (end === 'more') return end;
      const after = this.#afterLine(buffer, upTo, end, true);
      if (after === 'closed') return this.#isTooLong(buffer, start, end) ? 'invalid' : end;
      const isNeverClosed = isLast && end === buffer.length;
      this.#open = after === 'open' ? { upTo: end, isInvalid: isNeverClosed } : { upTo, isInvalid: true };
    }
    return 'invalid';
  }

  #endOfLine(buffer: Uint8Array, from: number): number | undefined {
    const { from: endless, to } = this.#endless;
    const at = buffer.indexOf(lineFeed, from < endless ? from : Math.max(from, to));
    if (at === -1) this.#endless = { from, to: buffer.length };
    return at === -1 ? undefined : at + 1;
  }

  #isTooLong(buffer: Uint8Array, start: number, end: number): boolean {
    return endOfText(buffer, start, end) - start > this.#options.maxBytes;
  }

  /** `isOpen`: the line begins inside a quoted field. */
  #afterLine(buffer: Uint8Array, start: number, end: number, isOpen: boolean): After {
    if (this.#options.format === 'ndjson') return 'closed';
    const line = buffer.subarray(start, endOfText(buffer, start, end));
    if (!line.includes(quote)) return isOpen ? 'open' : 'closed';
    return afterFields(line, this.#delimiter, isOpen);
  }
}

/** What a line leaves behind: no field, one that goes on, or quotes that cannot be meant. */
type After = 'closed' | 'open' | 'invalid';

function afterFields(line: Uint8Array, delimiter: number, isOpen: boolean): After {
  for (let at = 0; at <= line.length; at += 1) {
    const end = endOfField(line, at, delimiter, isOpen && at === 0);
    if (typeof end !== 'number') return end;
    at = end;
  }
  return 'closed';
}

/** RFC 4180, and quotes inside a field that does not begin with one are text. `isOpen`: its first quote is behind us. */
function endOfField(line: Uint8Array, start: number, delimiter: number, isOpen: boolean): number | 'open' | 'invalid' {
  if (!isOpen && line[start] !== quote) {
    const next = line.indexOf(delimiter, start);
    return next === -1 ? line.length : next;
  }
  const close = closingQuote(line, isOpen ? start : start + 1);
  if (close === undefined) return 'open';
  const end = close + 1;
  return end === line.length || line[end] === delimiter ? end : 'invalid';
}

/** The quote that closes a field, of which there is more at `from`; two in a row are one in the text. */
function closingQuote(line: Uint8Array, from: number): number | undefined {
  let at = line.indexOf(quote, from);
  while (at !== -1 && line[at + 1] === quote) at = line.indexOf(quote, at + 2);
  return at === -1 ? undefined : at;
}

/** Those of a record without its line end. */
function linesIn(bytes: Uint8Array): number {
  let count = 1;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}

/** Where the line end of a record begins. */
function endOfText(buffer: Uint8Array, start: number, end: number): number {
  const stop = buffer[end - 1] === lineFeed ? end - 1 : end;
  return stop > start && buffer[stop - 1] === carriageReturn ? stop - 1 : stop;
}
