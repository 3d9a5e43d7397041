import { cutName } from '../rows/csv-header';
import { targetsOf } from '../rows/mapping-problems';
import type { RowMapping } from '../rows/row-mapping.schema';
import { suggestMapping } from '../rows/suggest-mapping';

/** What each row of an import is taken by: a mapping, or as the event that it is. */
export type RowsAs = RowMapping | 'events';
/** What was asked for; `auto` is a mapping guessed from the names of the columns. */
export type RowsAsked = RowsAs | 'auto';

/** The mapping to use on these columns, or why there is none. Of NDJSON, where they are the keys of the first row, there may be more than `maxColumns`. */
export function chooseMapping(
  asked: RowsAsked,
  columns: readonly string[],
  maxColumns: number,
): { readonly rows: RowsAs } | { readonly problem: string } {
  if (asked === 'events') return { rows: 'events' };
  if (asked === 'auto') {
    if (columns.length > maxColumns)
      return { problem: `The first row has too many keys to guess from; write a mapping of at most ${maxColumns}.` };
    const rows = suggestMapping(columns);
    return rows ? { rows } : { problem: 'No column has the name of an identifier; write a mapping.' };
  }
  const present = new Set(columns);
  const missing = targetsOf(asked).find(({ column }) => !present.has(column));
  if (!missing) return { rows: asked };
  const message = `The mapping names the column "${cutName(missing.column)}", which the file does not have; it has ${shown(columns)}.`;
  return { problem: message };
}

const shown = (columns: readonly string[]): string =>
  `${columns
    .slice(0, 20)
    .map((column) => `"${cutName(column)}"`)
    .join(', ')}${columns.length > 20 ? ', …' : ''}`;
