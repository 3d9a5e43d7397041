import { brisk } from './read-answer';

async function* dripping(chunks: number, everyMs: number): AsyncIterable<Buffer> {
  for (let sent = 0; sent < chunks; sent += 1) {
    const endsAt = performance.now() + everyMs;
    while (performance.now() < endsAt);
    yield Buffer.from('u');
  }
}

async function bytesOf(body: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}

describe('a streamed answer', () => {
  it('is given up when it comes a byte at a time', async () => {
    await expect(bytesOf(brisk(dripping(100, 5), 20))).rejects.toMatchObject({ name: 'SourceBusy', code: 'too-slow' });
  });

  it('may take its time in the beginning', async () => {
    expect(await bytesOf(brisk(dripping(4, 5), 5_000))).toBe(4);
  });
});
