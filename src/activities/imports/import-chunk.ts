import {
  allImports,
  importRowReader,
  importSource,
  type ReadImportRow,
  type RowEvent,
} from '../../domain/imports/import-events';
import { addToTally, type RefusedExample, type ImportTally, type StepTally } from '../../domain/imports/import-tally';
import type { CompiledPlan } from '../../domain/tracking-plan/compile-plan';
import { countCodes } from '../../domain/traffic/source-counts';
import { judgeEvent } from '../../domain/tracking-plan/judge-event';
import { textOf } from '../../domain/rows/read-record';
import type { FileRecord } from '../../domain/rows/record-scanner';
import type { WorkspaceId } from '../../domain/ids';
import type { Import, ImportFile } from '../../store/imports';
import type { RefusedRow } from '../../store/import-rows';
import { pendingEventDoc } from '../../store/pending-event';
import {
  keepPreview,
  keepRefused,
  withoutErased,
  withoutTooOld,
  type Admitted,
  type PlannedRow,
} from './admitted-rows';
import { takingTurns } from '../turns';
import type { ImportDeps } from './import-kind';

export interface ChunkOf {
  readonly ws: WorkspaceId;
  readonly found: Import;
  readonly file: ImportFile;
  readonly records: readonly FileRecord[];
  readonly tally: ImportTally;
  readonly now: number;
}

/** Rows stored at a time, while those behind them are read. */
const rowsAtOnce = 500;
const rowsPreviewed = 20;
const textKept = 4_096;

/** Stores a chunk's rows as pending events, and what was refused with its reason. Done twice, it does the same once. */
export async function importChunk(deps: ImportDeps, of: ChunkOf): Promise<ImportTally> {
  const { found, file, records, now } = of;
  const { plan, naming } = await deps.policies.of(of.ws, importSource(found.id));
  const read = importRowReader({
    id: found.id,
    shape: file,
    rows: file.rows,
    statedAt: file.storedAt,
    receivedAt: now,
    limits: deps.limits,
    naming,
    list: found.definition.into?.list,
  });
  const planned = (record: FileRecord, row: number) => underPlan(read(record, row), plan);
  let taken = Promise.resolve(of.tally);
  for (let from = 0; from < records.length; from += rowsAtOnce) {
    const rows = await readRows(records.slice(from, from + rowsAtOnce), of.tally.rows + from + 1, planned);
    const before = await taken;
    taken = takeRows(deps, { ...of, tally: before }, rows).then((step) => addToTally(before, step));
    // Whoever awaits it hears of it, which is after the next rows are read.
    taken.catch(() => undefined);
  }
  return taken;
}

/** What the workspace's tracking plan keeps out is a refused row, whether it would be quarantined or rejected: a file is sent again. */
function underPlan(
  outcome: ReturnType<ReadImportRow>,
  plan: CompiledPlan | undefined,
): PlannedRow | { refused: RefusedExample } {
  if (!('event' in outcome)) return outcome;
  const judged = judgeEvent(outcome, plan);
  if (!('rejection' in judged)) return { ...outcome, ...judged };
  const { code, path, message } = judged.rejection;
  return { refused: { row: outcome.row, code, column: path, message } };
}

interface ReadRows {
  readonly events: readonly PlannedRow[];
  readonly refused: readonly RefusedRow[];
}

type Planned = ReturnType<typeof underPlan>;

async function readRows(
  records: readonly FileRecord[],
  first: number,
  read: (record: FileRecord, row: number) => Planned,
): Promise<ReadRows> {
  const events: PlannedRow[] = [];
  const refused: RefusedRow[] = [];
  const giveWay = takingTurns();
  for (const [index, record] of records.entries()) {
    await giveWay();
    const outcome = read(record, first + index);
    if ('event' in outcome) events.push(outcome);
    else refused.push({ ...outcome.refused, text: textOf(record).slice(0, textKept).toWellFormed() });
  }
  return { events, refused };
}

