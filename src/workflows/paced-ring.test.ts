import { createPacedRing } from './paced-ring';

/** Rests that end when the test says so. */
function rests() {
  const waiting: (() => void)[] = [];
  const end = async (): Promise<void> => {
    waiting.splice(0).forEach((then) => then());
    await settle();
  };
  return { later: (then: () => void) => void waiting.push(then), end };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A ring of many workflows, each of which ends when the test says so, if it is to. */
function aRing(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const rung: string[] = [];
  const { later, end } = rests();
  const paced = createPacedRing({ later });
  const ask = (workflowId: string) =>
    paced(workflowId, () => {
      rung.push(workflowId);
      return answer();
    });
  return { ask, rung, endRests: end };
}

describe('a paced ring', () => {
  it('rings for the first who asks at once, and for any number meanwhile once more after a rest', async () => {
    const { ask, rung, endRests } = aRing();
    await ask('a');
    expect(rung).toEqual(['a']);
    const others = [ask('a'), ask('a')];
    await settle();
    expect(rung).toEqual(['a']);
    await endRests();
    await Promise.all(others);
    expect(rung).toEqual(['a', 'a']);
  });

  it('keeps still after a rest in which nobody asks, and rings at once again then', async () => {
    const { ask, rung, endRests } = aRing();
    await ask('a');
    await endRests();
    await endRests();
    expect(rung).toEqual(['a']);
    await ask('a');
    expect(rung).toEqual(['a', 'a']);
  });

  it('rings each workflow by itself', () => {
    const { ask, rung } = aRing();
    void ask('a');
    void ask('b');
    expect(rung).toEqual(['a', 'b']);
  });

  it('waits for the ring before, and ten times as long as the last two were on their way, but no longer than five seconds', async () => {
    const arrivals: (() => void)[] = [];
    const rests: number[] = [];
    let now = 0;
    const paced = createPacedRing({
      later: (then, delayMs) => {
        rests.push(delayMs);
        then();
      },
      clock: () => now,
    });
    const ask = (workflowId: string) =>
      paced(workflowId, () => new Promise<void>((resolve) => void arrivals.push(resolve)));
    void ask('a');
    for (const took of [340, 500, 300, 2, 20_000, 30_000]) {
      void ask('a');
      await settle();
      now += took;
      arrivals.shift()?.();
    }
    await settle();
    expect(rests).toEqual([50, 3_400, 3_000, 50, 50, 5_000]);
  });

  it('tells whoever asked of a ring that began after that, and of none before', async () => {
    const answers = [() => Promise.resolve(), () => Promise.reject(new Error('unreachable'))];
    const { ask, endRests } = aRing(() => answers.shift()?.() ?? Promise.resolve());
    await ask('a');
    const second = expect(ask('a')).rejects.toThrow('unreachable');
    await endRests();
    await second;
    const third = ask('a');
    await endRests();
    await third;
  });
});
