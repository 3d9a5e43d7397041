import type { RowEvent } from '../../domain/imports/import-events';
import type { WorkspaceId } from '../../domain/ids';
import { rowOfErased } from '../../domain/privacy/admit-after-erasure';
import { cellsOf } from '../../domain/privacy/texts-of';
import { isTooOld, tooOld } from '../../domain/privacy/too-old';
import type { Violation } from '../../domain/tracking-plan/violation';
import type { RefusedRow } from '../../store/import-rows';
import { eventsOfErased, namingErased, possibleKeys } from '../../store/naming-erased';
import type { ImportDeps } from './import-kind';

export type PlannedRow = RowEvent & { readonly violations?: readonly Violation[] };

export interface Admitted {
  readonly events: readonly PlannedRow[];
  /** Of the events, those that also name somebody erased: the intake takes that out of them. */
  readonly naming: ReadonlySet<PlannedRow>;
  readonly refused: readonly RefusedRow[];
}

const erased = { ...rowOfErased, column: '', text: '' };

/** Refuses rows of people who were erased, as the intake would, and keeps nothing of what they say. */
export async function withoutErased(
  { store: { identifiers } }: Pick<ImportDeps, 'store'>,
  ws: WorkspaceId,
  rows: { readonly events: readonly PlannedRow[]; readonly refused: readonly RefusedRow[] },
): Promise<Admitted> {
  const { naming, refused: gone } = await eventsOfErased(identifiers, ws, rows.events, ({ event }) => event);
  const unread = await namingErased(identifiers, rows.refused, ({ text }) =>
    possibleKeys(identifiers, ws, cellsOf(text)),
  );
  const asErased = ({ row }: Pick<RefusedRow, 'row'>): RefusedRow => ({ row, ...erased });
  const refused = rows.refused.map((row) => (unread.has(row) ? asErased(row) : row));
  return {
    events: rows.events.filter((row) => !gone.has(row)),
    naming,
    refused: byRow([...[...gone].map(asErased), ...refused]),
  };
}

const tooOldToKeep = { ...tooOld, column: '', text: '' };

/**
 * Refuses rows of what happened before the workspace's events begin, and does not keep what they say for longer either. Those that are in
 * the log still are known, as before.
 */
export async function withoutTooOld(
  { store }: Pick<ImportDeps, 'store'>,
  ws: WorkspaceId,
  rows: Admitted,
  now: number,
): Promise<Admitted> {
  const retention = (await store.workspaces.find(ws))?.retention;
  const old = rows.events.filter(({ event }) => isTooOld(event, retention, now));
  const arrivals = await store.events.arrivals(
    ws,
    old.map(({ event }) => event.messageId),
  );
  const gone = new Set(old.filter(({ event }) => !arrivals.has(event.messageId)));
  const refused = [...gone].map(({ row }): RefusedRow => ({ row, ...tooOldToKeep }));
  return {
    ...rows,
    events: rows.events.filter((row) => !gone.has(row)),
    refused: byRow([...rows.refused, ...refused]),
  };
}

const byRow = (rows: readonly RefusedRow[]): RefusedRow[] => rows.toSorted((one, other) => one.row - other.row);
