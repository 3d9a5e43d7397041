import { isJsonObject, withKey, type Json, type JsonObject } from '../domain/json';
import type { HttpRequest } from './destination';
import { sha256Hex } from './normalise/sha256';

/** A request as it may be shown and stored: what it does and looks like, without secrets and without people. */
export interface Preview {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** Headers whose values say nothing about anybody. */
const plainHeaders: readonly string[] = ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp'];
/** Names in bodies whose values are ours: kinds, keys and ids. */
const plainNames: readonly string[] = [
  'type',
  'timestamp',
  'id',
  'journey',
  'version',
  'step',
  'enrollment',
  'audience',
  'operation',
  'schema',
  'subtype',
  'customer_file_source',
];
/** Members of a body that are kept; the rest is counted. */
const shownItems = 20;

const mask = '***';

/** A preview that keeps the form: secrets and header values become `***`, values of people the beginning of their SHA-256. */
export function redact({ method, url, headers, body }: HttpRequest): Preview {
  return { method, url: redactUrl(url), headers: redactHeaders(headers), body: redactBody(body) };
}

/** Parameters become `***`; the path is part of the address, and receivers may keep a key in it, so only its first part stays. */
function redactUrl(text: string): string {
  if (!URL.canParse(text)) return mask;
  const { origin, pathname, searchParams } = new URL(text);
  const [, first = '', ...rest] = pathname.split('/');
  const path = rest.length > 0 ? `/${first}/${mask}` : `/${first}`;
  const search = [...searchParams.keys()].map((name) => `${name}=${mask}`).join('&');
  return `${origin}${path}${search === '' ? '' : `?${search}`}`;
}

function redactHeaders(headers: HttpRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, plainHeaders.includes(name.toLowerCase()) ? value : mask]),
  );
}

function redactBody(body: string): Json {
  if (body === '') return null;
  try {
    return redactValue(JSON.parse(body) as Json);
  } catch (error) {
    if (error instanceof SyntaxError) return mask;
    throw error;
  }
}

function redactValue(value: Json): Json {
  if (Array.isArray(value)) return redactList(value as readonly Json[]);
  if (isJsonObject(value)) return redactObject(value);
  if (value === null || typeof value === 'boolean' || value === '') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `sha256:${sha256Hex(text).slice(0, 12)}`;
}

function redactList(values: readonly Json[]): Json {
  const shown = values.slice(0, shownItems).map(redactValue);
  const more = values.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

function redactObject(object: JsonObject): JsonObject {
  return Object.entries(object).reduce<JsonObject>((shown, [name, value]) => {
    const isPerson = name === 'payload' || name === 'traits' || name === 'identifiers';
    if (isPerson && isJsonObject(value) && !Object.hasOwn(value, 'schema'))
      return withKey(shown, name, redactAll(value));
    return withKey(shown, name, plainNames.includes(name) && !isJsonObject(value) ? value : redactValue(value));
  }, {});
}

/** Inside what users mapped, no name is ours: a field called `id` there may hold anything. */
function redactAll(value: Json): Json {
  if (Array.isArray(value)) return value.slice(0, shownItems).map(redactAll);
  if (!isJsonObject(value)) return redactValue(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redactAll(inner)]));
}
