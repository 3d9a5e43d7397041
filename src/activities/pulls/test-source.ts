import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { JsonLimits } from '../../domain/events/measure-json';
import type { SourceSample } from '../../domain/pulls/source-sample';
import { SourceBusy, SourceRefused } from '../../sources/source';
import type { Store } from '../../store/store';
import { connectSource, type ConnectDeps, type ConnectedSource } from './connected-source';
import type { SourceRef } from './pulls';
import { pulledRowReader } from './read-pulled-row';

export interface SourceTestDeps extends ConnectDeps {
  readonly store: Pick<Store, 'sources' | 'pullStates'>;
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
      await deps.store.pullStates.keepTest(workspaceId(ws), source, test, JSON.stringify(sample));
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
    const rows = page.rows.slice(0, rowsShown).map((pulledRow) => {
      const result = read(pulledRow);
      if (!('event' in result)) return { row: pulledRow.row, rejected: { code: result.code, message: result.message } };
      const { kind, name, identifiers, traits, properties, occurredAt } = result.event;
      return { row: pulledRow.row, event: { kind, name, identifiers, traits, properties, occurredAt } };
    });
    const columns = [...new Set(rows.flatMap(({ row }) => Object.keys(row)))];
    return { ok: true, code: 'ok', detail: `The source answers with ${columns.length} columns.`, columns, rows };
  }
  return { ok: true, code: 'empty', detail: 'The source answers, and has no rows.', columns: [], rows: [] };
}
