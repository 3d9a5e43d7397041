import type { Terminal } from './io';

/** One line that rewrites itself on a terminal; elsewhere only the last state is printed. */
export function progressLine(terminal: Terminal) {
  let last = '';
  return {
    update: (text: string): void => {
      last = text;
      if (terminal.isTTY) terminal.write(`\r\u001b[K${text}`);
    },
    end: (): void => {
      if (last !== '') terminal.write(terminal.isTTY ? '\n' : `${last}\n`);
    },
  };
}
