import { randomUUID } from 'node:crypto';
import type { EventKind } from '../../domain/events/event';
import type { MeasureOptions } from '../../domain/events/measure-json';
import { parseEnvelope, parseEvent, type ParsedEvent, type ParseOptions } from '../../domain/events/parse-event';
import type { Rejection } from '../../domain/events/rejection';
import { isJsonObject } from '../../domain/json';
import { judgeEvent } from '../../domain/tracking-plan/judge-event';
import type { EventDoc } from '../../store/documents';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import { forbidden } from '../problem';
import type { JsonBody } from '../read-body';
import type { KeyCall } from '../route';
import { bury, type RefusedEvent } from './bury';

/** Events parsed and stored at a time: bounds how long one request keeps the process from the others. */
const chunkSize = 1_000;

export interface RejectedEvent extends Rejection {
  readonly index: number;
  readonly messageId?: string;
}

export interface Ingested {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
  /** Kept out of profiles by the source's tracking plan, until they are replayed. */
  readonly quarantined: readonly RejectedEvent[];
}

export type IngestCall = KeyCall<unknown, unknown, JsonBody>;

/**
 * Checks each event, stores the good ones as pending and the others as dead letters, and rings the intake. Answers after
 * a majority write; throws, promising nothing, when the store does not take them.
 */
export async function ingest(call: IngestCall, raws: readonly unknown[], kind?: EventKind): Promise<Ingested> {
  const lane = laneOf(call);
  const { store, traffic, policies } = call.deps;
  const read = readerOf(call, kind);
  const { plan } = await policies.of(call.ws, call.principal.source);
  const firstArrival = numberArrivals(raws.length);
  const refused: RefusedEvent[] = [];
  let accepted = 0;
  let duplicates = 0;
  for (let from = 0; from < raws.length; from += chunkSize) {
    const docs: EventDoc[] = [];
    for (let index = from; index < Math.min(from + chunkSize, raws.length); index += 1) {
      const judged = judgeEvent(read(raws[index]), plan);
      if ('rejection' in judged) {
        refused.push({ index, raw: raws[index], ...judged });
        continue;
      }
      const arrival = { lane, bytes: judged.bytes, n: firstArrival + index };
      const doc = pendingEventDoc(store.identifiers, call.ws, judged.event, arrival);
      docs.push(judged.violations ? { ...doc, violations: judged.violations } : doc);
    }
    const stored = await store.events.insertPending(docs);
    count(call, docs, stored.duplicateIndexes);
    traffic.accepted(call.ws, call.principal.source, docs, stored.duplicateIndexes);
    accepted += stored.inserted;
    duplicates += stored.duplicateIndexes.length;
  }
  if (accepted > 0) call.deps.ringIntake(call.ws, intakePartition);
  await bury(call, refused, { lane, kind });
  return { accepted, duplicates, ...splitRefused(refused) };
}

/** What was refused, by what becomes of it; without the events. */
function splitRefused(refused: readonly RefusedEvent[]): Pick<Ingested, 'rejected' | 'quarantined'> {
  const of = (wanted: RefusedEvent['stage']): RejectedEvent[] =>
    refused
      .filter(({ stage }) => stage === wanted)
      .map(({ index, messageId, rejection }) => ({
        index,
        ...(messageId !== undefined && { messageId }),
        ...rejection,
      }));
  return { rejected: of('rejected'), quarantined: of('quarantined') };
}

function readerOf(call: IngestCall, kind: EventKind | undefined): (raw: unknown) => ParsedEvent {
  const { limits } = call.deps;
  const json: MeasureOptions = {
    maxBytes: limits.maxEventBytes,
    maxDepth: limits.maxJsonDepth,
    hasEscapes: call.body.hasEscapes,
    byteLength: (text) => Buffer.byteLength(text),
  };
  // A single event is its own envelope; what it says of itself is read once.
  const { value } = call.body;
  const envelope = parseEnvelope(kind === undefined && isJsonObject(value) ? value : {}, json);
  if ('code' in envelope) return () => ({ rejection: envelope });
  const options: ParseOptions = {
    ...(kind && { kind }),
    envelope,
    receivedAt: call.now,
    source: call.principal.source,
    isTrusted: call.principal.kind !== 'public',
    json,
    makeMessageId: randomUUID,
  };
  return (raw) => parseEvent(raw, options);
}

function laneOf(call: IngestCall): EventDoc['lane'] {
  if (call.header('x-heddle-lane') !== 'bulk') return 'live';
  if (call.principal.kind === 'public') throw forbidden('Only a secret key may send on the bulk lane.');
  return 'bulk';
}

function count({ metrics }: IngestCall, docs: readonly EventDoc[], duplicateIndexes: readonly number[]): void {
  const kinds = new Map<string, number>();
  for (const { kind } of docs) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const index of duplicateIndexes) {
    const kind = docs[index]?.kind ?? 'track';
    kinds.set(kind, (kinds.get(kind) ?? 1) - 1);
  }
  for (const [kind, number] of kinds) metrics.accepted.inc({ kind }, number);
  metrics.duplicates.inc(duplicateIndexes.length);
  metrics.flagged.inc(docs.filter((doc) => doc.violations).length);
}
