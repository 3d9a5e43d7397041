import fc from 'fast-check';
import { FileRefused } from '../rows/file-reader';
import type { FileRecord } from '../rows/record-scanner';
import type { RowsAsked } from './choose-mapping';
import { ImportReader, type FileLimits } from './import-reader';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ bytes }: FileRecord): string => new TextDecoder().decode(bytes);
const limits: FileLimits = { maxBytes: 1_000, maxRows: 5, maxLineBytes: 100, maxColumns: 3 };

interface Given {
  readonly format?: 'csv' | 'ndjson';
  readonly rows?: RowsAsked;
  /** Where the file is cut into pieces. */
  readonly cuts?: readonly number[];
}

function read(text: string, { format = 'csv', rows = 'auto', cuts = [] }: Given = {}) {
  const reader = new ImportReader({ format, rows, limits });
  const bytes = bytesOf(text);
  const ends = [...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
  const records = ends.flatMap((end, index) => reader.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  return { records: [...records, ...reader.end()].map(textOf), found: reader.found };
}
const people = 'user_id;plan\nu1;gold\nu2;silver\n';

describe('the file of an import', () => {
  it('is known for what it is once it has been read: its columns, its delimiter, its size and what its rows are taken by', () => {
    const { records, found } = read(people);
    expect(records).toEqual(['u1;gold', 'u2;silver']);
    expect(found).toMatchObject({ columns: ['user_id', 'plan'], delimiter: ';', bytes: people.length, rowCount: 2 });
    expect(found.rows).toMatchObject({ type: 'identify' });
  });

  it('of NDJSON has the keys of its first row for columns, and later rows may have others', () => {
    const { records, found } = read('{"user_id":"u1"}\n{"user_id":"u2","plan":"gold"}\n', { format: 'ndjson' });
    expect([records.length, found.columns]).toEqual([2, ['user_id']]);
  });

  it('is the same however its bytes arrive', () => {
    const whole = read(people);
    const cuts = fc.array(fc.integer({ min: 1, max: people.length }), { maxLength: 8 });
    fc.assert(fc.property(cuts, (at) => expect(read(people, { cuts: at })).toEqual(whole)));
  });

  it.each<[string, string, Given, FileRefused['code'], RegExp]>([
    [
      'more bytes than it may have',
      `id\n${'x'.repeat(1_000)}`,
      {},
      'too_large',
      /larger than 1000 bytes; import it in parts/,
    ],
    [
      'more rows than it may have',
      `user_id\n${'u\n'.repeat(6)}`,
      {},
      'too_large',
      /more than 5 rows; import it in parts/,
    ],
    ['a header alone', 'user_id,plan\n', {}, 'invalid_file', /has no rows/],
    ['nothing', '', {}, 'invalid_file', /./],
    ['no column that names a person', 'plan\ngold\n', {}, 'invalid_file', /No column has the name of an identifier/],
    [
      'a first row with too many keys to guess from',
      '{"a":1,"b":1,"c":1,"d":1}',
      { format: 'ndjson' },
      'invalid_file',
      /too many keys/,
    ],
  ])('is refused for %s', (_, text, given, code, message) => {
    const reading = () => read(text, given);
    expect(reading).toThrow(FileRefused);
    expect(reading).toThrow(message);
    expect(reading).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('says nothing of itself before it has been read', () => {
    expect(() => new ImportReader({ format: 'csv', rows: 'auto', limits }).found).toThrow('has not been read');
  });
});
