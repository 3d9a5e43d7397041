import type { IdentifierTypes } from '../identity/workspace-types';
import type { Profile } from '../profiles/profile';

/** What is read of somebody to tell whether they may be forgotten. */
export type Forgettable = Pick<Profile, 'createdAt' | 'mergedInto' | 'erasedAt' | 'restrictedAt'> & {
  readonly identifiers: readonly Pick<Profile['identifiers'][number], 'type'>[];
};

/**
 * Whether retention may forget somebody to whom nothing has happened since `before`, in epoch milliseconds: a browser or device that
 * nobody can name. Whoever is restricted is kept, since that is what a restriction is for.
 */
export function isForgettable(
  person: Forgettable,
  before: number,
  { isKnown }: Pick<IdentifierTypes, 'isKnown'>,
): boolean {
  const { identifiers, createdAt, mergedInto, erasedAt, restrictedAt } = person;
  const isLiving = mergedInto === undefined && erasedAt === undefined;
  return isLiving && restrictedAt === undefined && createdAt < before && !identifiers.some(({ type }) => isKnown(type));
}
