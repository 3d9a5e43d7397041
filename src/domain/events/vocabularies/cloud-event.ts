import { isKindName } from '../event';
import { longestIdentifier } from '../../identity/normalise';
import type { IdentifierTypes } from '../../identity/workspace-types';
import { isJsonObject, own, type Json, type JsonObject } from '../../json';
import { kindOf, type Rejection } from '../rejection';
import { ofObject, refuse, type ExternalId } from '../translation';

/** Attributes with a meaning of their own; every other member of a CloudEvent is an extension. */
const attributes: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'subject',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);

/**
 * A CloudEvent in the JSON format (CloudEvents specification 1.0.2, "Required attributes" and "JSON event format"):
 * `source` and `id` → `messageId`, `type` → event name or kind, `time` → `timestamp`, `subject` → identifier, `data` → properties or
 * traits. Extensions, `source`, `type` and `dataschema` stay in `context.cloudevent`.
 */
export const translateCloudEvent = ofObject((item, types) => {
  const fault = findFault(item);
  if (fault) return { rejection: fault };
  const [id, source, type] = ['id', 'source', 'type'].map((name) => own(item, name) as string) as [
    string,
    string,
    string,
  ];
  // A source is a URI reference, so it holds no space, and the two cannot run into each other.
  const messageId = `${source} ${id}`;
  if (messageId.length > longestIdentifier)
    return refuse(
      'invalid_id',
      '/id',
      `source and id have more than ${longestIdentifier} characters together; shorten one.`,
    );
  const raw = {
    ...contentOf(type, own(item, 'data') ?? {}),
    messageId,
    timestamp: own(item, 'time') ?? null,
    context: { externalIds: externalIdsOf(item, types), cloudevent: envelopeOf(item) },
  };
  return { raw, places };
});

const places = {
  '/messageId': '/id',
  '/event': '/type',
  '/timestamp': '/time',
  '/properties': '/data',
  '/traits': '/data',
  '/userId': '/subject',
  '/context/externalIds/0/id': '/subject',
  '/context/cloudevent': '',
};

function findFault(item: JsonObject): Rejection | undefined {
  const version = own(item, 'specversion');
  if (version !== '1.0') {
    const message = 'specversion is not "1.0", the only version of CloudEvents that is read here.';
    return { code: 'invalid_envelope', path: '/specversion', message };
  }
  const missing = ['id', 'source', 'type'].find((name) => (own(item, name) || null) === null);
  const wrong = missing ?? ['id', 'source', 'type', 'subject'].find((name) => !isTextOrAbsent(own(item, name)));
  if (wrong !== undefined) {
    const message = `${wrong} is ${given(own(item, wrong))}; a CloudEvent has it as text that is not empty.`;
    return { code: 'invalid_envelope', path: `/${wrong}`, message };
  }
  if (Object.hasOwn(item, 'data_base64'))
    return { code: 'invalid_object', path: '/data_base64', message: 'data_base64 is binary; send data as JSON.' };
  return undefined;
}

const isTextOrAbsent = (value: Json | undefined): boolean => typeof (value ?? '') === 'string';

const given = (value: Json | undefined): string =>
  value === undefined ? 'absent' : value === '' ? 'empty' : kindOf(value);

/** A type that is one of our kinds is that kind; any other is what happened. */
function contentOf(type: string, data: Json): JsonObject {
  // What is no object, such as a number or a list, is the one property there is.
  const fields = isJsonObject(data) ? data : { data };
  if (!isKindName(type) || type === 'track') return { type: 'track', event: type, properties: fields };
  if (type === 'identify') return { type, traits: fields };
  if (type === 'group') return { type, groupId: own(fields, 'groupId') ?? null, traits: fields };
  return { type, name: own(fields, 'name') ?? null, previousId: own(fields, 'previousId') ?? null, properties: fields };
}

/** `subject` is `type:value`, or a `user_id` as it stands; the extensions `userid` and `anonymousid` are what they say. */
function externalIdsOf(item: JsonObject, types: IdentifierTypes): ExternalId[] {
  const subject = (own(item, 'subject') ?? null) as string | null;
  const [user, anonymous] = [own(item, 'userid') ?? null, own(item, 'anonymousid') ?? null];
  return [
    ...(subject === null ? [] : [readSubject(subject, types)]),
    ...(user === null ? [] : [{ type: 'user_id', id: user }]),
    ...(anonymous === null ? [] : [{ type: 'anonymous_id', id: anonymous }]),
  ];
}

function readSubject(subject: string, types: IdentifierTypes): ExternalId {
  const [type = '', ...rest] = subject.split(':');
  const isTyped = rest.length > 0 && types.has(type);
  return isTyped ? { type, id: rest.join(':') } : { type: 'user_id', id: subject };
}

/** What the sender wrote around the data, where there is no field of ours for it. */
function envelopeOf(item: JsonObject): JsonObject {
  const kept = ['source', 'type', 'dataschema'];
  return Object.fromEntries(
    Object.entries(item).filter(([name, value]) => value !== null && (kept.includes(name) || !attributes.has(name))),
  );
}

/**
 * A CloudEvent in binary mode as one in the JSON format: `ce-` headers, percent-encoded as the HTTP protocol binding 1.0.2 says, and the
 * body as `data`. Answers `undefined` for a request without such headers.
 */
export function fromBinaryMode(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  data: Json | undefined,
): JsonObject | undefined {
  const named = Object.entries(headers).flatMap(([name, value]): [string, Json][] =>
    name.startsWith('ce-') && typeof value === 'string' ? [[name.slice(3), decoded(value)]] : [],
  );
  if (named.length === 0) return undefined;
  return Object.fromEntries(data === undefined ? named : [...named, ['data', data]]);
}

/** Text that is not percent-encoded as it should be is taken as it stands. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
