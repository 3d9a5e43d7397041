import { z } from 'zod';
import { normaliseIdentifier } from '../../../domain/identity/normalise';
import type { Json } from '../../../domain/json';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import { valueKey } from '../../../store/identifier-key';
import type { Store } from '../../../store/store';
import type { Erased, Place } from './place';

const lettersAtOnce = 200;
const Walk = z.object({ at: z.number(), id: z.string() });

/**
 * Dead letters were never read as events, or could not be applied to anybody, so all of them are walked through: those that name an
 * erased identifier, in whatever field, keep their reason and lose everything else.
 */
export const deadLetters: Place = {
  clear: async ({ store }, about, from) => {
    const after = from === undefined ? undefined : Walk.parse(from);
    const letters = await store.deadLetters.walk(about.ws, lettersAtOnce, after);
    const unapplied = await unappliedOf(store, about, letters);
    const naming = letters.filter((letter) => unapplied.has(letter._id) || isNamedIn(store, about, letter));
    await store.deadLetters.anonymise(naming);
    const last = letters.at(-1);
    const next: Json | undefined = last && { at: last.at, id: last.id };
    return { removed: naming.length, ...(next !== undefined && { next }) };
  },
};

/** Of letters whose event is kept in the event log, those that name the person; their events go. */
async function unappliedOf(
  store: Store,
  { ws, keys }: Erased,
  letters: readonly DeadLetterDoc[],
): Promise<ReadonlySet<string>> {
  const kept = letters.filter(({ stage }) => stage === 'unapplied');
  const events = await store.events.deadAmong(
    ws,
    kept.flatMap(({ messageId }) => messageId ?? []),
  );
  const naming = events.filter(({ identifiers }) =>
    identifiers.some((identifier) => keys.has(store.identifiers.key(ws, identifier))),
  );
  await store.events.remove(naming);
  const gone = new Set(naming.map(({ messageId }) => messageId));
  return new Set(kept.filter(({ messageId }) => messageId !== undefined && gone.has(messageId)).map(({ _id }) => _id));
}

function isNamedIn({ connection }: Store, { ws, values }: Erased, { payload, messageId }: DeadLetterDoc): boolean {
  const texts = [...textsOf(payload ?? ''), ...(messageId === undefined ? [] : [messageId])];
  return texts.flatMap(formsOf).some((form) => values.has(valueKey(connection.masterKey, ws, form)));
}

/** Strings and numbers of a JSON text, which may be cut. */
const textsOf = (json: string): string[] =>
  [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)].map(([text]) => readText(text));

function readText(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** As it stands, and as identifiers of some type are compared. */
function formsOf(text: string): string[] {
  const types = ['user_id', 'email', 'phone'];
  return [...new Set([text, ...types.flatMap((type) => normaliseIdentifier(type, text)?.value ?? [])])];
}
