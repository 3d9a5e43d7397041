import { isJsonObject, own, type Json, type JsonObject } from '../json';
import { readConsent } from '../consent/read-consent';
import { effectiveAt, eventKinds, type Event, type EventKind } from './event';
import { identifiersOf, type Naming } from './event-identifiers';
import { EventReader } from './event-reader';
import { occurredAtOf, readEventInstant } from './event-time';
import { measureJson, type MeasureOptions } from './measure-json';
import { isPublicId, publicMark, toPublicId } from './message-id';
import { isOwn, ownMark } from './own';
import { kindOf, type Rejection } from './rejection';
import { traitExpiryOf } from './trait-expiry';

/** What rules and waits call any event. */
const anyEvent = '*';

/** What a batch says for all its events. */
export interface Envelope {
  readonly context: JsonObject;
  readonly integrations: JsonObject;
  /** Size of the two, which every event carries. */
  readonly bytes: number;
  readonly sentAt?: number;
}

const emptyEnvelope: Envelope = { context: {}, integrations: {}, bytes: 0 };

export interface ParseOptions {
  /** The kind the path names; a batch names it per event. */
  readonly kind?: EventKind;
  /** Empty unless a batch has one. */
  readonly envelope?: Envelope;
  readonly receivedAt: number;
  /** When it happened unless the event says so itself; else when it was received. */
  readonly statedAt?: number;
  readonly source: string;
  readonly isTrusted: boolean;
  /** Sent with a key that anybody may have. */
  readonly isPublic?: boolean;
  readonly json: MeasureOptions;
  /** How the workspace reads identifiers; absent the usual way. */
  readonly naming?: Naming | undefined;
  /** For events that come without. */
  readonly makeMessageId: () => string;
}

/** The `messageId` is as it is kept, also of one that is refused. */
export type ParsedEvent =
  { readonly event: Event; readonly bytes: number } | { readonly rejection: Rejection; readonly messageId?: string };

/** Reads one event as Segment's and RudderStack's clients send it. Never throws: what is wrong with it is the answer. */
export function parseEvent(raw: unknown, options: ParseOptions): ParsedEvent {
  if (!isJsonObject(raw)) {
    const message = `An event is an object; this is ${kindOf(raw)}.`;
    return { rejection: { code: 'not_an_object', path: '', message } };
  }
  const { envelope = emptyEnvelope, json } = options;
  const measured = measureJson(raw, { ...json, maxBytes: json.maxBytes - envelope.bytes });
  if ('code' in measured) return reject(raw, measured, options);
  const reader = new EventReader(raw);
  const event = readEvent(reader, { ...options, envelope });
  if (reader.rejection || !event) return reject(raw, reader.rejection as Rejection, options);
  return { event, bytes: measured.bytes + envelope.bytes };
}

/** The envelope of a batch, or why no event of it can be read. */
export function parseEnvelope(raw: JsonObject, json: MeasureOptions): Envelope | Rejection {
  const reader = new EventReader(raw);
  const parts = { context: reader.object('context'), integrations: reader.object('integrations') };
  const measured = measureJson(parts, json);
  if (reader.rejection) return reader.rejection;
  if ('code' in measured) return measured;
  const sentAt = readEventInstant(own(raw, 'sentAt'));
  const isEmpty = Object.keys(parts.context).length + Object.keys(parts.integrations).length === 0;
  return { ...parts, bytes: isEmpty ? 0 : measured.bytes, ...(sentAt !== undefined && { sentAt }) };
}

function reject(raw: JsonObject, rejection: Rejection, { isPublic }: ParseOptions): ParsedEvent {
  const messageId = own(raw, 'messageId');
  const isShown = typeof messageId === 'string' && messageId.length <= 255 && messageId.isWellFormed();
  if (!isShown) return { rejection };
  return { rejection, messageId: isPublic ? toPublicId(messageId) : messageId };
}

type InEnvelope = ParseOptions & { readonly envelope: Envelope };

