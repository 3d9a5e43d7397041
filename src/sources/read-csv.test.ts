import { readCsv } from './read-csv';

async function* inOne(text: string) {
  yield Buffer.from(text);
}

async function read(text: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readCsv(inOne(text), { delimiter: ',', maxRowBytes: 1_048_576 })) rows.push(row);
  return rows;
}

const columns = (count: number): string => Array.from({ length: count }, (_, n) => `c${n}`).join(',');

describe('the header of a CSV', () => {
  it('may have a thousand columns', async () => {
    await expect(read(`${columns(1_000)}\n${','.repeat(999)}\n`)).resolves.toHaveLength(1);
  });

  it.each([
    ['has more than a thousand columns', columns(1_001), 'too-many-columns'],
    ['is hundreds of kilobytes long, at once', columns(80_000), 'too-many-columns'],
    ['has a name twice', 'id,name,id', 'repeated-column'],
  ])('refuses the file when it %s', async (_, header, code) => {
    const begun = performance.now();
    await expect(read(`${header}\n1\n`)).rejects.toMatchObject({ code });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
