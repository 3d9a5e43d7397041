import { importSource, type RowEvent } from '../../domain/imports/import-events';
import type { WorkspaceId } from '../../domain/ids';
import { rowOfErased } from '../../domain/privacy/admit-after-erasure';
import { cellsOf, textsOf } from '../../domain/privacy/texts-of';
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
  return {
    events: rows.events.filter((row) => !gone.has(row)),
    naming,
    refused: byRow([...[...gone].map(asErased), ...rows.refused]),
  };
}

const asErased = ({ row }: Pick<RefusedRow, 'row'>): RefusedRow => ({ row, ...erased });

/** A line of JSON, which may be cut, has no cells but its values. */
const textsIn = (text: string): readonly string[] => (/^\s*\{\s*"/.test(text) ? textsOf(text) : cellsOf(text));

interface ListOf {
  readonly id: string;
  readonly expiresAt: number;
}

/**
 * Stores refused rows, and of those that name somebody erased only that they do. That is looked up after they are stored: an erasure that
 * begins later finds them. Answers the rows as they are kept, and the indexes of those that were stored before.
 */
export async function keepRefused(
  { store: { identifiers, importRows }, policies }: Pick<ImportDeps, 'store' | 'policies'>,
  ws: WorkspaceId,
  { id, expiresAt }: ListOf,
  rows: readonly RefusedRow[],
): Promise<{ readonly kept: readonly RefusedRow[]; readonly known: readonly number[] }> {
  const known = await importRows.add(ws, id, 'refused', { rows, expiresAt });
  const { types } = (await policies.of(ws, importSource(id))).naming;
  const possible = possibleKeys(identifiers, ws, types);
  const naming = await namingErased(identifiers, ws, rows, ({ text }) => possible(textsIn(text)));
  await importRows.rewriteRefused(ws, id, [...naming].map(asErased));
  return { kept: rows.map((row) => (naming.has(row) ? asErased(row) : row)), known };
}

/** The same for rows that a dry run shows: one that names somebody erased meanwhile is taken out again. */
export async function keepPreview(
  { store: { identifiers, importRows } }: Pick<ImportDeps, 'store'>,
  ws: WorkspaceId,
  { id, expiresAt }: ListOf,
  events: readonly PlannedRow[],
): Promise<void> {
  const rows = events.map(({ row, show }) => ({ row, event: show() }));
  await importRows.add(ws, id, 'preview', { rows, expiresAt });
  const keysOf = ({ event }: PlannedRow) => event.identifiers.map((identifier) => identifiers.key(ws, identifier));
  await importRows.removePreview(ws, id, [...(await namingErased(identifiers, ws, events, keysOf))]);
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
