import { normaliseIdentifier } from '../../../domain/identity/normalise';
import { valueKey } from '../../../store/identifier-key';
import type { Store } from '../../../store/store';
import type { Erased } from './place';

/** Whether one of these texts, or a part of it that stands by itself, is an identifier of somebody erased. */
export function namesErased({ connection }: Store, { ws, values }: Erased, texts: readonly string[]): boolean {
  return texts.flatMap(formsOf).some((form) => values.has(valueKey(connection.masterKey, ws, form)));
}

/** Strings and numbers of a JSON text, which may be cut. */
export const textsOf = (json: string): string[] =>
  [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)].map(([text]) => readText(text));

/** Cells of a row of a file, whatever separates them, and the row itself. */
export const cellsOf = (row: string): string[] => [row, ...row.split(/[,;\t|]/), ...textsOf(row)].map(unquoted);

const unquoted = (cell: string): string => cell.trim().replace(/^"|"$/g, '');

function readText(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** As it stands, and as identifiers of some type are compared. */
function formsOf(text: string): string[] {
  const types = ['user_id', 'email', 'phone'];
  return [...new Set([text, ...types.flatMap((type) => normaliseIdentifier(type, text)?.value ?? [])])];
}
