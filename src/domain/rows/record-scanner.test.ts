import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { guessDelimiter } from './csv-header';
import { RecordScanner, type ScannedRecord } from './record-scanner';
import { splitRecord } from './split-record';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ bytes }: ScannedRecord): string => new TextDecoder().decode(bytes);

interface Given {
  readonly format?: 'csv' | 'ndjson';
  readonly delimiter?: string;
  readonly maxBytes?: number;
  /** Where the bytes are cut into pieces. */
  readonly cuts?: readonly number[];
}

function scan(
  text: string,
  { format = 'csv', delimiter = ',', maxBytes = 1_000, cuts = [] }: Given = {},
): ScannedRecord[] {
  const scanner = new RecordScanner({ format, delimiter, maxBytes });
  const bytes = bytesOf(text);
  const ends = [...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
  const records = ends.flatMap((end, index) => scanner.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  return [...records, ...scanner.end()];
}
const lines = (text: string, given?: Given) => scan(text, given).map((record) => record.fault ?? textOf(record));

describe('the records of a file', () => {
  it.each<[string, string, string[]]>([
    ['end with a line feed', 'a,b\nc,d\n', ['a,b', 'c,d']],
    ['end with carriage return and line feed', 'a,b\r\nc,d\r\n', ['a,b', 'c,d']],
    ['need no last line end', 'a,b\nc,d', ['a,b', 'c,d']],
    ['are not empty lines', '\n\r\na\n\n', ['a']],
    ['go on where a quoted field holds line breaks', '"a\nb",c\r\nd\n', ['"a\nb",c', 'd']],
    ['keep doubled quotes', '"a ""b"", c"\nd\n', ['"a ""b"", c"', 'd']],
    ['may have quotes inside a field', '5" pipe,x\n6" pipe,y\n', ['5" pipe,x', '6" pipe,y']],
    ['lose a line that goes on behind a closing quote, and no other', '"a"b,c\nd,e\n', ['invalid_quotes', 'd,e']],
    ['lose a line with a carriage return behind a closing quote', '"a"\rb,c\nd,e\n', ['invalid_quotes', 'd,e']],
    ['lose a line whose quote is never closed, and no other', 'a\n"b,c\nd,e\n', ['a', 'invalid_quotes', 'd,e']],
  ])('%s', (_what, text, expected) => {
    expect(lines(text)).toEqual(expected);
  });

  it('lose a line that is too long, and no other', () => {
    const long = 'x'.repeat(5_000);
    expect(lines(`a\n${long}\nb\n`, { maxBytes: 100, cuts: [1_000, 2_000] })).toEqual(['a', 'line_too_long', 'b']);
    expect(lines(`a\n${long}`, { maxBytes: 100, cuts: [50] })).toEqual(['a', 'line_too_long']);
    const open = `"${'x\n'.repeat(100)}`;
    expect(lines(`a\n${open}b\n`, { maxBytes: 100 })).toEqual([
      'a',
      'invalid_quotes',
      ...Array<string>(99).fill('x'),
      'b',
    ]);
  });

  it('of JSON know no quotes', () => {
    expect(lines('{"a":"b\\n"}\n"open\n{}\n', { format: 'ndjson' })).toEqual(['{"a":"b\\n"}', '"open', '{}']);
  });

  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', ' ', 'é', '漢'), maxLength: 8 });
  const sheet = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }));
  // A field of nothing but a line's end and a row of one empty field have no form of their own.
  const isUsual = (rows: string[][]) => rows.every((row) => row.length > 1 || row[0] !== '');

  it('of a written CSV are its rows, wherever the bytes are cut', () => {
    const options = fc.record({
      delimiter: fc.constantFrom(',', ';'),
      record_delimiter: fc.constantFrom('\n', '\r\n'),
      quoted: fc.boolean(),
    });
    fc.assert(
      fc.property(sheet.filter(isUsual), options, fc.array(fc.nat(120)), (rows, { delimiter, ...more }, cuts) => {
        const text = stringify(rows, { delimiter, quoted_match: /[\r\n;,]/, ...more });
        const records = scan(text, { delimiter, cuts });
        expect(records.map((record) => splitRecord(textOf(record), delimiter, 10))).toEqual(rows);
      }),
    );
  });

  const bytes = fc.array(fc.constantFrom('a', '"', '""', ',', '\n', '\r\n'), { maxLength: 30 });

  it('are those that csv-parse reads, of any text that it reads, on the same lines', () => {
    const options = { relax_column_count: true, skip_empty_lines: true, info: true, record_delimiter: ['\n', '\r\n'] };
    fc.assert(
      fc.property(bytes, (letters) => {
        const text = letters.join('');
        const parsed = parsedBy(() => parse(text, options) as unknown as Parsed[]);
        fc.pre(parsed !== undefined);
        const read = scan(text);
        expect(read.map((record) => splitRecord(textOf(record), ',', 100))).toEqual(
          parsed?.map(({ record }) => record),
        );
        // It counts a line end of two characters twice where it is quoted.
        if (!text.includes('\r')) expect(read.map(({ line }) => line)).toEqual(parsed?.map(({ info }) => info.lines));
      }),
    );
  });

  it('of any bytes are the same wherever they are cut, also where they are too long', () => {
    const withCr = fc.array(fc.constantFrom(...'a",\r\n'.split('')), { maxLength: 60 });
    fc.assert(
      fc.property(withCr, fc.array(fc.nat(60)), fc.integer({ min: 1, max: 60 }), (letters, cuts, maxBytes) => {
        const text = letters.join('');
        expect(scan(text, { cuts, maxBytes })).toEqual(scan(text, { maxBytes }));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['quotes that never close', '",x","\n'.repeat(50_000)],
    [
      'quotes that never close before a line that closes them wrongly',
      `${'",x","\n'.repeat(30_000)}${'""'.repeat(100_000)}",x"a`,
    ],
    ['one line that never ends', 'x'.repeat(1_000_000)],
    ['one field that never ends', `"${'x""\n'.repeat(100_000)}`],
  ])('are found in time that grows with the bytes, with %s', (_what, text) => {
    const begun = performance.now();
    const cuts = Array.from({ length: 1_000 }, (_, n) => (n + 1) * 1_024);
    scan(text, { cuts, maxBytes: 300_000 });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parsedBy(read: () => Parsed[]): Parsed[] | undefined {
  try {
    return read();
  } catch {
    return undefined; // quotes that csv-parse does not take
  }
}

describe('the delimiter', () => {
  it.each([
    ['a,b,c', ','],
    ['a;b;c', ';'],
    ['a\tb', '\t'],
    ['a|b', '|'],
    ['alone', ','],
    ['"a,b,c";d', ';'],
  ])('of %j is %j', (line, delimiter) => {
    expect(guessDelimiter(line)).toBe(delimiter);
  });
});
