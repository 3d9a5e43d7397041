import type { Profile } from '../profiles/profile';

/** The audiences of a workspace by key. */
export type ToldAudiences = ReadonlyMap<string, ToldAudience>;

interface ToldAudience {
  /** Since which version of the ruleset it is public; absent of one that is not. */
  readonly publicSince?: number | undefined;
  /** Another rule of it serves, and the edges that follow may have yet to be written. */
  readonly isSwitching?: boolean;
  readonly variablesJson?: string | undefined;
  readonly sinceRuleset?: number | undefined;
}

type Person = Pick<Profile, 'memberships' | 'rulesetVersion' | 'restrictedAt'>;

/** Audiences that somebody is in, by key. One that was deleted holds nobody, and somebody restricted is in none. */
export function audiencesOf({ memberships, restrictedAt }: Person, audiences: ToldAudiences): string[] {
  if (restrictedAt !== undefined) return [];
  return Object.keys(memberships)
    .filter((key) => audiences.has(key))
    .sort();
}

/**
 * The same of those that are public. A membership from before the audience was public may follow from a rule that was not for everybody's eyes:
 * it is told once the person has been evaluated since.
 */
export function publicAudiencesOf(person: Person, audiences: ToldAudiences): string[] {
  const isTold = (key: string): boolean => {
    const since = audiences.get(key)?.publicSince;
    return since !== undefined && person.rulesetVersion >= since;
  };
  return audiencesOf(person, audiences).filter(isTold);
}
