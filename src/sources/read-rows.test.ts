import fc from 'fast-check';
import { readRows } from './read-rows';

/** Bytes in parts that end anywhere, also within a character. */
async function* inParts(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const limits = { maxLineBytes: 1_024, maxColumns: 1_000 };
const csv = (bytes: string | Buffer, more: Partial<typeof limits> = {}, size = 7) =>
  all(readRows(inParts(Buffer.from(bytes), size), { format: 'csv', delimiter: ',', ...limits, ...more }));
const ndjson = (bytes: string | Buffer, size = 7) =>
  all(readRows(inParts(Buffer.from(bytes), size), { format: 'ndjson', ...limits }, 'a'));
const outcomes = async (read: ReturnType<typeof csv>) =>
  (await read).map((one) => ('row' in one ? one.line : one.unreadable.code));

describe('a CSV', () => {
  it('keeps values as they are: leading zeros, formulas, newlines in quotes, any characters', async () => {
    const rows = await csv('\ufeff"id",note\r\n007,"=1+1"\r\nü,"a\nb,""c"""\r\n');
    expect(rows).toEqual([
      { line: 2, row: { row: { id: '007', note: '=1+1' } } },
      { line: 4, row: { row: { id: 'ü', note: 'a\nb,"c"' } } },
    ]);
  });

  it.each<[string, string | Buffer, (number | string)[]]>([
    ['whose fields do not fit the header', 'a,b\n1,2\n1\n3,4,5\n3,4', [2, 'wrong_field_count', 'wrong_field_count', 5]],
    ['whose quote has no end', 'a,b\n"1,2\n3,4', ['invalid_quotes', 3]],
    ['that is too long', `a\n${'x'.repeat(3_000)}\n1`, ['line_too_long', 3]],
    [
      'that is not UTF-8, whose id would be that of somebody else',
      Buffer.from('a\n1\n\xe9\n2', 'latin1'),
      [2, 'invalid_utf8', 4],
    ],
  ])('loses only the row %s', async (_what, bytes, expected) => {
    expect(await outcomes(csv(bytes))).toEqual(expected);
  });

  it('names a row that cannot be read by what it says, and one of a file by its line', async () => {
    const [lost] = await csv('a,b\n1\n');
    expect(lost).toMatchObject({ unreadable: { name: '1', text: '1' } });
    expect((await ndjson('{"a":1}\n7')).map((one) => ('row' in one ? one.row.name : one.unreadable.name))).toEqual([
      'a:1',
      'a:2',
    ]);
  });
});

describe('the header of a CSV', () => {
  const columns = (count: number): string => Array.from({ length: count }, (_, n) => `c${n}`).join(',');
  const long = { maxLineBytes: 1_048_576 };

  it('may have as many columns as the limit says', async () => {
    await expect(csv(`${columns(1_000)}\n${','.repeat(999)}\n`, long, 65_536)).resolves.toHaveLength(1);
  });

  it.each([
    ['has more', columns(1_001)],
    ['is hundreds of kilobytes long, at once', columns(80_000)],
    ['has a name twice', 'id,name,id'],
    ['has a column without a name', 'id,'],
    ['goes on behind a carriage return', 'id,name\r1,Ann\r'],
    ['has a quote without an end', '"id,name'],
  ])('refuses the file when it %s', async (_, header) => {
    const begun = performance.now();
    const refused = { name: 'SourceRefused', code: 'invalid-file' };
    await expect(csv(`${header}\n1\n`, long, 65_536)).rejects.toMatchObject(refused);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe('a file whose source breaks', () => {
  it('says what broke, and lets go of the source', async () => {
    let isClosed = false;
    async function* breaks(): AsyncIterable<Buffer> {
      try {
        yield Buffer.from('a\n1\n');
        throw new Error('gone');
      } finally {
        isClosed = true;
      }
    }
    await expect(all(readRows(breaks(), { format: 'csv', delimiter: ',', ...limits }))).rejects.toThrow('gone');
    expect(isClosed).toBe(true);
  });
});

describe('NDJSON', () => {
  it('reads the same rows wherever its parts end', async () => {
    const rows = fc.array(fc.record({ id: fc.string({ unit: 'grapheme' }), n: fc.integer() }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 20 }), async (wanted, size) => {
        const read = await ndjson(wanted.map((row) => JSON.stringify(row)).join('\r\n'), size);
        expect(read).toEqual(wanted.map((row, at) => ({ line: at + 1, row: { row, name: `a:${at + 1}` } })));
      }),
    );
  });

  it('loses only the lines that cannot be read, and keeps little of one that is too long', async () => {
    const bytes = Buffer.from(`{"a":1}\n\n{"a":\n7\n"\xe9${'x'.repeat(2_000)}"\n"\xe9"\n{"a":2}`, 'latin1');
    const read = await ndjson(bytes, 100);
    expect(read.map((one) => ('row' in one ? one.line : one.unreadable.code))).toEqual([
      ...[1, 'invalid_json', 'not_an_object', 'line_too_long', 'invalid_utf8', 7],
    ]);
    expect(JSON.stringify(read).length).toBeLessThan(2_000);
  });
});
