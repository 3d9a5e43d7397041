import fc from 'fast-check';
import { plain, table, widthOf } from './table';

describe('table', () => {
  it('aligns columns under their headers, figures to the right', () => {
    expect(
      table(
        ['state', 'deliveries', 'why'],
        [
          ['delivered', '1,204', ''],
          ['dead', '7', 'rejected by vendor'],
        ],
      ),
    ).toBe(
      [
        'state      deliveries  why', //
        'delivered       1,204',
        'dead                7  rejected by vendor',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['plain letters', 'abc', 3],
    ['wide characters', '日本語', 6],
    ['a letter with its accent apart', 'e\u0301', 1],
    ['an emoji of several code points', '👨‍👩‍👧', 2],
    ['a flag', '🇩🇪', 2],
  ])('counts %s', (_, text, width) => expect(widthOf(text)).toBe(width));

  it('keeps columns in line whatever the script', () => {
    const lines = table(['name', 'n'], [['日本', 'a'], ['Ünï', 'b']]).split('\n'); // prettier-ignore
    expect(lines.slice(0, 3)).toEqual(['name  n', '日本  a', 'Ünï   b']);
  });

  it('cuts the widest cells where the terminal is too narrow', () => {
    expect(table(['key', 'name'], [['vip', 'Everybody who spent much']], 16)).toBe('key  name\nvip  Everybody …\n');
  });

  it('stays within the terminal as far as columns can shrink, and never breaks a line', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 22, max: 120 }),
        (rows, width) => {
          const lines = table(['one', 'two', 'three'], rows, width).split('\n');
          expect(lines).toHaveLength(rows.length + 2);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('shows nothing that could move the cursor or turn the text', () => {
    expect(plain('a\u001b[2Jb\r\nc\u202edx')).toBe('a [2Jb c dx');
  });
});
