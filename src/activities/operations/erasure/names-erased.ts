import { longestIdentifier, normalise } from '../../../domain/identity/normalise';
import { valueKey } from '../../../store/identifier-key';
import type { Store } from '../../../store/store';
import { takingTurns } from '../../turns';
import type { Erased, PlaceDeps } from './place';

/** Rows are looked through no longer than this in one step. */
const stepMs = 1_000;
/** Of one row; further ones are compared by their digits, which costs a fiftieth. */
const mostPhonesRead = 100;
/** Shorter ones are compared as whole texts only, as events are cleared of them. */
const shortestPart = 5;
/** An identifier, and what may surround it in one word. */
const longestText = longestIdentifier + 64;

/**
 * Which of these rows have a text that is, or holds, an identifier of somebody erased. Looks at them in their order until the step has
 * taken long enough, at one at least: `looked` are those.
 */
export async function findNaming<Row>(
  { store, signal }: Pick<PlaceDeps, 'store' | 'signal'>,
  about: Erased,
  rows: readonly Row[],
  textsOfRow: (row: Row) => readonly string[],
): Promise<{ readonly looked: readonly Row[]; readonly naming: ReadonlySet<Row> }> {
  const isErased = erasedForms(store, about);
  const naming = new Set<Row>();
  const endsAt = performance.now() + stepMs;
  const giveWay = takingTurns(signal);
  for (const [index, row] of rows.entries()) {
    if (index > 0 && performance.now() > endsAt) return { looked: rows.slice(0, index), naming };
    for (const form of formsOf(textsOfRow(row))) {
      await giveWay();
      if (!isErased(form)) continue;
      naming.add(row);
      break;
    }
  }
  return { looked: rows, naming };
}

/** Rows say much the same: what was found to be nobody's is not worked out again. */
function erasedForms({ connection }: Pick<Store, 'connection'>, { ws, values }: Erased): (form: string) => boolean {
  const others = new Set<string>();
  return (form) => {
    if (others.has(form)) return false;
    if (values.has(valueKey(connection.masterKey, ws, form))) return true;
    others.add(form);
    return false;
  };
}

/** Texts and their parts as they stand, and as identifiers are compared; case does not count anyway. */
function* formsOf(texts: readonly string[]): Generator<string, void, undefined> {
  let phones = 0;
  for (const text of new Set(texts.flatMap(partsOf))) {
    yield text;
    yield text.normalize('NFC').trim();
    const uuid = /[\da-f]{12}\}?$/i.test(text) ? normalise(text, { form: 'uuid' }) : undefined;
    if (uuid !== undefined) yield uuid;
    if (!/^[+\d\s()./-]{5,60}$/.test(text)) continue;
    const digits = text.replace(/\D/g, '');
    const hasCountry = text.includes('+');
    yield hasCountry ? `+${digits}` : digits;
    if (!hasCountry) continue;
    phones += 1;
    if (phones <= mostPhonesRead) yield normalise(text, { form: 'phone' }) ?? digits;
  }
}

/** What words, addresses of pages and lists are made of; the coarser ones leave ids whole that have such signs in them. */
const separators = [/\s+/, /[\s"<>()&?=,;/:]+/, /[\s"'`<>()[\]{}&?=,;/:|\\#!*]+/];

/** The text, and the parts of it that may stand for somebody. */
function partsOf(text: string): string[] {
  if (/^[\w@+-]+(?:\.[\w@+-]+)*$/.test(text)) return [text].filter(isComparable);
  const read = text.replace(/(?:%[\da-f]{2})+/gi, decoded);
  const words = separators.flatMap((separator) => read.split(separator));
  const parts = [...words, ...(read.match(/\+?\d[\d\s()./-]{3,38}\d/g) ?? [])]
    .filter(isComparable)
    .map((part) => part.replace(/^\.+|\.+$/g, ''))
    .filter((part) => part.length >= shortestPart);
  return [text, ...parts].filter(isComparable);
}

const isComparable = ({ length }: string): boolean => length <= longestText;

function decoded(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
