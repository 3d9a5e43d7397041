import { randomUUID } from 'node:crypto';
import { isJsonObject, own } from '../domain/json';
import { tooLarge, tooManyEvents } from './problem';

/** Shorter texts are parsed at once: a few milliseconds at most. */
const shortText = 131_072;
/** How long others wait for one slice of a long text. */
const sliceMs = 4;
/** Characters looked at, or parsed, before the clock is. */
const charactersPerLook = 16_384;

export interface BatchLimits {
  readonly mostEvents: number;
  /** Characters of one event, and of all that is around them: what is parsed without a pause. */
  readonly mostCharacters: number;
}

/** Stands in a batch for an event that is too long to be parsed. */
export class UnreadEvent {}

/**
 * `JSON.parse` of a batch, or of one event, in slices between which `giveWay` lets other requests be served. What is long is read with care: a batch of
 * too many events is not parsed, nor is an event that is too long, which costs itself only. Throws a SyntaxError for what is not JSON, and
 * 413.
 */
export async function parseBatch(text: string, limits: BatchLimits, giveWay: () => Promise<void>): Promise<unknown> {
  if (text.length <= shortText) return JSON.parse(text) as unknown;
  const slices = startSlices(giveWay);
  const batch = await findBatch(text, slices);
  if (!batch) return parseBounded(text, limits);
  if (batch.ends.length > limits.mostEvents) throw tooManyEvents(batch.ends.length, limits.mostEvents);
  // The text is JSON if it is with something else in the place of the list, and each item of the list is.
  const mark = randomUUID();
  const around = parseBounded(`${text.slice(0, batch.from)}"${mark}"${text.slice(batch.to)}`, limits);
  // Named again further on, where another value of the same name counts.
  if (!isJsonObject(around) || own(around, 'batch') !== mark) return parseBounded(text, limits);
  // Spread defines keys as data, also `__proto__`.
  return { ...around, batch: await parseItems(text, batch, slices, limits) };
}

function parseBounded(text: string, { mostCharacters }: BatchLimits): unknown {
  if (text.length <= mostCharacters) return JSON.parse(text) as unknown;
  throw tooLarge(`The body has more than ${mostCharacters} characters that are not events of a batch; send less.`);
}

/** Where the list called `batch` is, brackets included, and where its items end. */
interface BatchText {
  readonly from: number;
  readonly to: number;
  readonly ends: readonly number[];
}

const quote = 34;
const comma = 44;
const backslash = 92;
const bracket = 93;
/** What a character does to the depth; `other` is what says nothing about structure. */
const other = 2;
const steps = new Int8Array(128).fill(other);
for (const [character, step] of Object.entries({ '[': 1, '{': 1, ']': -1, '}': -1, ',': 0, '"': 0 }))
  steps[character.charCodeAt(0)] = step;
const space = /\s*/y;
const batchName = '"batch"';

async function findBatch(text: string, slices: Slices): Promise<BatchText | undefined> {
  const from = await findList(text, slices);
  if (from === -1) return undefined;
  const ends: number[] = [];
  const to = await walk(text, from, slices, (at, depth) => {
    const code = text.charCodeAt(at);
    if (depth === 1 && code === comma) ends.push(at);
    return depth === 0;
  });
  return to === -1 || text.charCodeAt(to) !== bracket ? undefined : { from, to: to + 1, ends: [...ends, to] };
}

/** Where the list called `batch` of the outermost object begins; -1 when there is none. */
async function findList(text: string, slices: Slices): Promise<number> {
  let list = -1;
  await walk(text, 0, slices, (at, depth) => {
    if (depth === 1 && text.charCodeAt(at) === quote) list = listAfter(text, at);
    return list !== -1;
  });
  return list;
}

/**
 * Goes over what is not inside strings: `isFound` is told of each bracket and comma, and of a string's first quote, with the depth after it. Answers where it
 * says yes; -1 when nowhere.
 */
async function walk(
  text: string,
  from: number,
  slices: Slices,
  isFound: (at: number, depth: number) => boolean,
): Promise<number> {
  let depth = 0;
  let lookAt = from + charactersPerLook;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const step = steps[code & 127] as number;
    if (step === other || code > 127) continue;
    depth += step;
    if (isFound(at, depth)) return at;
    if (code === quote) {
      at = endOfString(text, at);
      if (at === -1) return -1;
    }
    if (at >= lookAt) {
      lookAt = at + charactersPerLook;
      await slices.yieldWhenDue();
    }
  }
  return -1;
}

/** Where the list begins whose name begins here; -1 when this is not the name of a list of events. */
function listAfter(text: string, at: number): number {
  if (!text.startsWith(batchName, at)) return -1;
  const colon = skipSpace(text, at + batchName.length);
  if (text[colon] !== ':') return -1;
  const list = skipSpace(text, colon + 1);
  return text[list] === '[' ? list : -1;
}

function skipSpace(text: string, at: number): number {
  space.lastIndex = at;
  return at + (space.exec(text)?.[0].length ?? 0);
}

/** Where the string ends that begins here; -1 when it does not. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}

async function parseItems(
  text: string,
  { from, ends }: BatchText,
  slices: Slices,
  { mostCharacters }: BatchLimits,
): Promise<unknown[]> {
  const [only = from] = ends;
  if (ends.length === 1 && text.slice(from + 1, only).trim() === '') return [];
  const items: unknown[] = [];
  let begin = from + 1;
  let lookAt = begin + charactersPerLook;
  for (const end of ends) {
    const isLong = end - begin > mostCharacters;
    items.push(isLong ? new UnreadEvent() : (JSON.parse(text.slice(begin, end)) as unknown));
    begin = end + 1;
    if (begin < lookAt) continue;
    lookAt = begin + charactersPerLook;
    await slices.yieldWhenDue();
  }
  return items;
}

interface Slices {
  readonly yieldWhenDue: () => Promise<void>;
}

/** Counts the time since others were last served. */
function startSlices(giveWay: () => Promise<void>): Slices {
  let since = performance.now();
  return {
    yieldWhenDue: async () => {
      if (performance.now() - since < sliceMs) return;
      await giveWay();
      since = performance.now();
    },
  };
}
