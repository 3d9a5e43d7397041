import { z } from 'zod';
import type { JsonLimits } from '../../domain/events/measure-json';
import { emptyTally, ImportTally } from '../../domain/imports/import-tally';
import { importSource } from '../../domain/imports/import-events';
import type { WorkspaceId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import type { Import, ImportFile } from '../../store/imports';
import { intakePartition } from '../../store/pending-event';
import type { SourcePolicies } from '../../store/source-policies';
import type { Store } from '../../store/store';
import type { TrafficRecorder } from '../../store/traffic-recorder';
import { waitForIntake, waitForRoom, type BulkLaneDeps } from '../bulk-lane';
import { defineOperation, type Step } from '../operations/define-operation';
import { OperationFailed, type OperationContext, type OperationKind } from '../operations/operation-kind';
import type { WorkMetrics } from '../work-metrics';
import { importChunk } from './import-chunk';

export interface ImportDeps extends BulkLaneDeps {
  readonly store: Pick<
    Store,
    'events' | 'identifiers' | 'imports' | 'importChunks' | 'importRows' | 'deadLetters' | 'workspaces'
  >;
  readonly policies: Pick<SourcePolicies, 'of'>;
  readonly traffic: Pick<TrafficRecorder, 'accepted' | 'count'>;
  readonly metrics: Pick<WorkMetrics, 'importedRows'>;
  readonly ringIntake: (ws: WorkspaceId, partition: number) => void;
  /** What one event may be. */
  readonly limits: JsonLimits;
  /** How long refused rows and previews are kept, in milliseconds. */
  readonly keepMs: number;
}

/** Where an import has come to. */
const Cursor = z.object({
  chunk: z.int(),
  tally: ImportTally,
  /** How many more events the bulk lane had room for when it was last looked at. */
  room: z.int().default(0),
  /** When the last events were stored: the intake takes them in that order. */
  storedAt: z.number().optional(),
});
type Cursor = z.output<typeof Cursor>;

/** A file of an operation that nobody ends goes at last. */
const fileKeptMs = 30 * 24 * 3_600_000;
/** How long one step waits for the intake before it lets itself be looked at. */
const mostMs = 4_000;

/** Rows → pending events on the bulk lane, chunk by chunk; it has ended when the intake has taken the last of them. */
export function createImportKind(deps: ImportDeps): OperationKind {
  return defineOperation({
    cursor: Cursor,
    beginning: { chunk: 0, tally: emptyTally, room: 0 },
    step: (context, cursor) => step(deps, context, cursor),
    ended: async ({ ws, operation }) => {
      const found = await deps.store.imports.find(ws, operation.id);
      if (found?.file) await deps.store.importChunks.remove(ws, found.file.upload);
    },
  });
}

/** An import with its file, and where it has come to. */
interface Running {
  readonly found: Import;
  readonly file: ImportFile;
  readonly cursor: Cursor;
}

async function step(deps: ImportDeps, context: OperationContext, cursor: Cursor): Promise<Step<Cursor>> {
  const { ws, operation, signal, now } = context;
  const found = await deps.store.imports.find(ws, operation.id);
  if (!found?.file) throw new OperationFailed('gone', 'The import is no longer there.');
  const { file } = found;
  if (operation.cursor === undefined) {
    await deps.store.importChunks.keep(ws, file.upload, now + fileKeptMs);
    return at(file, cursor);
  }
  const running: Running = { found, file, cursor };
  if (cursor.chunk < file.chunkCount) return at(file, await takeChunk(deps, context, running));
  const { storedAt } = cursor;
  const isTaken = storedAt === undefined || (await waitForIntake(deps, ws, storedAt, { signal, mostMs }));
  if (!isTaken) return at(file, cursor);
  return { progress: progressOf(file, cursor), result: await resultOf(deps, context, running) };
}

const progressOf = ({ rowCount }: ImportFile, { tally }: Cursor) => ({ done: tally.rows, total: rowCount });
const at = (file: ImportFile, cursor: Cursor): Step<Cursor> => ({ progress: progressOf(file, cursor), cursor });

async function takeChunk(
  deps: ImportDeps,
  context: OperationContext,
  { found, file, cursor }: Running,
): Promise<Cursor> {
  const { ws, signal, now } = context;
  const { dryRun } = found.definition;
  const room = dryRun || cursor.room > 0 ? cursor.room : await waitForRoom(deps, ws, { signal, mostMs });
  if (!dryRun && room === 0) return cursor;
  const records = await deps.store.importChunks.find(ws, file.upload, cursor.chunk);
  if (!records) throw new OperationFailed('file_gone', 'The file is no longer stored; import it again.');
  const tally = await importChunk(deps, { ws, found, file, records, tally: cursor.tally, now });
  if (!dryRun) {
    countRows(deps, cursor.tally, tally);
    deps.ringIntake(ws, intakePartition);
  }
  return {
    chunk: cursor.chunk + 1,
    tally,
    room: Math.max(room - records.length, 0),
    ...(!dryRun && { storedAt: now }),
  };
}

function countRows({ metrics: { importedRows } }: ImportDeps, before: ImportTally, after: ImportTally): void {
  importedRows.inc({ outcome: 'accepted' }, after.accepted - before.accepted);
  importedRows.inc({ outcome: 'duplicate' }, after.duplicates - before.duplicates);
  importedRows.inc({ outcome: 'rejected' }, after.rejected - before.rejected);
}

async function resultOf(
  deps: ImportDeps,
  { ws, operation }: OperationContext,
  { found, file, cursor }: Running,
): Promise<JsonObject> {
  const { accepted, known, unknown, rejectedByCode, examples, ...counts } = cursor.tally;
  const refusals = { rejectedByCode, examples: examples.map((example) => ({ ...example })) };
  const common = { ...counts, ...refusals, columns: file.columns };
  if (found.definition.dryRun)
    return { dryRun: true, wouldApply: accepted, wouldUpdate: known, wouldCreate: unknown, ...common };
  // Accepted rows that the intake could not apply, or would not, of somebody who was erased while they waited.
  const unapplied = await deps.store.deadLetters.countUnapplied(ws, importSource(operation.id), operation.createdAt);
  return { dryRun: false, applied: accepted - unapplied, unapplied, ...common };
}
