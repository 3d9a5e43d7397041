import { takingTurns } from './turns';

/** Works for so long without letting go. */
function work(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

describe('whoever takes turns', () => {
  it('lets others have theirs when a while has gone by', async () => {
    const giveWay = takingTurns();
    let served = 0;
    const other = setImmediate(() => (served += 1));
    await giveWay();
    expect(served).toBe(0);
    work(12);
    await giveWay();
    expect(served).toBe(1);
    clearImmediate(other);
  });

  it('stops when it has been told to meanwhile', async () => {
    const stop = new AbortController();
    const giveWay = takingTurns(stop.signal);
    setImmediate(() => stop.abort());
    work(12);
    await expect(giveWay()).rejects.toThrow('aborted');
  });
});
