import { targetsOf } from '../rows/mapping-problems';
import type { RowMapping } from '../rows/row-mapping.schema';
import { suggestMapping } from '../rows/suggest-mapping';

/** What each row of an import is taken by: a mapping, or as the event that it is. */
export type RowsAs = RowMapping | 'events';
/** What was asked for; `auto` is a mapping guessed from the names of the columns. */
export type RowsAsked = RowsAs | 'auto';

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** The delimiter that a header line has most of; a comma where it has none. */
export function guessDelimiter(line: string): Delimiter {
  const outside = line.replaceAll(/"[^"]*"/g, '');
  const counted = delimiters.map((delimiter) => ({ delimiter, count: outside.split(delimiter).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

export interface HeaderLimits {
  readonly maxColumns: number;
}

/** What is wrong with a header, in a sentence with its remedy; `undefined` for a good one. */
export function findHeaderProblem(columns: readonly string[], { maxColumns }: HeaderLimits): string | undefined {
  if (columns.length > maxColumns) return `The header has ${columns.length} columns; send at most ${maxColumns}.`;
  const unnamed = columns.findIndex((column) => column === '');
  if (unnamed !== -1) return `Column ${unnamed + 1} of the header has no name; name it.`;
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  return repeated === undefined ? undefined : `The header has "${cut(repeated)}" twice; rename one of the two.`;
}

/** The mapping to use on these columns, or why there is none. */
export function chooseMapping(
  asked: RowsAsked,
  columns: readonly string[],
): { readonly rows: RowsAs } | { readonly problem: string } {
  if (asked === 'events') return { rows: 'events' };
  if (asked === 'auto') {
    const rows = suggestMapping(columns);
    return rows ? { rows } : { problem: 'No column has the name of an identifier; write a mapping.' };
  }
  const missing = targetsOf(asked).find(({ column }) => !columns.includes(column));
  if (!missing) return { rows: asked };
  const message = `The mapping names the column "${cut(missing.column)}", which the file does not have; it has ${shown(columns)}.`;
  return { problem: message };
}

const cut = (text: string): string => text.slice(0, 60);
const shown = (columns: readonly string[]): string =>
  `${columns
    .slice(0, 20)
    .map((column) => `"${cut(column)}"`)
    .join(', ')}${columns.length > 20 ? ', …' : ''}`;
