import {
  chooseMapping,
  findHeaderProblem,
  guessDelimiter,
  type Delimiter,
  type RowsAs,
  type RowsAsked,
} from './read-header';
import { readFields, readRow, type RowShape } from './read-row';
import { joinBytes, RecordScanner, type FileRecord } from './record-scanner';

export interface FileLimits {
  /** Decompressed. */
  readonly maxBytes: number;
  readonly maxRows: number;
  readonly maxLineBytes: number;
  readonly maxColumns: number;
}

export interface ReaderOptions {
  readonly format: RowShape['format'];
  readonly delimiter?: Delimiter;
  readonly rows: RowsAsked;
  readonly limits: FileLimits;
}

/** The file as a whole cannot be imported. The message names columns and limits, never what rows say. */
export class FileRefused extends Error {
  constructor(
    readonly code: 'too_large' | 'invalid_file',
    message: string,
  ) {
    super(message);
    this.name = 'FileRefused';
  }
}

const invalid = (message: string): FileRefused => new FileRefused('invalid_file', message);
const tooLarge = (message: string): FileRefused => new FileRefused('too_large', message);

const lineFeed = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/**
 * Reads a file as it arrives: its head (byte order mark, delimiter, header), then row after row, all within the limits. Holds one row
 * and the bytes it was given last, however long the file is.
 */
export class ImportReader {
  readonly #options: ReaderOptions;
  #head: Uint8Array | undefined = new Uint8Array(0);
  #scanner: RecordScanner | undefined;
  #delimiter: Delimiter;
  #columns: readonly string[] | undefined;
  #rows: RowsAs | undefined;
  #bytes = 0;
  #rowCount = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter ?? ',';
  }

  /** The rows that are complete with these bytes. Throws FileRefused. */
  push(bytes: Uint8Array): FileRecord[] {
    const { maxBytes, maxLineBytes } = this.#options.limits;
    this.#bytes += bytes.length;
    if (this.#bytes > maxBytes) throw tooLarge(`The file is larger than ${maxBytes} bytes; import it in parts.`);
    if (this.#scanner) return this.#take(this.#scanner.push(bytes));
    this.#head = joinBytes(this.#head ?? new Uint8Array(0), bytes);
    return this.#head.includes(lineFeed) || this.#head.length > maxLineBytes ? this.#open(this.#head) : [];
  }

  /** What is left at the end of the file. Throws FileRefused, also for a file without a row. */
  end(): FileRecord[] {
    const opened = this.#scanner ? [] : this.#open(this.#head ?? new Uint8Array(0));
    const rows = [...opened, ...this.#take(this.#scanner?.end() ?? [])];
    if (this.#rowCount === 0) throw invalid('The file has no rows; send a header and rows, or one JSON object a line.');
    return rows;
  }

  /** What was found out about the file. */
  get found(): RowShape & { readonly rows: RowsAs; readonly bytes: number; readonly rowCount: number } {
    if (this.#rows === undefined) throw new Error('The file has not been read.');
    const { format } = this.#options;
    const size = { bytes: this.#bytes, rowCount: this.#rowCount };
    return { format, delimiter: this.#delimiter, columns: this.#columns ?? [], rows: this.#rows, ...size };
  }

  #open(head: Uint8Array): FileRecord[] {
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
      throw invalid('The file is UTF-16; save it as UTF-8.');
    const { format, limits } = this.#options;
    const body = byteOrderMark.every((byte, at) => head[at] === byte) ? head.subarray(byteOrderMark.length) : head;
    if (format === 'csv' && this.#options.delimiter === undefined) this.#delimiter = guessDelimiter(firstLine(body));
    this.#scanner = new RecordScanner({ format, delimiter: this.#delimiter, maxBytes: limits.maxLineBytes });
    this.#head = undefined;
    return this.#take(this.#scanner.push(body));
  }

  #take(records: FileRecord[]): FileRecord[] {
    const rows = this.#rows === undefined ? this.#begin(records) : records;
    this.#rowCount += rows.length;
    const { maxRows } = this.#options.limits;
    if (this.#rowCount > maxRows) throw tooLarge(`The file has more than ${maxRows} rows; import it in parts.`);
    return rows;
  }

  #begin(records: FileRecord[]): FileRecord[] {
    const [first, ...others] = records;
    if (!first) return [];
    const isCsv = this.#options.format === 'csv';
    this.#columns = isCsv ? this.#readHeader(first) : this.#keysOf(first);
    const { rows } = this.#options;
    // Objects need not all have the same keys: what a mapping names may come later.
    const chosen = isCsv || rows === 'auto' ? chooseMapping(rows, this.#columns) : { rows };
    if ('problem' in chosen) throw invalid(chosen.problem);
    this.#rows = chosen.rows;
    return isCsv ? others : records;
  }

  #readHeader(record: FileRecord): string[] {
    const fields = readFields(record, this.#delimiter);
    if ('code' in fields) throw invalid(`The header cannot be read. ${fields.message}`);
    const columns = fields.map((name) => name.trim());
    const problem = findHeaderProblem(columns, this.#options.limits);
    if (problem !== undefined) throw invalid(problem);
    return columns;
  }

  #keysOf(record: FileRecord): string[] {
    const read = readRow(record, { format: 'ndjson', delimiter: ',', columns: [] });
    return 'row' in read ? Object.keys(read.row) : [];
  }
}

const firstLine = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).split('\n', 1)[0] ?? '';
