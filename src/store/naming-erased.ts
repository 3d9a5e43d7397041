import type { Event, Identifier } from '../domain/events/event';
import { identifierTypes } from '../domain/identity/identifier-types';
import { longestIdentifier, normaliseIdentifier } from '../domain/identity/normalise';
import type { WorkspaceId } from '../domain/ids';
import { admitAfterErasure } from '../domain/privacy/admit-after-erasure';
import type { IdentifierRepository } from './identifiers';

const rowsAtOnce = 100;
/** Of one row that was never read as an event. */
const mostTexts = 60;

/** Which of these rows have the key of somebody erased. Looked up in parts, between which others are served. */
export async function namingErased<Row>(
  identifiers: Pick<IdentifierRepository, 'read'>,
  rows: readonly Row[],
  keysOf: (row: Row) => readonly string[],
): Promise<ReadonlySet<Row>> {
  const naming = new Set<Row>();
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const keyed = rows.slice(from, from + rowsAtOnce).map((row) => ({ row, keys: keysOf(row) }));
    const { erased } = await identifiers.read([...new Set(keyed.flatMap(({ keys }) => keys))]);
    for (const { row, keys } of keyed) if (keys.some((key) => erased.has(key))) naming.add(row);
  }
  return naming;
}

interface OfErased<Row> {
  /** Rows that name somebody erased. */
  readonly naming: ReadonlySet<Row>;
  /** Of these, the rows that the intake would refuse. */
  readonly refused: ReadonlySet<Row>;
}

/** Which of these rows are of somebody erased, by what the intake would say of their events. */
export async function eventsOfErased<Row>(
  identifiers: Pick<IdentifierRepository, 'key' | 'read'>,
  ws: WorkspaceId,
  rows: readonly Row[],
  eventOf: (row: Row) => Event,
): Promise<OfErased<Row>> {
  const keysOf = (row: Row) => eventOf(row).identifiers.map((identifier) => identifiers.key(ws, identifier));
  const { erased } = await identifiers.read([...new Set(rows.flatMap(keysOf))]);
  if (erased.size === 0) return { naming: new Set(), refused: new Set() };
  const naming = rows.filter((row) => keysOf(row).some((key) => erased.has(key)));
  const erasedAt = (identifier: Identifier) => erased.get(identifiers.key(ws, identifier));
  const refused = naming.filter((row) => admitAfterErasure(eventOf(row), erasedAt) === 'refused');
  return { naming: new Set(naming), refused: new Set(refused) };
}

/** The keys under which these texts would be known, of a row that was never read as an event. */
export function possibleKeys(
  identifiers: Pick<IdentifierRepository, 'key'>,
  ws: WorkspaceId,
  texts: readonly string[],
): string[] {
  const looked = [...new Set(texts)].filter(({ length }) => length > 0 && length <= longestIdentifier);
  return looked.slice(0, mostTexts).flatMap((text) =>
    Object.keys(identifierTypes).flatMap((type) => {
      if (type === 'phone' && !/^[+\d\s()./-]{5,40}$/.test(text)) return [];
      const identifier = normaliseIdentifier(type, text);
      return identifier ? [identifiers.key(ws, identifier)] : [];
    }),
  );
}
