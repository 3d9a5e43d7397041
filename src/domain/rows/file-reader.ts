import { findHeaderProblem, guessDelimiter } from './csv-header';
import { HeldBytes } from './held-bytes';
import { readFields, type RowShape } from './read-record';
import { RecordScanner, type FileRecord, type ScannedRecord } from './record-scanner';

export interface FileOptions {
  readonly format: RowShape['format'];
  /** Of a CSV: one ASCII character; guessed from the header where it is not given. */
  readonly delimiter?: string | undefined;
  readonly maxLineBytes: number;
  readonly maxColumns: number;
}

/** The file as a whole cannot be read. The message names columns and limits, never what rows say. */
export class FileRefused extends Error {
  constructor(
    readonly code: 'too_large' | 'invalid_file',
    message: string,
  ) {
    super(message);
    this.name = 'FileRefused';
  }
}

const lineFeed = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/**
 * Reads a file as it arrives: its head (byte order mark, delimiter, header), then the record of each row. Holds one record and the bytes
 * it was given last, however long the file is.
 */
export class FileReader {
  readonly #options: FileOptions;
  readonly #head = new HeldBytes();
  #scanner: RecordScanner | undefined;
  #delimiter: string;
  #columns: readonly string[] | undefined;

  constructor(options: FileOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter ?? ',';
  }

  /** What its records are read by; `undefined` until the header of a CSV is there. */
  get shape(): RowShape | undefined {
    const { format } = this.#options;
    if (format === 'csv' && !this.#columns) return undefined;
    return { format, delimiter: this.#delimiter, columns: this.#columns ?? [] };
  }

  /** The records of the rows that are complete with these bytes. Throws FileRefused. */
  push(bytes: Uint8Array): ScannedRecord[] {
    if (this.#scanner) return this.#take(this.#scanner.push(bytes));
    this.#head.append(bytes);
    const isThere = bytes.includes(lineFeed) || this.#head.view.length > this.#options.maxLineBytes;
    return isThere ? this.#open() : [];
  }

  /** What is left at the end of the file. Throws FileRefused. */
  end(): ScannedRecord[] {
    const opened = this.#scanner ? [] : this.#open();
    return [...opened, ...this.#take(this.#scanner?.end() ?? [])];
  }

  #open(): ScannedRecord[] {
    const head = this.#head.view;
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
      throw new FileRefused('invalid_file', 'The file is UTF-16; save it as UTF-8.');
    const { format, delimiter, maxLineBytes } = this.#options;
    const body = byteOrderMark.every((byte, at) => head[at] === byte) ? head.subarray(byteOrderMark.length) : head;
    if (format === 'csv' && delimiter === undefined) this.#delimiter = guessDelimiter(firstLine(body));
    this.#scanner = new RecordScanner({ format, delimiter: this.#delimiter, maxBytes: maxLineBytes });
    this.#head.drop(head.length);
    return this.#take(this.#scanner.push(body));
  }

  #take(records: ScannedRecord[]): ScannedRecord[] {
    if (this.shape) return records;
    const [header, ...rows] = records;
    if (header) this.#columns = this.#readHeader(header);
    return rows;
  }

  #readHeader(record: FileRecord): string[] {
    const { maxColumns } = this.#options;
    const fields = readFields(record, this.#delimiter, maxColumns);
    if ('code' in fields) throw new FileRefused('invalid_file', `The header cannot be read. ${fields.message}`);
    const columns = fields.map((name) => name.trim());
    const problem = findHeaderProblem(columns, maxColumns);
    if (problem !== undefined) throw new FileRefused('invalid_file', problem);
    return columns;
  }
}

const firstLine = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(lineFeed);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
};
