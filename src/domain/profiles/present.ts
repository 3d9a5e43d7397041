import type { Json } from '../json';
import type { ProfileId } from '../ids';
import type { Profile, Trait } from './profile';

/** The person's present id, then those of everybody they absorbed: what is stored about them is under any of these. */
export const idsOf = ({ id, lineage }: Pick<Profile, 'id' | 'lineage'>): ProfileId[] => [id, ...lineage];

/** Of each type the value that was first seen last; of several at one instant, the one listed last. */
export function identifiersByType({ identifiers }: Pick<Profile, 'identifiers'>): Record<string, string> {
  const oldestFirst = identifiers.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt);
  return Object.fromEntries(oldestFirst.map(({ type, value }) => [type, value]));
}

/** Values of the traits that are there: a deleted one is remembered, not present, and neither is one whose time is over. */
export function presentTraits({ traits }: Pick<Profile, 'traits'>, now: number): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(traits).flatMap(([name, trait]) => (isPresent(trait, now) ? [[name, trait.value]] : [])),
  );
}

const isPresent = ({ value, expiresAt }: Trait, now: number): boolean =>
  value !== null && (expiresAt === undefined || expiresAt > now);
