import type { WorkspaceId } from '../domain/ids';
import type { DeadLetter } from './dead-letters';
import { namingErased } from './naming-erased';
import type { Store } from './store';

/**
 * Stores letters of what was not taken, and of those that name somebody erased only when and why. That is looked up after they are
 * stored: an erasure that begins later finds them. Answers the indexes of those whose letter was there already.
 */
export async function addLetters<Letter extends DeadLetter & { readonly id?: string }>(
  { deadLetters, identifiers, letterEnds }: Pick<Store, 'deadLetters' | 'identifiers' | 'letterEnds'>,
  ws: WorkspaceId,
  letters: readonly Letter[],
  keysOf: (letter: Letter) => readonly string[] = ({ naming = [] }) => naming,
): Promise<{ readonly duplicateIndexes: readonly number[] }> {
  const { duplicateIndexes, ids } = await deadLetters.add(ws, letters);
  const naming = await namingErased(identifiers, ws, letters, keysOf);
  await letterEnds.anonymise(letters.flatMap((letter, index) => (naming.has(letter) ? { _id: ids[index] ?? '' } : [])));
  return { duplicateIndexes };
}
