import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const page = join(__dirname, '../docs/guides/what-happens-when.md');
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| case') && !line.startsWith('| --'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** The titles that a cell links to, each with the file where it is said to be. */
const shownBy = (cell = ''): (readonly [string, string])[] =>
  [...cell.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)].map(([, title = '', file = '']) => [title, file]);

it.each(rows.map((cells) => [cells[1] ?? '', cells] as const))(
  '%s: has a test in the domain and one on real servers',
  (_, cells) => {
    for (const cell of [cells[3], cells[4]]) {
      const tests = shownBy(cell);
      expect(tests).not.toEqual([]);
      for (const [title, file] of tests) {
        expect(readFileSync(join(dirname(page), file), 'utf8')).toContain(title);
      }
    }
  },
);
