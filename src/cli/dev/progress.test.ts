import { progressBar, startProgress } from './progress';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

describe('progress', () => {
  it.each([
    [0, 10, 0],
    [5, 10, 15],
    [10, 10, 30],
    [11, 10, 30],
    [0, 0, 30],
  ])('fills a bar at %i of %i with %i blocks', (done, total, blocks) => {
    expect(progressBar(done, total)).toBe('█'.repeat(blocks) + '░'.repeat(30 - blocks));
  });

  it('redraws one line on a terminal and replaces it at the end', () => {
    const tty = terminal(true);
    const progress = startProgress(tty, { title: 'sending', total: 2_000 });
    progress.update(1_000);
    progress.end('sent');
    expect(tty.written).toEqual([`\r  ${'█'.repeat(15)}${'░'.repeat(15)} sending 1,000 of 2,000`, '\r\x1b[K  sent\n']);
  });

  it('says a line every two seconds where there is no terminal', () => {
    const log = terminal(false);
    let now = 0;
    const progress = startProgress(log, { title: 'sending', total: 5, clock: () => now });
    for (now of [1_000, 2_000, 3_999, 4_000]) progress.update(now / 1_000);
    progress.end('sent');
    expect(log.written).toEqual(['  sending 2 of 5\n', '  sending 4 of 5\n', '  sent\n']);
  });
});
