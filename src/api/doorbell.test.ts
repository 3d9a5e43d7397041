import pino from 'pino';
import { workspaceId } from '../domain/ids';
import { createDoorbell } from './doorbell';

const ws = workspaceId('ws_1');

/** A doorbell whose intervals end when the test says so. */
function aDoorbell(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const rung: number[] = [];
  const waiting: (() => void)[] = [];
  const logged: string[] = [];
  const push = createDoorbell({
    ring: (_ws, partition) => {
      rung.push(partition);
      return answer();
    },
    log: pino({}, { write: (line: string) => void logged.push((JSON.parse(line) as { msg: string }).msg) }),
    later: (then) => void waiting.push(then),
  });
  const endIntervals = (): void => waiting.splice(0).forEach((then) => then());
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { push: (partition = 0) => push(ws, partition), rung, endIntervals, logged, settle };
}

describe('createDoorbell', () => {
  it('rings for the first push at once, and for any number during the interval once more at its end', () => {
    const { push, rung, endIntervals } = aDoorbell();
    push();
    expect(rung).toEqual([0]);
    push();
    push();
    expect(rung).toEqual([0]);
    endIntervals();
    expect(rung).toEqual([0, 0]);
  });

  it('keeps still after an interval without a push, and rings at once again then', () => {
    const { push, rung, endIntervals } = aDoorbell();
    push();
    endIntervals();
    endIntervals();
    expect(rung).toEqual([0]);
    push();
    expect(rung).toEqual([0, 0]);
  });

  it('rings each partition by itself', () => {
    const { push, rung } = aDoorbell();
    push(0);
    push(1);
    expect(rung).toEqual([0, 1]);
  });

  it('says once that nobody answers, and once that somebody does again', async () => {
    let isDown = true;
    const bell = aDoorbell(() => (isDown ? Promise.reject(new Error('unreachable')) : Promise.resolve()));
    for (let pushes = 0; pushes < 3; pushes += 1) {
      bell.push();
      bell.endIntervals();
      await bell.settle();
    }
    expect(bell.logged).toEqual(['the intake cannot be rung; events wait in the store']);
    isDown = false;
    bell.push();
    await bell.settle();
    expect(bell.logged.slice(1)).toEqual(['the intake can be rung again']);
  });
});
