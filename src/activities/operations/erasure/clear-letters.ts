import { z } from 'zod';
import type { Json } from '../../../domain/json';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import type { Store } from '../../../store/store';
import { namesErased, textsOf } from './names-erased';
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
    const letters = await store.deadLetters.walk(about.ws, lettersAtOnce, after, {});
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

function isNamedIn(store: Store, about: Erased, letter: DeadLetterDoc): boolean {
  const { payload = '', envelope = '', messageId, event, naming = [] } = letter;
  if (naming.some((key) => about.keys.has(key))) return true;
  const texts = [...textsOf(payload), ...textsOf(envelope), messageId ?? '', event ?? ''];
  return namesErased(store, about, texts);
}
