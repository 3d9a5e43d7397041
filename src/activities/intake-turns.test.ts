import { IntakeTurns } from './intake-turns';

/** Turns at a clock of their own, and what one of them says of its end after each of these instants. */
async function endsOf(places: number, others: number, instants: readonly number[]): Promise<boolean[]> {
  let now = 0;
  const turns = new IntakeTurns(places, () => now);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const running = Array.from({ length: others }, () => turns.run(() => released));
  const ends = await turns.run(async (isOver) =>
    instants.map((instant) => {
      now = instant;
      return isOver();
    }),
  );
  release();
  await Promise.all(running);
  return ends;
}

describe('a turn at the intake', () => {
  it.each([
    ['is long while a place is free', 8, 6, [0, 2_000, 24_999, 25_000], [false, false, false, true]],
    ['is short when all places are taken', 8, 7, [0, 1_999, 2_000], [false, false, true]],
    ['is short where there is one place', 1, 0, [1_999, 2_000], [false, true]],
  ])('%s', async (_what, places, others, instants, ends) => {
    expect(await endsOf(places, others, instants)).toEqual(ends);
  });

  it('gives back its place when its work fails', async () => {
    let now = 0;
    const turns = new IntakeTurns(2, () => now);
    await expect(turns.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    now = 3_000;
    expect(await turns.run((isOver) => Promise.resolve(isOver()))).toBe(false);
  });
});