async function takeRows(deps: ImportDeps, of: ChunkOf, rows: ReadRows): Promise<StepTally> {
  const { ws, found, now } = of;
  const admitted = await withoutTooOld(deps, ws, await withoutErased(deps, ws, rows), now);
  const kept = await report(deps, of, admitted.refused);
  const stored = found.definition.dryRun
    ? await tryEvents(deps, of, admitted)
    : await storeEvents(deps, ws, admitted.events);
  const shown = kept.map(({ row, code, column, message }) => ({ row, code, column, message }));
  return { known: 0, ...stored, rejected: shown };
}

/** Stores and counts them; those that a step of before has reported, which was cut short, are counted. Answers them as they are kept. */
async function report(deps: ImportDeps, of: ChunkOf, rows: readonly RefusedRow[]): Promise<readonly RefusedRow[]> {
  const { ws, found, now } = of;
  const { kept, known } = await keepRefused(deps, ws, listOf(deps, of), rows);
  const fresh = kept.filter((_, index) => !known.includes(index));
  if (!found.definition.dryRun && fresh.length > 0)
    deps.traffic.count(ws, allImports, now, { rejected: fresh.length, rejectedByCode: countCodes(fresh) });
  return kept;
}

const listOf = ({ keepMs }: ImportDeps, { found, now }: ChunkOf) => ({ id: found.id, expiresAt: now + keepMs });

type Stored = Pick<StepTally, 'accepted' | 'duplicates'> & Partial<Pick<StepTally, 'known'>>;

/** An event that this row has stored before, in a step that was cut short, is no repetition. */
async function storeEvents(
  { store, traffic }: ImportDeps,
  ws: WorkspaceId,
  events: readonly PlannedRow[],
): Promise<Stored> {
  const docs = events.map(({ event, bytes, row, violations }) =>
    pendingEventDoc(store.identifiers, ws, event, { lane: 'bulk', bytes, n: row, violations }),
  );
  const { inserted, duplicateIndexes } = await store.events.insertPending(docs);
  const known = duplicateIndexes.flatMap((index) => events[index] ?? []);
  const arrivals = await store.events.arrivals(
    ws,
    known.map(({ event }) => event.messageId),
  );
  const isOwn = (index: number): boolean => {
    const [doc, arrival] = [docs[index], arrivals.get(docs[index]?.messageId ?? '')];
    return doc !== undefined && arrival?.source === doc.source && arrival.n === doc.n;
  };
  // The step of before has counted them.
  const own = new Set(duplicateIndexes.filter(isOwn));
  const counted = [...docs.keys()].filter((index) => !own.has(index));
  const isDuplicate = new Set(duplicateIndexes);
  const duplicates = counted.flatMap((index, place) => (isDuplicate.has(index) ? [place] : []));
  traffic.accepted(
    ws,
    allImports,
    counted.flatMap((index) => docs[index] ?? []),
    duplicates,
  );
  return { accepted: inserted + own.size, duplicates: duplicates.length };
}

/** What storing would do, without doing it. */
async function tryEvents(
  deps: ImportDeps,
  of: ChunkOf,
  { events, naming }: Pick<Admitted, 'events' | 'naming'>,
): Promise<Stored> {
  const { ws, tally } = of;
  const { store } = deps;
  const arrivals = await store.events.arrivals(
    ws,
    events.map(({ event }) => event.messageId),
  );
  const fresh = events.filter(({ event }) => !arrivals.has(event.messageId));
  const keysOf = ({ event }: RowEvent) => event.identifiers.map((identifier) => store.identifiers.key(ws, identifier));
  const { owners } = await store.identifiers.read([...new Set(fresh.flatMap(keysOf))]);
  const known = fresh.filter((each) => keysOf(each).some((key) => owners.has(key))).length;
  const room = Math.max(rowsPreviewed - tally.accepted, 0);
  const shown = fresh.filter((row) => !naming.has(row));
  await keepPreview(deps, ws, listOf(deps, of), shown.slice(0, room));
  return { accepted: fresh.length, duplicates: events.length - fresh.length, known };
}
