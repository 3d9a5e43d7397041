import type { Delimiter } from '../rows/csv-header';
import { FileReader, FileRefused } from '../rows/file-reader';
import { readRecord, type RowShape } from '../rows/read-record';
import type { FileRecord } from '../rows/record-scanner';
import { chooseMapping, type RowsAs, type RowsAsked } from './choose-mapping';

export interface FileLimits {
  /** Decompressed. */
  readonly maxBytes: number;
  readonly maxRows: number;
  readonly maxLineBytes: number;
  readonly maxColumns: number;
}

export interface ReaderOptions {
  readonly format: RowShape['format'];
  readonly delimiter?: Delimiter | undefined;
  readonly rows: RowsAsked;
  readonly limits: FileLimits;
}

const invalid = (message: string): FileRefused => new FileRefused('invalid_file', message);
const tooLarge = (message: string): FileRefused => new FileRefused('too_large', message);

/** Reads the file of an import as it arrives, within its limits, and finds out what its rows are taken by. */
export class ImportReader {
  readonly #options: ReaderOptions;
  readonly #file: FileReader;
  #shape: RowShape | undefined;
  #rows: RowsAs | undefined;
  #bytes = 0;
  #rowCount = 0;

  constructor(options: ReaderOptions) {
    const { format, delimiter, limits } = options;
    this.#options = options;
    this.#file = new FileReader({ format, delimiter, ...limits });
  }

  /** The rows that are complete with these bytes. Throws FileRefused. */
  push(bytes: Uint8Array): FileRecord[] {
    const { maxBytes } = this.#options.limits;
    this.#bytes += bytes.length;
    if (this.#bytes > maxBytes) throw tooLarge(`The file is larger than ${maxBytes} bytes; import it in parts.`);
    return this.#take(this.#file.push(bytes));
  }

  /** What is left at the end of the file. Throws FileRefused, also for a file without a row. */
  end(): FileRecord[] {
    const rows = this.#take(this.#file.end());
    if (this.#rowCount === 0) throw invalid('The file has no rows; send a header and rows, or one JSON object a line.');
    return rows;
  }

  /** What was found out about the file. */
  get found(): RowShape & { readonly rows: RowsAs; readonly bytes: number; readonly rowCount: number } {
    if (!this.#shape || this.#rows === undefined) throw new Error('The file has not been read.');
    return { ...this.#shape, rows: this.#rows, bytes: this.#bytes, rowCount: this.#rowCount };
  }

  #take(rows: FileRecord[]): FileRecord[] {
    this.#shape ??= this.#begin(rows[0]);
    this.#rowCount += rows.length;
    const { maxRows } = this.#options.limits;
    if (this.#rowCount > maxRows) throw tooLarge(`The file has more than ${maxRows} rows; import it in parts.`);
    return rows;
  }

  /** A CSV is judged by its header, NDJSON by its first row: objects need not all have the same keys, so what a mapping names may come later. */
  #begin(first: FileRecord | undefined): RowShape | undefined {
    const shape = this.#file.shape;
    const isCsv = this.#options.format === 'csv';
    if (!shape || (!isCsv && !first)) return undefined;
    const columns = first && !isCsv ? keysOf(first, shape) : shape.columns;
    const { rows, limits } = this.#options;
    const chosen = isCsv || rows === 'auto' ? chooseMapping(rows, columns, limits.maxColumns) : { rows };
    if ('problem' in chosen) throw invalid(chosen.problem);
    this.#rows = chosen.rows;
    return { ...shape, columns };
  }
}

function keysOf(record: FileRecord, shape: RowShape): string[] {
  const read = readRecord(record, shape);
  return 'row' in read ? Object.keys(read.row) : [];
}
