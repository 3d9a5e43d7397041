import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { guessDelimiter } from './read-header';
import { packRecords, unpackRecords } from './record-frames';
import { RecordScanner, type FileRecord } from './record-scanner';
import { splitRecord } from './split-record';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ bytes }: FileRecord): string => new TextDecoder().decode(bytes);

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
): FileRecord[] {
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
        expect(records.map((record) => splitRecord(textOf(record), delimiter))).toEqual(rows);
        expect(records.map((record) => splitRecord(textOf(record), delimiter))).toEqual(parse(text, { delimiter }));
      }),
    );
  });

  it('of any bytes are the same wherever they are cut, and stay the same when packed', () => {
    const byte = fc.constantFrom(...'a",\r\n'.split(''));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.array(fc.nat(60)), (letters, cuts) => {
        const text = letters.join('');
        const whole = scan(text);
        expect(scan(text, { cuts }).map(textOf)).toEqual(whole.map(textOf));
        expect(unpackRecords(packRecords(whole))).toEqual(whole);
      }),
    );
  });
});

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
