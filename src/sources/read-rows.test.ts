import fc from 'fast-check';
import { readNdjson } from './folder/read-ndjson';
import { readCsv } from './read-csv';

/** Bytes in parts that end anywhere, also within a character. */
async function* inParts(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const csv = (text: string, size = 7) =>
  all(readCsv(inParts(Buffer.from(text), size), { delimiter: ',', maxRowBytes: 1_024 }));

describe('a CSV', () => {
  it('keeps values as they are: leading zeros, formulas, newlines in quotes, any characters', async () => {
    const rows = await csv('\ufeffid,note\r\n007,"=1+1"\r\nü,"a\nb,""c"""\r\n');
    expect(rows).toMatchObject([
      { row: { row: { id: '007', note: '=1+1' } } },
      { row: { row: { id: 'ü', note: 'a\nb,"c"' } } },
    ]);
  });

  it('loses only the row whose fields do not fit the header', async () => {
    expect(await csv('a,b\n1,2\n1\n3,4')).toMatchObject([
      { line: 2, row: {} },
      { line: 3, unreadable: { code: 'wrong_column_count' } },
      { line: 4, row: {} },
    ]);
  });

  it.each([
    ['a column twice', 'a,a\n1,2', 'repeated-column'],
    ['a quote without an end', 'a,b\n"1,2\n3,4', 'not-csv'],
    ['a row without an end', `a\n${'x'.repeat(3_000)}`, 'not-csv'],
  ])('is refused with %s', async (_what, text, code) => {
    await expect(csv(text)).rejects.toMatchObject({ name: 'SourceRefused', code });
  });
});

describe('a CSV whose source breaks', () => {
  it('says what broke, and lets go of the source when its reader stops', async () => {
    let isClosed = false;
    async function* breaks(): AsyncIterable<Buffer> {
      try {
        yield Buffer.from('a\n1\n');
        throw new Error('gone');
      } finally {
        isClosed = true;
      }
    }
    await expect(all(readCsv(breaks(), { delimiter: ',', maxRowBytes: 100 }))).rejects.toThrow('gone');
    expect(isClosed).toBe(true);
  });
});

describe('NDJSON', () => {
  it('reads the same rows wherever its parts end', async () => {
    const rows = fc.array(fc.record({ id: fc.string({ unit: 'grapheme' }), n: fc.integer() }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 20 }), async (wanted, size) => {
        const bytes = Buffer.from(wanted.map((row) => JSON.stringify(row)).join('\r\n'));
        const read = await all(readNdjson(inParts(bytes, size), 'a', 1_024));
        expect(read).toEqual(wanted.map((row, at) => ({ line: at + 1, row: { row, name: `a:${at + 1}` } })));
      }),
    );
  });

  it('loses only the lines that cannot be read, and keeps nothing of one that is too long', async () => {
    const bytes = Buffer.from(`{"a":1}\n\n{"a":\n7\n"${'x'.repeat(2_000)}"\n{"a":2}`);
    const read = await all(readNdjson(inParts(bytes, 100), 'a', 1_024));
    expect(read.map((one) => ('row' in one ? one.line : one.unreadable.code))).toEqual([
      ...[1, 'not_json', 'not_an_object', 'too_large', 6],
    ]);
    expect(JSON.stringify(read)).not.toContain('xxx');
  });

  it('takes no id that is not UTF-8, which would be the id of somebody else', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xe9]), Buffer.from('"}\n{"a":2}')]);
    const read = await all(readNdjson(inParts(bytes, 7), 'a', 1_024));
    expect(read.map((one) => ('row' in one ? one.line : one.unreadable.code))).toEqual([1, 'invalid_utf8', 3]);
  });
});
