import { workspaceId } from '../domain/ids';
import { createDoorbell, createIntakeBell } from './doorbell';

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

/** A doorbell of many doors, each ring of which ends when the test says so, if it is to. */
function aDoorbell(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const rung: string[] = [];
  const { later, end } = rests();
  const ring = (door: string) => {
    rung.push(door);
    return answer();
  };
  return { push: createDoorbell<string>({ ring, nameOf: (door) => door, later }), rung, endRests: end };
}

describe('a doorbell', () => {
  it('rings for the first push at once, and for any number meanwhile once more after a rest', async () => {
    const { push, rung, endRests } = aDoorbell();
    await push('a');
    expect(rung).toEqual(['a']);
    const others = [push('a'), push('a')];
    await settle();
    expect(rung).toEqual(['a']);
    await endRests();
    await Promise.all(others);
    expect(rung).toEqual(['a', 'a']);
  });

  it('keeps still after a rest without a push, and rings at once again then', async () => {
    const { push, rung, endRests } = aDoorbell();
    await push('a');
    await endRests();
    await endRests();
    expect(rung).toEqual(['a']);
    await push('a');
    expect(rung).toEqual(['a', 'a']);
  });

  it('rings each door by itself', () => {
    const { push, rung } = aDoorbell();
    void push('a');
    void push('b');
    expect(rung).toEqual(['a', 'b']);
  });

  it('waits for the ring before, and ten times as long as the last two were on their way, but no longer than five seconds', async () => {
    const arrivals: (() => void)[] = [];
    const rests: number[] = [];
    let now = 0;
    const push = createDoorbell<string>({
      ring: () => new Promise<void>((resolve) => void arrivals.push(resolve)),
      nameOf: (door) => door,
      later: (then, delayMs) => {
        rests.push(delayMs);
        then();
      },
      clock: () => now,
    });
    void push('a');
    for (const took of [340, 500, 300, 2, 20_000, 30_000]) {
      void push('a');
      await settle();
      now += took;
      arrivals.shift()?.();
    }
    await settle();
    expect(rests).toEqual([50, 3_400, 3_000, 50, 50, 5_000]);
  });

  it('tells whoever pushed of a ring that began after that, and of none before', async () => {
    const answers = [() => Promise.resolve(), () => Promise.reject(new Error('unreachable'))];
    const { push, endRests } = aDoorbell(() => answers.shift()?.() ?? Promise.resolve());
    await push('a');
    const second = expect(push('a')).rejects.toThrow('unreachable');
    await endRests();
    await second;
    const third = push('a');
    await endRests();
    await third;
  });
});

describe('the doorbell of an intake', () => {
  it('says once that nobody answers, and once that somebody does again', async () => {
    let isDown = true;
    const logged: string[] = [];
    const { later, end } = rests();
    const log = {
      warn: (_: object, text: string) => void logged.push(text),
      info: (text: string) => void logged.push(text),
    };
    const ring = () => (isDown ? Promise.reject(new Error('unreachable')) : Promise.resolve());
    const push = createIntakeBell({ ring, log, later });
    for (let pushes = 0; pushes < 3; pushes += 1) {
      push(workspaceId('ws_1'), 0);
      await settle();
      await end();
    }
    expect(logged).toEqual(['the intake cannot be rung; events wait in the store']);
    isDown = false;
    push(workspaceId('ws_1'), 0);
    await settle();
    expect(logged.slice(1)).toEqual(['the intake can be rung again']);
  });
});
