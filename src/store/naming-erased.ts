import type { Event, Identifier } from '../domain/events/event';
import { longestIdentifier } from '../domain/identity/normalise';
import { meaningsOf, type IdentifierTypes } from '../domain/identity/workspace-types';
import type { WorkspaceId } from '../domain/ids';
import { admitAfterErasure } from '../domain/privacy/admit-after-erasure';
import type { IdentifierRepository } from './identifiers';

/** Looked up together, of one row or of several; between such parts others are served. */
const keysAtOnce = 2_000;
const mostKnown = 10_000;

/** Which of these rows have the key of somebody erased. Where nobody was, no key is made: rows that were never read have many. */
export async function namingErased<Row>(
  identifiers: Pick<IdentifierRepository, 'read' | 'hasErased'>,
  ws: WorkspaceId,
  rows: readonly Row[],
  keysOf: (row: Row) => readonly string[],
): Promise<ReadonlySet<Row>> {
  const naming = new Set<Row>();
  if (rows.length === 0 || !(await identifiers.hasErased(ws))) return naming;
  let part: { readonly row: Row; readonly keys: readonly string[] }[] = [];
  const look = async (): Promise<void> => {
    const { erased } = await identifiers.read([...new Set(part.flatMap(({ keys }) => keys))]);
    for (const { row, keys } of part) if (keys.some((key) => erased.has(key))) naming.add(row);
    part = [];
  };
  let size = 0;
  for (const row of rows) {
    const keys = keysOf(row);
    part.push({ row, keys });
    size += keys.length;
    if (size < keysAtOnce) continue;
    await look();
    size = 0;
  }
  await look();
  return naming;
}

interface OfErased<Row> {
  /** Rows that name somebody erased. */
  readonly naming: ReadonlySet<Row>;
  /** Of these, the rows that the intake would refuse. */
  readonly refused: ReadonlySet<Row>;
}

/** Which of these rows are of somebody erased, by what the intake would say of their events; it looks again. */
export async function eventsOfErased<Row>(
  identifiers: Pick<IdentifierRepository, 'key' | 'read' | 'hasErased'>,
  ws: WorkspaceId,
  rows: readonly Row[],
  eventOf: (row: Row) => Event,
): Promise<OfErased<Row>> {
  const keysOf = (row: Row) => eventOf(row).identifiers.map((identifier) => identifiers.key(ws, identifier));
  const none: OfErased<Row> = { naming: new Set(), refused: new Set() };
  if (rows.length === 0 || !(await identifiers.hasErased(ws))) return none;
  const { erased } = await identifiers.read([...new Set(rows.flatMap(keysOf))]);
  if (erased.size === 0) return none;
  const naming = rows.filter((row) => keysOf(row).some((key) => erased.has(key)));
  const erasedAt = (identifier: Identifier) => erased.get(identifiers.key(ws, identifier));
  const refused = naming.filter((row) => admitAfterErasure(eventOf(row), erasedAt) === 'refused');
  return { naming: new Set(naming), refused: new Set(refused) };
}

/**
 * The keys under which texts of a row that was never read as an event would be known: of all of them, since nothing tells which column
 * is whose. What is kept of such a row bounds how many they are.
 */
export function possibleKeys(
  identifiers: Pick<IdentifierRepository, 'key'>,
  ws: WorkspaceId,
  types: IdentifierTypes,
): (texts: readonly string[]) => string[] {
  const keysOf = (text: string): readonly string[] =>
    types.names.flatMap((type) => {
      if (type === 'phone' && !/^[+\d\s()./-]{5,40}$/.test(text)) return [];
      return meaningsOf(types, type, text).map((identifier) => identifiers.key(ws, identifier));
    });
  // Rows of JSON repeat the names of their columns.
  const known = new Map<string, readonly string[]>();
  return (texts) =>
    [...new Set(texts)].flatMap((text) => {
      if (text.length === 0 || text.length > longestIdentifier) return [];
      const keys = known.get(text) ?? keysOf(text);
      if (known.size < mostKnown) known.set(text, keys);
      return keys;
    });
}
