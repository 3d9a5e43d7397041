import type { Naming } from '../../domain/events/event-identifiers';
import type { Event } from '../../domain/events/event';
import type { JsonLimits } from '../../domain/events/measure-json';
import type { IdentifierTypes } from '../../domain/identity/workspace-types';
import type { WorkspaceId } from '../../domain/ids';
import type { PageCounts } from '../../domain/pulls/pull-run';
import type { CompiledPlan } from '../../domain/tracking-plan/compile-plan';
import { judgeEvent, type Judged } from '../../domain/tracking-plan/judge-event';
import { omit } from '../../domain/json';
import { isTooDeep } from '../../domain/json-depth';
import { rowOfErased } from '../../domain/privacy/admit-after-erasure';
import { cellsOf, textsOf } from '../../domain/privacy/texts-of';
import { isTooOld } from '../../domain/privacy/too-old';
import { countCodes, type SourceTraffic } from '../../domain/traffic/source-counts';
import type { PulledPage, PulledRow } from '../../sources/source';
import { addLetters } from '../../store/add-letters';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { letterOf, rowLetterId, rowLetterOf } from '../../store/letter-of';
import { eventsOfErased, possibleKeys } from '../../store/naming-erased';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import type { SourcePolicies } from '../../store/source-policies';
import type { Store } from '../../store/store';
import type { TrafficRecorder } from '../../store/traffic-recorder';
import type { Doorbells } from '../../workflows/doorbells';
import type { IntakeMetrics } from '../intake-metrics';
import type { ConnectedSource } from './connected-source';
import { takingTurns } from '../turns';
import { pulledRowReader, type RowOutcome } from './read-pulled-row';

export interface TakePageDeps {
  readonly store: Pick<Store, 'events' | 'identifiers' | 'deadLetters' | 'letterEnds' | 'workspaces'>;
  readonly doorbells: Pick<Doorbells, 'intake'>;
  readonly clock: () => number;
  readonly limits: JsonLimits;
  readonly policies: Pick<SourcePolicies, 'of'>;
  readonly traffic: Pick<TrafficRecorder, 'accepted' | 'count'>;
  readonly metrics: Pick<IntakeMetrics, 'letters'>;
}

/** What becomes of a page: events that wait on the bulk lane, and dead letters. Taking it again changes nothing. */
export async function takePage(
  deps: TakePageDeps,
  ws: WorkspaceId,
  source: ConnectedSource,
  page: PulledPage,
): Promise<PageCounts> {
  const { store, traffic } = deps;
  const { key } = source.doc;
  const now = deps.clock();
  const giveWay = takingTurns();
  const { plan, naming } = await deps.policies.of(ws, key);
  const { rows, letters: unread } = await readPage(deps, { source, page, now, giveWay, naming });
  const retention = (await store.workspaces.find(ws))?.retention;
  const taken = rows.filter(({ event }) => !isTooOld(event, retention, now));
  // The intake would refuse them, and leave a letter each time.
  const ofErased = (await eventsOfErased(store.identifiers, ws, taken, ({ event }) => event)).refused;
  const toJudge = taken.filter((row) => !ofErased.has(row));
  const { docs, letters: keptOut } = await judgeRows(deps, ws, toJudge, { plan, giveWay, types: naming.types });
  const stored = await store.events.insertPending(docs);
  const possible = possibleKeys(store.identifiers, ws, naming.types);
  const keysOf = ({ naming, payload = '' }: Letter): readonly string[] =>
    naming ?? possible(textsOf(payload).flatMap(cellsOf));
  traffic.accepted(ws, key, docs, stored.duplicateIndexes);
  const letters = [...unread, ...keptOut, ...[...ofErased].map(({ event }) => erasedLetterOf(store, ws, event))];
  const known = (await addLetters(store, ws, letters, keysOf)).duplicateIndexes;
  const fresh = letters.filter((_, index) => !known.includes(index));
  for (const { stage, code } of fresh) deps.metrics.letters.inc({ stage, code });
  traffic.count(ws, key, now, refusalsOf(fresh));
  if (stored.inserted > 0) deps.doorbells.intake(ws, intakePartition);
  return {
    rows: page.rows.length + (page.unreadable ?? []).length,
    accepted: stored.inserted,
    duplicates: stored.duplicateIndexes.length,
    rejected: letters.length,
    // They may have counted already. A letter of each would keep what the workspace does not.
    tooOld: rows.length - taken.length,
  };
}

