import { textsOf } from '../privacy/texts-of';
import type { RowsAsked } from './choose-mapping';

/** What is written in an import by whoever asked for it, but for words of ours: where it might name a person. */
export function textsOfImport({
  name = '',
  rows,
  columns = [],
}: {
  readonly name?: string;
  readonly rows: RowsAsked;
  readonly columns?: readonly string[];
}): string[] {
  const mapping =
    typeof rows === 'string' ? [] : [...Object.keys(rows.columns), ...textsOf(JSON.stringify(rows.constants))];
  return [name, ...columns, ...mapping];
}
