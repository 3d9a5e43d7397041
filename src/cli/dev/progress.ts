/** How far something long is. Ends with a line that stays. */
export interface Progress {
  update(done: number): void;
  end(line: string): void;
}

export interface Terminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const barWidth = 30;
const lineEveryMs = 2_000;

/** A bar that redraws itself on a terminal; elsewhere a line every two seconds. */
export function startProgress(
  terminal: Terminal,
  { title, total, clock = Date.now }: { readonly title: string; readonly total: number; readonly clock?: () => number },
): Progress {
  let saidAt = clock();
  return {
    update: (done) => {
      if (terminal.isTTY) return void terminal.write(`\r  ${progressBar(done, total)} ${title} ${count(done, total)}`);
      if (clock() - saidAt < lineEveryMs) return;
      saidAt = clock();
      terminal.write(`  ${title} ${count(done, total)}\n`);
    },
    end: (line) => void terminal.write(`${terminal.isTTY ? '\r\x1b[K' : ''}  ${line}\n`),
  };
}

export function progressBar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.floor((Math.min(done, total) / total) * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
}

export const figure = (value: number): string => value.toLocaleString('en-GB');

const count = (done: number, total: number) => `${figure(Math.min(done, total))} of ${figure(total)}`;
