import { z } from 'zod';
import type { Json } from '../../../domain/json';
import { textsOf } from '../../../domain/privacy/texts-of';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import type { Store } from '../../../store/store';
import { findNaming } from './names-erased';
import type { Erased, Place } from './place';

const lettersAtOnce = 100;
const Walk = z.object({ at: z.number(), id: z.string() });

/**
 * Dead letters were never read as events, or could not be applied to anybody, so all of them are walked through: those that name an
 * erased identifier, in whatever field, keep their reason and lose everything else.
 */
export const deadLetters: Place = {
  clear: async (deps, about, from) => {
    const { store } = deps;
    const after = from === undefined ? undefined : Walk.parse(from);
    const letters = await store.deadLetters.walk(about.ws, lettersAtOnce, after, {});
    const isKeyed = ({ naming = [] }: DeadLetterDoc): boolean => naming.some((key) => about.keys.has(key));
    const found = await findNaming(deps, about, letters, (letter) => (isKeyed(letter) ? [] : textsIn(letter)));
    const unapplied = await unappliedOf(store, about, found.looked);
    const naming = found.looked.filter(
      (letter) => isKeyed(letter) || found.naming.has(letter) || unapplied.messageIds.has(letter.messageId),
    );
    await store.letterEnds.anonymise(naming);
    // After their letters: a step that is done again finds these by them.
    await store.events.remove(unapplied.events);
    const last = found.looked.at(-1);
    const next: Json | undefined = last && { at: last.at, id: last.id };
    return { removed: naming.length, ...(next !== undefined && { next }) };
  },
};

/** Of letters whose event is kept in the event log, the events that name the person. */
async function unappliedOf({ events, identifiers }: Store, { ws, keys }: Erased, letters: readonly DeadLetterDoc[]) {
  const kept = letters.filter(({ stage }) => stage === 'unapplied');
  const dead = await events.deadAmong(
    ws,
    kept.flatMap(({ messageId }) => messageId ?? []),
  );
  const naming = dead.filter((event) =>
    event.identifiers.some((identifier) => keys.has(identifiers.key(ws, identifier))),
  );
  return { events: naming, messageIds: new Set<string | undefined>(naming.map(({ messageId }) => messageId)) };
}

const textsIn = ({ payload = '', envelope = '', messageId, event }: DeadLetterDoc): string[] => [
  ...[...textsOf(payload), ...textsOf(envelope)],
  ...[messageId ?? '', event ?? ''],
];
