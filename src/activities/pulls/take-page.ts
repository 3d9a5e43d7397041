import type { JsonLimits } from '../../domain/events/measure-json';
import type { WorkspaceId } from '../../domain/ids';
import type { PageCounts } from '../../domain/pulls/pull-run';
import { judgeEvent, type Judged } from '../../domain/tracking-plan/judge-event';
import { omit, type JsonObject } from '../../domain/json';
import { isTooDeep } from '../../domain/json-depth';
import { cellsOf, textsOf } from '../../domain/privacy/texts-of';
import type { SourceTraffic } from '../../domain/traffic/source-counts';
import type { PulledPage, PulledRow } from '../../sources/source';
import { addLetters } from '../../store/add-letters';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { sha256Of, withoutKeyTexts } from '../../store/key-text';
import { possibleKeys } from '../../store/naming-erased';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import type { SourcePolicies } from '../../store/source-policies';
import type { Store } from '../../store/store';
import type { TrafficRecorder } from '../../store/traffic-recorder';
import type { Doorbells } from '../../workflows/doorbells';
import type { IntakeMetrics } from '../intake-metrics';
import type { ConnectedSource } from './connected-source';
import { rowReader } from './read-row';

export interface TakePageDeps {
  readonly store: Pick<Store, 'events' | 'identifiers' | 'deadLetters'>;
  readonly doorbells: Pick<Doorbells, 'intake'>;
  readonly clock: () => number;
  readonly limits: JsonLimits;
  readonly policies: Pick<SourcePolicies, 'of'>;
  readonly traffic: Pick<TrafficRecorder, 'accepted' | 'count'>;
  readonly metrics: Pick<IntakeMetrics, 'letters'>;
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
  const { plan } = await deps.policies.of(ws, source);
  const docs: EventDoc[] = [];
  const letters: Letter[] = (page.unreadable ?? []).map(({ code, message, name, text }) =>
    letterOf({ source, now, name }, { code, message, path: '' }, text),
  );
  const first = numberArrivals(page.rows.length);
  page.rows.forEach((row, index) => {
    const result = read(row);
    if (!('event' in result)) {
      letters.push(letterOf({ source, now, name: result.id }, result, payloadOf(row, deps.limits)));
      return;
    }
    const judged = judgeEvent(result, plan);
    if ('rejection' in judged) letters.push(planLetterOf(deps.store, ws, { source, now }, judged, result.raw));
    else {
      const { event, bytes, violations } = judged;
      const arrival = { lane: 'bulk', bytes, n: first + index, violations } as const;
      docs.push(pendingEventDoc(deps.store.identifiers, ws, event, arrival));
    }
  });
  const stored = await deps.store.events.insertPending(docs);
  const keysOf = ({ naming, payload = '' }: Letter): readonly string[] =>
    naming ?? possibleKeys(deps.store.identifiers, ws, textsOf(payload).flatMap(cellsOf));
  deps.traffic.accepted(ws, source, docs, stored.duplicateIndexes);
  const known = (await addLetters(deps.store, ws, letters, keysOf)).duplicateIndexes;
  const fresh = letters.filter((_, index) => !known.includes(index));
  for (const { stage, code } of fresh) deps.metrics.letters.inc({ stage, code });
  deps.traffic.count(ws, source, now, refusalsOf(fresh));
  if (stored.inserted > 0) await deps.doorbells.intake(ws, intakePartition);
  return {
    rows: page.rows.length + (page.unreadable ?? []).length,
    accepted: stored.inserted,
    duplicates: stored.duplicateIndexes.length,
    rejected: letters.length,
  };
}

type Letter = DeadLetter & { readonly id: string };

/** What the plan kept out is whole, and can be replayed. */
function planLetterOf(
  { identifiers }: TakePageDeps['store'],
  ws: WorkspaceId,
  { source, now }: { readonly source: string; readonly now: number },
  { stage, rejection, event }: Extract<Judged, { rejection: unknown }>,
  raw: JsonObject,
): Letter {
  const { messageId = '', kind, name, identifiers: named = [] } = event ?? {};
  return {
    ...omit(letterOf({ source, now, name: messageId }, rejection, undefined), 'notWhole'),
    ...{ stage, messageId, isTrusted: true, lane: 'bulk', payload: withoutKeyTexts(JSON.stringify(raw)) },
    ...(kind && { kind }),
    ...(kind === 'track' && name !== undefined && { event: name }),
    naming: named.map((identifier) => identifiers.key(ws, identifier)),
  };
}

function refusalsOf(letters: readonly Letter[]): Partial<SourceTraffic> {
  const refusedBy: Record<string, number> = {};
  for (const { code } of letters) refusedBy[code] = (refusedBy[code] ?? 0) + 1;
  const quarantined = letters.filter(({ stage }) => stage === 'quarantined').length;
  return { rejected: letters.length - quarantined, quarantined, refusedBy };
}

/** Its id is of the source and the row, so that a row that is read and refused again is one letter. */
function letterOf(
  { source, now, name }: { readonly source: string; readonly now: number; readonly name: string },
  { code, message, path }: { readonly code: string; readonly message: string; readonly path: string },
  payload: string | undefined,
): Letter {
  const id = `ddl_${sha256Of(JSON.stringify([source, name, code])).slice(0, 32)}`;
  return {
    id,
    stage: 'rejected',
    at: now,
    code,
    path,
    message,
    source,
    // A row is no event: what would read it again is the next run.
    notWhole: 'not_translated',
    ...(payload !== undefined && { payload: cut(payload) }),
  };
}

const payloadOf = ({ row }: PulledRow, { maxDepth }: JsonLimits): string | undefined =>
  isTooDeep(row, maxDepth) ? undefined : JSON.stringify(row);

const cut = (payload: string): string => withoutKeyTexts(payload).slice(0, payloadKept).toWellFormed();
