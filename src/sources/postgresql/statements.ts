import type { PostgresqlSettings } from './settings.schema';

/** A name as SQL quotes it. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const fromOf = ({ table, query = '' }: PostgresqlSettings): string =>
  table === undefined ? `(${query.trim().replace(/;$/, '')}\n)` : table.split('.').map(quote).join('.');

/** No rows, and what columns they would have. */
export const describe = (settings: PostgresqlSettings): string => `SELECT * FROM ${fromOf(settings)} AS pulled LIMIT 0`;

export interface Bound {
  readonly where: string;
  readonly values: readonly (string | number)[];
}

export interface ColumnTypes {
  readonly cursor: string | undefined;
  readonly key: string;
}

/** After the last row that was read. */
export function after(
  settings: PostgresqlSettings,
  types: ColumnTypes,
  at: { readonly at?: string | undefined; readonly key: string },
): Bound {
  const key = quote(settings.key);
  if (settings.cursor === undefined || at.at === undefined)
    return { where: `${key} > $1::${types.key}`, values: [at.key] };
  return {
    where: `(${quote(settings.cursor)}, ${key}) > ($1::${types.cursor}, $2::${types.key})`,
    values: [at.at, at.key],
  };
}

/** From a value of the cursor on; of times, some seconds before. */
export function from(cursor: string, type: string | undefined, at: string, overlapSeconds: number): Bound {
  if (overlapSeconds === 0) return { where: `${quote(cursor)} >= $1::${type}`, values: [at] };
  return { where: `${quote(cursor)} >= $1::${type} - make_interval(secs => $2::int)`, values: [at, overlapSeconds] };
}

/** One page, in the order of what was changed first. */
export function page(settings: PostgresqlSettings, bound: Bound | undefined, rows: number): string {
  const { cursor, key } = settings;
  const order = cursor === undefined ? quote(key) : `${quote(cursor)}, ${quote(key)}`;
  const known = cursor === undefined ? [] : [`${quote(cursor)} IS NOT NULL`];
  const conditions = [...known, ...(bound ? [bound.where] : [])];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return `SELECT * FROM ${fromOf(settings)} AS pulled${where} ORDER BY ${order} LIMIT ${rows}`;
}
