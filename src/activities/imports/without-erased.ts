import type { Identifier } from '../../domain/events/event';
import type { RowEvent } from '../../domain/imports/import-events';
import type { WorkspaceId } from '../../domain/ids';
import { admitAfterErasure } from '../../domain/privacy/admit-after-erasure';
import { cellsOf } from '../../domain/privacy/texts-of';
import type { Violation } from '../../domain/tracking-plan/violation';
import type { RefusedRow } from '../../store/import-rows';
import { namingErased, possibleKeys } from '../../store/naming-erased';
import type { ImportDeps } from './import-kind';

export type PlannedRow = RowEvent & { readonly violations?: readonly Violation[] };

export interface Admitted {
  readonly events: readonly PlannedRow[];
  /** Of the events, those that also name somebody erased: the intake takes that out of them. */
  readonly naming: ReadonlySet<PlannedRow>;
  readonly refused: readonly RefusedRow[];
}

const message = 'The row names somebody who was erased.';

/** Refuses rows of people who were erased, as the intake would, and keeps nothing of what they say. */
export async function withoutErased(
  { store: { identifiers } }: Pick<ImportDeps, 'store'>,
  ws: WorkspaceId,
  rows: { readonly events: readonly PlannedRow[]; readonly refused: readonly RefusedRow[] },
): Promise<Admitted> {
  const keysOf = ({ event }: PlannedRow) => event.identifiers.map((identifier) => identifiers.key(ws, identifier));
  const { erased } = await identifiers.read([...new Set(rows.events.flatMap(keysOf))]);
  const naming = new Set(rows.events.filter((row) => keysOf(row).some((key) => erased.has(key))));
  const erasedAt = (identifier: Identifier) => erased.get(identifiers.key(ws, identifier));
  const gone = new Set([...naming].filter(({ event }) => admitAfterErasure(event, erasedAt) === 'refused'));
  const unread = await namingErased(identifiers, rows.refused, ({ text }) =>
    possibleKeys(identifiers, ws, cellsOf(text)),
  );
  const asErased = ({ row }: { readonly row: number }): RefusedRow => ({
    row,
    code: 'erased',
    column: '',
    message,
    text: '',
  });
  return {
    events: rows.events.filter((row) => !gone.has(row)),
    naming,
    refused: [...[...gone].map(asErased), ...rows.refused.map((row) => (unread.has(row) ? asErased(row) : row))].sort(
      (one, other) => one.row - other.row,
    ),
  };
}
