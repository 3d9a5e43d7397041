import { randomUUID } from 'node:crypto';
import type { EventKind } from '../../domain/events/event';
import type { Naming } from '../../domain/events/event-identifiers';
import { parseEnvelope, parseEvent, type ParsedEvent, type ParseOptions } from '../../domain/events/parse-event';
import type { Rejection } from '../../domain/events/rejection';
import { inPlaces, type Translate } from '../../domain/events/translation';
import { isJsonObject } from '../../domain/json';
import { UnreadEvent } from '../parse-batch';
import type { IngestCall } from './ingest';

/** What became of one item of a request. */
export interface ReadEvent {
  readonly parsed: ParsedEvent;
  /** In our own words, so that it can be read again later; an item that has none is as it was sent. */
  readonly raw: unknown;
  /** Why it cannot be read again. */
  readonly notWhole?: 'too_large' | 'not_translated';
  /** Whether it may merge two known profiles. */
  readonly isTrusted: boolean;
}

export interface Readable {
  /** The kind that the path names. */
  readonly kind?: EventKind | undefined;
  readonly translate?: Translate | undefined;
  readonly naming?: Naming | undefined;
}

interface EventsReader {
  readonly read: (raw: unknown) => ReadEvent;
  /** Size of what the batch says for all its events; 0 when none of them can be read. */
  readonly envelopeBytes: number;
}

/** Reads the items of a request one by one: as events, of one kind where the path names it, or in the words of a vocabulary. */
export function readerOf(call: IngestCall, { kind, translate, naming }: Readable): EventsReader {
  const isPublic = call.principal.kind === 'public';
  const isTrusted = !isPublic;
  const options = optionsOf(call, { kind, naming }, isPublic);
  const unread = { rejection: tooLargeToRead(call.deps.limits.event.maxBytes) };
  const read: EventsReader['read'] = (raw) => {
    if ('code' in options) return { parsed: { rejection: options }, raw, isTrusted };
    if (raw instanceof UnreadEvent) return { parsed: unread, raw: undefined, notWhole: 'too_large', isTrusted };
    return translate ? readTranslated(raw, translate, options) : { parsed: parseEvent(raw, options), raw, isTrusted };
  };
  return { read, envelopeBytes: 'code' in options ? 0 : (options.envelope?.bytes ?? 0) };
}

function optionsOf(
  call: IngestCall,
  { kind, naming }: Pick<Readable, 'kind' | 'naming'>,
  isPublic: boolean,
): ParseOptions | Rejection {
  const json = { ...call.deps.limits.event, hasEscapes: call.body.hasEscapes };
  // A single event is its own envelope; what it says of itself is read once.
  const { value } = call.body;
  const isBatch = isJsonObject(value) && Object.hasOwn(value, 'batch');
  const envelope = parseEnvelope(kind === undefined && isBatch ? value : {}, json);
  if ('code' in envelope) return envelope;
  const { now: receivedAt, principal } = call;
  return {
    ...(kind && { kind }),
    ...{ envelope, receivedAt, source: principal.source, isTrusted: !isPublic, isPublic, json, naming },
    makeMessageId: randomUUID,
  };
}

/** What is wrong is told in the places of the sender's vocabulary. */
function readTranslated(item: unknown, translate: Translate, options: ParseOptions): ReadEvent {
  const translation = translate(item, options.naming?.types);
  if ('rejection' in translation)
    return { parsed: translation, raw: item, notWhole: 'not_translated', isTrusted: options.isTrusted };
  const { raw, mayMerge = true, places = {} } = translation;
  const isTrusted = options.isTrusted && mayMerge;
  const parsed = parseEvent(raw, { ...options, isTrusted });
  if ('event' in parsed) return { parsed, raw, isTrusted };
  return { parsed: { ...parsed, rejection: inPlaces(parsed.rejection, places) }, raw, isTrusted };
}

function tooLargeToRead(most: number): Rejection {
  return { code: 'too_large', path: '', message: `The event is larger than ${most} bytes; send less with it.` };
}
