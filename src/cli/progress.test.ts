import { progressBar, startProgress } from './progress';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

describe('progress', () => {
  it.each([
    [0, 0],
    [0.5, 15],
    [1, 30],
    [1.1, 30],
  ])('fills a bar at %d with %i blocks', (share, blocks) => {
    expect(progressBar(share)).toBe('█'.repeat(blocks) + '░'.repeat(30 - blocks));
  });

  it('redraws one line on a terminal and replaces it at the end', () => {
    const tty = terminal(true);
    const progress = startProgress(tty);
    progress.update('1,000 of 2,000', 0.5);
    progress.update('1,500 sent');
    progress.end('sent');
    expect(tty.written).toEqual([
      `\r\x1b[K  ${'█'.repeat(15)}${'░'.repeat(15)} 1,000 of 2,000`,
      '\r\x1b[K  1,500 sent',
      '\r\x1b[K  sent\n',
    ]);
  });

  it('says a line every two seconds where there is no terminal', () => {
    const log = terminal(false);
    let now = 0;
    const progress = startProgress(log, () => now);
    for (now of [1_000, 2_000, 3_999, 4_000]) progress.update(`${now / 1_000} of 5`);
    progress.end('sent');
    expect(log.written).toEqual(['  2 of 5\n', '  4 of 5\n', '  sent\n']);
  });

  it('ends with the last state where nothing else is said, and with nothing where nothing was', () => {
    const log = terminal(false);
    startProgress(log).end();
    const progress = startProgress(log, () => 0);
    progress.update('3 of 5');
    progress.end();
    expect(log.written).toEqual(['  3 of 5\n']);
  });
});
