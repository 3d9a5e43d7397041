import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventKind } from '../../domain/events/event';
import type { MeasureOptions } from '../../domain/events/measure-json';
import { parseEnvelope, parseEvent, type ParsedEvent, type ParseOptions } from '../../domain/events/parse-event';
import type { Rejection } from '../../domain/events/rejection';
import { inPlaces, type Translate, type Translation } from '../../domain/events/translation';
import { isJsonObject } from '../../domain/json';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { withoutKeyTexts } from '../../store/key-text';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import { isTooDeep } from '../json-depth';
import { UnreadEvent } from '../parse-batch';
import { forbidden } from '../problem';
import type { JsonBody } from '../read-body';
import type { KeyCall } from '../route';
import { eventsPerInsert } from './event-writer';
import { vocabularyOf } from './vocabulary-of';

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

/** How to read what came: as events of one kind, or in another vocabulary than the source's. */
export interface Reading {
  readonly kind?: EventKind | undefined;
  readonly translate?: Translate | undefined;
}

export type IngestCall = KeyCall<unknown, unknown, JsonBody>;

/**
 * Checks each event, stores the good ones as pending and the refused ones as dead letters, and rings the intake. Answers after
 * a majority write; throws, promising nothing, when the store does not take them.
 */
export async function ingest(
  call: IngestCall,
  raws: readonly unknown[],
  { kind, translate }: Reading = {},
): Promise<Ingested> {
  const lane = laneOf(call);
  const read = readerOf(call, kind, translate ?? (await vocabularyOf(call)));
  const firstArrival = numberArrivals(raws.length);
  const rejected: RejectedEvent[] = [];
  let accepted = 0;
  let duplicates = 0;
  for (let from = 0; from < raws.length; from += eventsPerInsert) {
    const docs: EventDoc[] = [];
    for (let index = from; index < Math.min(from + eventsPerInsert, raws.length); index += 1) {
      const parsed = read(raws[index]);
      if ('event' in parsed) {
        const arrival = { lane, bytes: parsed.bytes, n: firstArrival + index };
        docs.push(pendingEventDoc(call.deps.store.identifiers, call.ws, parsed.event, arrival));
      } else {
        const { rejection, messageId } = parsed;
        rejected.push({ index, ...(messageId !== undefined && { messageId }), ...rejection });
      }
    }
    // Without anything to wait for, others would be served only after the last event.
    if (docs.length === 0) await nextTurn();
    const stored = await call.events.write(`${call.ws}:${call.principal.keyId}`, docs);
    count(call, docs, stored.duplicateIndexes);
    accepted += stored.inserted;
    duplicates += stored.duplicateIndexes.length;
  }
  if (accepted > 0) call.deps.ringIntake(call.ws, intakePartition);
  await bury(call, raws, rejected);
  return { accepted, duplicates, rejected };
}

function readerOf(call: IngestCall, kind?: EventKind, translate?: Translate): (raw: unknown) => ParsedEvent {
  const { limits } = call.deps;
  const json: MeasureOptions = {
    maxBytes: limits.maxEventBytes,
    maxDepth: limits.maxJsonDepth,
    hasEscapes: call.body.hasEscapes,
    byteLength: (text) => Buffer.byteLength(text),
  };
  // A single event is its own envelope; what it says of itself is read once.
  const { value } = call.body;
  const isBatch = isJsonObject(value) && Object.hasOwn(value, 'batch');
  const envelope = parseEnvelope(kind === undefined && isBatch ? value : {}, json);
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
  const unread = { rejection: tooLargeToRead(limits.maxEventBytes) };
  const read = (raw: unknown): ParsedEvent =>
    translate ? parseTranslated(translate(raw), options) : parseEvent(raw, options);
  return (raw) => (raw instanceof UnreadEvent ? unread : read(raw));
}

/** What is wrong is told in the places of the sender's vocabulary. */
function parseTranslated(translation: Translation, options: ParseOptions): ParsedEvent {
  if ('rejection' in translation) return translation;
  const { raw, mayMerge = true, places = {} } = translation;
  const parsed = parseEvent(raw, { ...options, isTrusted: options.isTrusted && mayMerge });
  return 'event' in parsed ? parsed : { ...parsed, rejection: inPlaces(parsed.rejection, places) };
}

function tooLargeToRead(most: number): Rejection {
  return { code: 'too_large', path: '', message: `The event is larger than ${most} bytes; send less with it.` };
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

/** In parts, between which others are served. */
async function bury(call: IngestCall, raws: readonly unknown[], rejected: readonly RejectedEvent[]): Promise<void> {
  for (let from = 0; from < rejected.length; from += eventsPerInsert) {
    const letters = rejected.slice(from, from + eventsPerInsert).map((one) => letterOf(call, raws[one.index], one));
    await call.deps.store.deadLetters.add(call.ws, letters);
  }
}

function letterOf(call: IngestCall, raw: unknown, { messageId, code, path, message }: RejectedEvent): DeadLetter {
  call.metrics.rejected.inc({ code });
  const payload = payloadOf(raw, call.deps.limits.maxJsonDepth);
  return {
    ...{ stage: 'rejected', at: call.now, code, path, message, source: call.principal.source },
    ...(messageId !== undefined && { messageId }),
    ...(payload !== undefined && { payload }),
  };
}

/** The event's JSON, without write keys, cut to a bounded length. Of one that nests too deep to be written, nothing. */
function payloadOf(raw: unknown, maxDepth: number): string | undefined {
  if (raw instanceof UnreadEvent || isTooDeep(raw, maxDepth)) return undefined;
  return withoutKeyTexts(JSON.stringify(raw)).slice(0, payloadKept).toWellFormed();
}
