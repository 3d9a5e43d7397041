import { isJsonObject, own, withKey, type Json, type JsonObject } from '../json';
import { readJsonText } from '../json-text';

/** What is judged, and kept as a dead letter, in place of what cannot be read. */
const unreadable = 'The query is neither percent-encoded UTF-8 nor base64 of JSON.';
/** Under these names stands data; elsewhere ids and names, which are text whatever they look like. */
const dataFields: readonly string[] = ['properties', 'traits', 'context', 'integrations'];

/**
 * The event that the query of an image's address says. `data` is base64 of its JSON (Segment docs, Pixel Tracking API); other parameters
 * are its fields and win, with dots between levels: `properties.plan=pro` (RudderStack docs, Pixel API). Never throws: what cannot be read
 * is no object, and refused as such.
 */
export function readPixel(query: string): Json {
  try {
    const pairs = query.split('&').flatMap(readPair);
    const [, data] = pairs.find(([name]) => name === 'data') ?? [];
    const encoded = data === undefined ? {} : readData(data);
    if (!isJsonObject(encoded)) return encoded;
    const fields = pairs.filter(([name]) => name !== 'data');
    const said = fields.reduce(
      (all, [name, value]) => put(all, name.split('.'), valueOf(name, value)),
      {} as JsonObject,
    );
    return { ...encoded, ...said };
  } catch {
    return unreadable;
  }
}

/** Throws what `decodeURIComponent` throws: two broken ids must not become one by a replacement character. */
function readPair(pair: string): [string, string][] {
  const at = pair.includes('=') ? pair.indexOf('=') : pair.length;
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)].map((part) =>
    decodeURIComponent(part.replaceAll('+', ' ')),
  );
  return name === undefined || value === undefined || name === '' ? [] : [[name, value]];
}

/** Base64 in either alphabet; a plus sign that was not percent-encoded has become a space. */
function readData(text: string): Json {
  const base64 = text.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
}

/** Data may be numbers, flags or, `properties={…}`, all of it at once; ids are text wherever they stand. */
function valueOf(name: string, value: string): Json {
  const isData = dataFields.includes(name.split('.', 1)[0] ?? '') || name === 'timestamp' || name === 'sentAt';
  return isData && !/(^|[._])id$|Id$|phone$/.test(name) ? readJsonText(value) : value;
}

/** A copy with a value at a path. A name that comes again makes a list. */
function put(object: JsonObject, [name = '', ...deeper]: readonly string[], value: Json): JsonObject {
  const before = own(object, name);
  if (deeper.length > 0) return withKey(object, name, put(isJsonObject(before) ? before : {}, deeper, value));
  if (before === undefined || isJsonObject(before)) return withKey(object, name, value);
  return withKey(object, name, Array.isArray(before) ? [...(before as readonly Json[]), value] : [before, value]);
}