function readEvent(reader: EventReader, options: InEnvelope): Event | undefined {
  const kind = options.kind ?? readKind(reader);
  if (kind === undefined) return undefined;
  const context = merged(options.envelope.context, reader.object('context'));
  const traits = readTraits(reader, kind, context);
  const identifiers = identifiersOf(reader, { kind, context, traits }, options.naming);
  if (identifiers.length === 0) reader.refuse('no_identifier', '', noIdentifier);
  const integrations = merged(options.envelope.integrations, reader.object('integrations'));
  const times = readTimes(reader, options);
  const event: Event = {
    messageId: readMessageId(reader, options) || options.makeMessageId(),
    kind,
    name: kind === 'track' ? readName(reader) : kind,
    ...times,
    identifiers,
    properties: readProperties(reader, kind),
    traits,
    ...(kind === 'identify' && traitExpiryOf(reader, { context, traits, at: effectiveAt(times) })),
    context,
    ...(Object.keys(integrations).length > 0 && { integrations }),
    source: options.source,
    isTrusted: options.isTrusted,
  };
  const { fault } = readConsent(event);
  if (fault) reader.refuse(fault.code, fault.path, fault.message);
  return event;
}

const noIdentifier =
  'The event has no usable identifier; send userId, anonymousId, context.device.id or context.externalIds. Placeholders such as "null" do not count.';

/** The one place that decides under which id an event counts once. */
function readMessageId(reader: EventReader, { isPublic }: ParseOptions): string | undefined {
  const sent = reader.id(reader.raw, 'messageId');
  if (!sent) return undefined;
  if (isPublic) return toPublicId(sent);
  if (isPublicId(sent)) return reader.refuse('invalid_id', '/messageId', markedId);
  return isOwn(sent) ? reader.refuse('invalid_id', '/messageId', ownId) : sent;
}

const markedId = `messageId begins with "${publicMark}", as those of public keys are kept; send another.`;
const ownId = `messageId begins with "${ownMark}", as those of events that Heddle itself makes; send another.`;

function readKind(reader: EventReader): EventKind | undefined {
  const type = own(reader.raw, 'type');
  const kind = eventKinds.find((one) => one === type);
  if (kind) return kind;
  const given = typeof type === 'string' ? 'another text' : type === undefined ? 'absent' : kindOf(type);
  return reader.refuse('unknown_type', '/type', `type is ${given}; send one of ${eventKinds.join(', ')}.`);
}

function readName(reader: EventReader): string {
  const name = own(reader.raw, 'event');
  if (typeof name === 'string' && isOwn(name)) return reader.refuse('invalid_event_name', '/event', ownName) ?? '';
  if (typeof name === 'string' && name !== anyEvent && name !== '' && name.length <= 255) return name;
  reader.refuse('invalid_event_name', '/event', `event is ${nameGiven(name)}; send a name of 1 to 255 characters.`);
  return '';
}

const ownName = `event begins with "${ownMark}", as the names of events that Heddle itself makes; send another name.`;

function nameGiven(name: Json | undefined): string {
  if (name === undefined) return 'absent';
  if (typeof name !== 'string') return kindOf(name);
  return name === anyEvent ? `"${anyEvent}", which rules read as any event` : `text of ${name.length} characters`;
}

/** `timestamp` wins over `originalTimestamp`: RudderStack's client sends a historical time in the first and now in the second. */
function readTimes(reader: EventReader, { receivedAt, statedAt, envelope }: InEnvelope) {
  const saidAt = reader.instant('timestamp') ?? reader.instant('originalTimestamp');
  const sentAt = readEventInstant(own(reader.raw, 'sentAt')) ?? envelope.sentAt;
  return {
    occurredAt: occurredAtOf({ receivedAt, saidAt: saidAt ?? statedAt, sentAt }),
    receivedAt,
    ...(saidAt !== undefined && { sentOccurredAt: saidAt }),
    ...(sentAt !== undefined && { sentAt }),
  };
}

/** Traits of the person from `identify`, of the group from `group`. Only `identify` takes those of the context along. */
function readTraits(reader: EventReader, kind: EventKind, context: JsonObject): JsonObject {
  const traits = reader.object('traits');
  if (kind === 'group') return traits;
  return kind === 'identify' ? merged(reader.object('traits', context, '/context/traits'), traits) : {};
}

/** Properties, with what `page`, `screen` and `group` say beside them. */
function readProperties(reader: EventReader, kind: EventKind): JsonObject {
  const properties = reader.object('properties');
  if (kind === 'group') return merged(present({ groupId: reader.id(reader.raw, 'groupId') }), properties);
  if (kind !== 'page' && kind !== 'screen') return properties;
  return merged(present({ name: own(reader.raw, 'name'), category: own(reader.raw, 'category') }), properties);
}

const present = (values: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Json] => (entry[1] ?? null) !== null));

/** Spread defines keys as data, also `__proto__`. */
function merged(under: JsonObject, over: JsonObject): JsonObject {
  return Object.keys(under).length === 0 ? over : { ...under, ...over };
}
