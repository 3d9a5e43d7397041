import type { SalesforceSettings } from './settings.schema';

/** The last record that was read. A `from` of a person has no id. */
export interface RecordPlace {
  readonly at: string;
  readonly id?: string | undefined;
}

/** One query for all that was changed since, in the order in which it was (SOQL and SOSL Reference, Quoted String Escape Sequences). */
export function toSoql({ object, fields, where }: SalesforceSettings, since: RecordPlace | undefined): string {
  const selected = [...new Set(['Id', 'SystemModstamp', ...fields])].join(', ');
  const wanted = Object.entries(where).map(([field, value]) => `${field} = ${literal(value)}`);
  const conditions = [...wanted, ...(since ? [after(since)] : [])];
  const filter = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return `SELECT ${selected} FROM ${object}${filter} ORDER BY SystemModstamp ASC, Id ASC`;
}

function after({ at, id }: RecordPlace): string {
  const instant = new Date(at).toISOString();
  if (id === undefined) return `SystemModstamp >= ${instant}`;
  return `(SystemModstamp > ${instant} OR (SystemModstamp = ${instant} AND Id > ${literal(id)}))`;
}

const literal = (value: string | number | boolean | null): string =>
  typeof value === 'string'
    ? `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
    : String(value);
