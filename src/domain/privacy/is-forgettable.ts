import type { IdentifierTypes } from '../identity/workspace-types';
import type { Profile } from '../profiles/profile';

/** What is read of somebody to tell whether they may be forgotten. */
export type Forgettable = Pick<Profile, 'createdAt' | 'mergedInto' | 'erasedAt' | 'restrictedAt' | 'isTest'> & {
  readonly identifiers: readonly Pick<Profile['identifiers'][number], 'type'>[];
};

/** Whom retention forgets: those whom nobody can name, or who were made up for a test. */
export type Forgotten = 'anonymous' | 'test';

/**
 * Whether retention may forget somebody to whom nothing has happened since `before`, in epoch milliseconds: a browser or device that
 * nobody can name. Whoever is restricted is kept, since that is what a restriction is for; but not who was made up for a test.
 */
export function isForgettable(
  person: Forgettable,
  before: number,
  { isKnown }: Pick<IdentifierTypes, 'isKnown'>,
  who: Forgotten = 'anonymous',
): boolean {
  const { identifiers, createdAt, mergedInto, erasedAt, restrictedAt, isTest } = person;
  const isLiving = mergedInto === undefined && erasedAt === undefined;
  if (!isLiving || createdAt >= before) return false;
  return who === 'test'
    ? isTest === true
    : restrictedAt === undefined && !identifiers.some(({ type }) => isKnown(type));
}
