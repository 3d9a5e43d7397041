import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { JsonLimits } from '../../domain/events/measure-json';
import { isTooDeep } from '../../domain/json-depth';
import type { SampleRow, SourceSample } from '../../domain/pulls/source-sample';
import { SourceBusy, SourceRefused, type PulledRow } from '../../sources/source';
import type { Store } from '../../store/store';
import { connectSource, type ConnectDeps, type ConnectedSource } from './connected-source';
import type { SourceRef } from './pulls';
import { pulledRowReader, type RowOutcome } from './read-pulled-row';

export interface SourceTestDeps extends ConnectDeps {
  readonly store: Pick<Store, 'sources' | 'sourceTests'>;
  readonly clock: () => number;
  readonly limits: JsonLimits;
}

export interface SourceTestRef extends SourceRef {
  /** Under which the result is kept. */
  readonly test: string;
}

const rowsShown = 5;
const timeoutMs = 30_000;

export type SourceTestActivities = ReturnType<typeof createSourceTestActivities>;

export function createSourceTestActivities(deps: SourceTestDeps) {
  return {
    /** Reads a source's first rows, from its beginning, and stores nothing of them but the result for whoever asked. */
    testSource: async ({ ws, source, test }: SourceTestRef): Promise<void> => {
      const sample = await sampleOf(deps, workspaceId(ws), source);
      await deps.store.sourceTests.keep(workspaceId(ws), source, test, JSON.stringify(sample));
    },
  };
}

async function sampleOf(deps: SourceTestDeps, ws: WorkspaceId, key: string): Promise<SourceSample> {
  const nothing = { columns: [], rows: [] };
  try {
    const source = await connectSource(deps, ws, key);
    if (!source)
      return { ok: false, code: 'source-gone', detail: 'The source is gone, or is not one that is asked.', ...nothing };
    return await readSample(deps, source);
  } catch (error) {
    if (!(error instanceof SourceRefused || error instanceof SourceBusy)) throw error;
    return { ok: false, code: error.code, detail: error.message, ...nothing };
  }
}

async function readSample(
  { clock, limits }: SourceTestDeps,
  { doc, puller, pulled, context }: ConnectedSource,
): Promise<SourceSample> {
  const now = clock();
  const signal = AbortSignal.timeout(timeoutMs);
  const read = pulledRowReader({ source: doc.key, mapping: pulled.mapping, limits, now });
  for await (const page of puller.pull({
    ...context,
    cursor: undefined,
    overlapMs: 0,
    pageRows: rowsShown,
    signal,
    now,
  })) {
    const first = page.rows.slice(0, rowsShown);
    const columns = [...new Set(first.flatMap(({ row }) => Object.keys(row)))];
    const rows = first.map((row, index) => sampleRow(row, read(row), { number: index + 1, ...limits }));
    return { ok: true, code: 'ok', detail: `The source answers with ${columns.length} columns.`, columns, rows };
  }
  return { ok: true, code: 'empty', detail: 'The source answers, and has no rows.', columns: [], rows: [] };
}

/** What nests deeper than an event may is not shown, as it may be too deep to be written; a row that is refused for it says which it is. */
function sampleRow(
  { row }: PulledRow,
  read: RowOutcome,
  { number, maxDepth }: Pick<JsonLimits, 'maxDepth'> & { readonly number: number },
): SampleRow {
  const shown = Object.fromEntries(Object.entries(row).filter(([, value]) => !isTooDeep(value, maxDepth - 1)));
  if (!('event' in read)) {
    const { code, message } = read;
    return { row: shown, rejected: { code, message: code === 'too_deep' ? `Row ${number}: ${message}` : message } };
  }
  const { kind, name, identifiers, traits, properties, occurredAt } = read.event;
  return { row: shown, event: { kind, name, identifiers, traits, properties, occurredAt } };
}
