import type { Terminal } from './io';

/** How far something long is. */
export interface Progress {
  /** The state in words; with a share of 1, a bar shows it too on a terminal. */
  update(text: string, share?: number): void;
  /** Ends with a line that stays: this one, or the last state. */
  end(line?: string): void;
}

const barWidth = 30;
const lineEveryMs = 2_000;

/** A line that redraws itself on a terminal; elsewhere one every two seconds. */
export function startProgress(terminal: Terminal, clock: () => number = Date.now): Progress {
  let saidAt = clock();
  let last = '';
  return {
    update: (text, share) => {
      last = text;
      if (terminal.isTTY) {
        const bar = share === undefined ? '' : `${progressBar(share)} `;
        return void terminal.write(`\r\x1b[K  ${bar}${text}`);
      }
      if (clock() - saidAt < lineEveryMs) return;
      saidAt = clock();
      terminal.write(`  ${text}\n`);
    },
    end: (line = last) => {
      if (line !== '') terminal.write(`${terminal.isTTY ? '\r\x1b[K' : ''}  ${line}\n`);
    },
  };
}

export function progressBar(share: number): string {
  const filled = Math.floor(Math.min(share, 1) * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
}
