import type { JsonLimits } from '../../domain/events/measure-json';
import type { WorkspaceId } from '../../domain/ids';
import type { PageCounts } from '../../domain/pulls/pull-run';
import type { PulledPage, PulledRow } from '../../sources/source';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { sha256Of, withoutKeyTexts } from '../../store/key-text';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import type { Store } from '../../store/store';
import type { Doorbells } from '../../workflows/doorbells';
import type { ConnectedSource } from './connected-source';
import { rowReader } from './read-row';

export interface TakePageDeps {
  readonly store: Pick<Store, 'events' | 'identifiers' | 'deadLetters'>;
  readonly doorbells: Pick<Doorbells, 'intake'>;
  readonly clock: () => number;
  readonly limits: JsonLimits;
}

const payloadKept = 4_096;

/** What becomes of a page: events that wait on the bulk lane, and dead letters. Taking it again changes nothing. */
export async function takePage(
  deps: TakePageDeps,
  ws: WorkspaceId,
  { doc, pulled }: ConnectedSource,
  page: PulledPage,
): Promise<PageCounts> {
  const now = deps.clock();
  const source = doc.key;
  const read = rowReader({ source, mapping: pulled.mapping, limits: deps.limits, now, reading: page.reading });
  const docs: EventDoc[] = [];
  const letters: (DeadLetter & { readonly id: string })[] = (page.unreadable ?? []).map(
    ({ code, message, name, text }) => letterOf({ source, now, name }, { code, message, path: '' }, text),
  );
  const first = numberArrivals(page.rows.length);
  page.rows.forEach((row, index) => {
    const result = read(row);
    if ('event' in result) {
      const arrival = { lane: 'bulk', bytes: result.bytes, n: first + index } as const;
      docs.push(pendingEventDoc(deps.store.identifiers, ws, result.event, arrival));
    } else letters.push(letterOf({ source, now, name: result.id }, result, payloadOf(row, deps.limits)));
  });
  const stored = await deps.store.events.insertPending(docs);
  await deps.store.deadLetters.addOnce(ws, letters);
  if (stored.inserted > 0) await deps.doorbells.intake(ws, intakePartition);
  return {
    rows: page.rows.length + (page.unreadable ?? []).length,
    accepted: stored.inserted,
    duplicates: stored.duplicateIndexes.length,
    rejected: letters.length,
  };
}

/** Its id is of the source and the row, so that a row that is read and refused again is one letter. */
function letterOf(
  { source, now, name }: { readonly source: string; readonly now: number; readonly name: string },
  { code, message, path }: { readonly code: string; readonly message: string; readonly path: string },
  payload: string | undefined,
): DeadLetter & { readonly id: string } {
  const id = `ddl_${sha256Of(JSON.stringify([source, name, code])).slice(0, 32)}`;
  return {
    id,
    stage: 'rejected',
    at: now,
    code,
    path,
    message,
    source,
    ...(payload !== undefined && { payload: cut(payload) }),
  };
}

const payloadOf = ({ row }: PulledRow, limits: JsonLimits): string | undefined =>
  depthOf(row, limits.maxDepth) > limits.maxDepth ? undefined : JSON.stringify(row);

function depthOf(value: unknown, atMost: number): number {
  if (typeof value !== 'object' || value === null || atMost < 0) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((child) => depthOf(child, atMost - 1)));
}

const cut = (payload: string): string => withoutKeyTexts(payload).slice(0, payloadKept).toWellFormed();
