export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** The delimiter that a header line has most of; a comma where it has none. */
export function guessDelimiter(line: string): Delimiter {
  const outside = line.replaceAll(/"[^"]*"/g, '');
  const counted = delimiters.map((delimiter) => ({ delimiter, count: outside.split(delimiter).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

/** What is wrong with a header, in a sentence with its remedy; `undefined` for a good one. */
export function findHeaderProblem(columns: readonly string[], maxColumns: number): string | undefined {
  if (columns.length > maxColumns) return `The header has too many columns; send at most ${maxColumns}.`;
  const unnamed = columns.findIndex((column) => column === '');
  if (unnamed !== -1) return `Column ${unnamed + 1} of the header has no name; name it.`;
  if (columns.some((column) => /\r(?!\n)/.test(column)))
    return 'The header goes on behind a carriage return; end lines with a line feed.';
  const names = new Set<string>();
  const repeated = columns.find((column) => names.size === names.add(column).size);
  return repeated === undefined ? undefined : `The header has "${cutName(repeated)}" twice; rename one of the two.`;
}

/** A name of a column, short enough for a sentence. */
export const cutName = (column: string): string => column.slice(0, 60);
