import { randomUUID } from 'node:crypto';
import type { EventKind } from '../../domain/events/event';
import type { MeasureOptions } from '../../domain/events/measure-json';
import { parseEnvelope, parseEvent, type ParsedEvent, type ParseOptions } from '../../domain/events/parse-event';
import type { Rejection } from '../../domain/events/rejection';
import { isJsonObject } from '../../domain/json';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { withoutKeyTexts } from '../../store/key-text';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import { isTooDeep } from '../json-depth';
import { forbidden } from '../problem';
import type { JsonBody } from '../read-body';
import type { KeyCall } from '../route';
import { heedErased } from './heed-erased';

/** Events parsed and stored at a time: bounds how long one request keeps the process from the others. */
const chunkSize = 1_000;
const payloadKept = 4_096;

export interface RejectedEvent extends Rejection {
  readonly index: number;
  readonly messageId?: string;
}

export interface Ingested {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
}

export type IngestCall = KeyCall<unknown, unknown, JsonBody>;

/**
 * Checks each event, stores the good ones as pending and the refused ones as dead letters, and rings the intake. Answers after
 * a majority write; throws, promising nothing, when the store does not take them.
 */
export async function ingest(call: IngestCall, raws: readonly unknown[], kind?: EventKind): Promise<Ingested> {
  const lane = laneOf(call);
  const read = readerOf(call, kind);
  const firstArrival = numberArrivals(raws.length);
  const rejected: RejectedEvent[] = [];
  let accepted = 0;
  let duplicates = 0;
  for (let from = 0; from < raws.length; from += chunkSize) {
    const docs: EventDoc[] = [];
    const chunk = await heedErased(call, raws.slice(from, from + chunkSize).map(read));
    for (const [offset, parsed] of chunk.entries()) {
      const index = from + offset;
      if ('event' in parsed) {
        const arrival = { lane, bytes: parsed.bytes, n: firstArrival + index };
        docs.push(pendingEventDoc(call.deps.store.identifiers, call.ws, parsed.event, arrival));
      } else {
        const { rejection, messageId } = parsed;
        rejected.push({ index, ...(messageId !== undefined && { messageId }), ...rejection });
      }
    }
    const stored = await call.deps.store.events.insertPending(docs);
    count(call, docs, stored.duplicateIndexes);
    accepted += stored.inserted;
    duplicates += stored.duplicateIndexes.length;
  }
  if (accepted > 0) call.deps.ringIntake(call.ws, intakePartition);
  await bury(call, raws, rejected);
  return { accepted, duplicates, rejected };
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
}

async function bury(call: IngestCall, raws: readonly unknown[], rejected: readonly RejectedEvent[]): Promise<void> {
  const letters = rejected.map(({ index, messageId, code, path, message }): DeadLetter => {
    call.metrics.rejected.inc({ code });
    // Of somebody who was erased no copy comes into being.
    const isKept = code !== 'erased_identifier';
    const payload = isKept ? payloadOf(raws[index], call.deps.limits.maxJsonDepth) : undefined;
    return {
      stage: 'rejected',
      at: call.now,
      code,
      path,
      message,
      source: call.principal.source,
      ...(messageId !== undefined && { messageId }),
      ...(payload !== undefined && { payload }),
    };
  });
  await call.deps.store.deadLetters.add(call.ws, letters);
}

/** The event's JSON, without write keys, cut to a bounded length. Of one that nests too deep to be written, nothing. */
function payloadOf(raw: unknown, maxDepth: number): string | undefined {
  if (isTooDeep(raw, maxDepth)) return undefined;
  return withoutKeyTexts(JSON.stringify(raw)).slice(0, payloadKept).toWellFormed();
}
