import { Turns } from './turns';

describe('Turns', () => {
  it('lets holders in by turns, however much one of them asks', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const work = (name: string) => async () => void order.push(name);
    const noisy = [1, 2, 3].map((n) => turns.run('noisy', work(`noisy ${n}`)));
    await Promise.all([...noisy, turns.run('quiet', work('quiet 1')), turns.run('other', work('other 1'))]);
    expect(order).toEqual(['noisy 1', 'noisy 2', 'quiet 1', 'other 1', 'noisy 3']);
  });

  it('never lets more work at once than it may, and goes on after a failure', async () => {
    const turns = new Turns(2);
    let atOnce = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (atOnce += 1));
      await Promise.resolve();
      atOnce -= 1;
      throw new Error('failed');
    };
    const ended = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => turns.run(`holder ${n % 3}`, work)));
    expect([most, ended.every(({ status }) => status === 'rejected')]).toEqual([2, true]);
  });
});