type EventRow = Extract<RowOutcome, { readonly event: unknown }>;

type GiveWay = () => Promise<void>;
interface PageOf {
  readonly source: ConnectedSource;
  readonly page: PulledPage;
  readonly now: number;
  readonly giveWay: GiveWay;
  readonly naming: Naming;
}

async function readPage(
  { limits }: TakePageDeps,
  { source: { doc, pulled }, page, now, giveWay, naming }: PageOf,
): Promise<{ readonly rows: readonly EventRow[]; readonly letters: readonly Letter[] }> {
  const source = doc.key;
  const read = pulledRowReader({ source, mapping: pulled.mapping, limits, now, naming, reading: page.reading });
  const rows: EventRow[] = [];
  const letters: Letter[] = (page.unreadable ?? []).map(({ code, message, name, text }) =>
    rowLetterOf({ at: now, source, name, code, message, path: '', text }),
  );
  for (const row of page.rows) {
    await giveWay();
    const result = read(row);
    if ('event' in result) rows.push(result);
    else {
      const { id: name, ...rejection } = result;
      letters.push(rowLetterOf({ at: now, source, name, ...rejection, text: textOf(row, limits) }));
    }
  }
  return { rows, letters };
}

interface Judging {
  readonly plan: CompiledPlan | undefined;
  readonly giveWay: GiveWay;
  readonly types: IdentifierTypes;
}

async function judgeRows(
  deps: TakePageDeps,
  ws: WorkspaceId,
  rows: readonly EventRow[],
  { plan, giveWay, types }: Judging,
): Promise<{ readonly docs: readonly EventDoc[]; readonly letters: readonly Letter[] }> {
  const docs: EventDoc[] = [];
  const letters: Letter[] = [];
  const first = numberArrivals(rows.length);
  for (const [index, row] of rows.entries()) {
    await giveWay();
    const judged = judgeEvent(row, plan);
    if ('rejection' in judged) {
      letters.push(planLetterOf(deps, ws, types, { ...judged, row }));
      continue;
    }
    const { event, bytes, violations } = judged;
    const arrival = { lane: 'bulk', bytes, n: first + index, violations } as const;
    docs.push(pendingEventDoc(deps.store.identifiers, ws, event, arrival));
  }
  return { docs, letters };
}

type Letter = DeadLetter & { readonly id: string; readonly state?: 'erased' };

/** What the plan kept out is whole, and can be replayed. Each reading of a source gives a fact another id: it is known by what it says. */
function planLetterOf(
  { store: { identifiers }, limits }: TakePageDeps,
  ws: WorkspaceId,
  types: IdentifierTypes,
  { row: { event, raw }, ...refused }: Extract<Judged, { rejection: unknown }> & { readonly row: EventRow },
): Letter {
  const { messageId, kind, source, receivedAt: at } = event;
  const name = kind === 'track' ? messageId : JSON.stringify(omit(raw, 'messageId'));
  const arrival = { at, source, isTrusted: true, lane: 'bulk' } as const;
  const letter = letterOf({ identifiers, limits, types }, ws, arrival, { ...refused, messageId, raw });
  return { ...letter, id: rowLetterId(source, name, letter.code) };
}

/**
 * One for a source and whom the row names, however often it is read and whatever it then says; made of keyed hashes, so that it does not
 * tell who that is.
 */
function erasedLetterOf(
  { identifiers }: TakePageDeps['store'],
  ws: WorkspaceId,
  { source, kind, receivedAt, identifiers: named }: Event,
): Letter {
  const keys = named.map((identifier) => identifiers.key(ws, identifier)).toSorted();
  const name = keys.join();
  const letter = rowLetterOf({ at: receivedAt, source, name, ...rowOfErased, path: '', text: undefined });
  return { ...letter, kind, state: 'erased' };
}

function refusalsOf(letters: readonly Letter[]): Partial<SourceTraffic> {
  const quarantined = letters.filter(({ stage }) => stage === 'quarantined').length;
  return { rejected: letters.length - quarantined, quarantined, rejectedByCode: countCodes(letters) };
}

const textOf = ({ row }: PulledRow, { maxDepth }: JsonLimits): string | undefined =>
  isTooDeep(row, maxDepth) ? undefined : JSON.stringify(row);
