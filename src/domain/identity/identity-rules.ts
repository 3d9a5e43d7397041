import { dayMs } from '../duration';
import type { Identifier } from '../events/event';
import type { KnownIdentifier } from '../profiles/profile';
import type { TraitRules } from '../profiles/trait-rules';
import { windowDays, type IdentityPolicy } from './identity-policy.schema';
import { mostPeople } from './quarantine';
import { typesOf } from './workspace-types';

/** A workspace's policy, ready for every event. */
export interface IdentityRules {
  /** The place of a type in the order of strength: 0 is the strongest, unknown types are last. */
  readonly rankOf: (type: string) => number;
  /** Whether a type names a person. */
  readonly isKnown: (type: string) => boolean;
  /** Types of which one person has one value, so that two values never merge by themselves. */
  readonly unique: ReadonlySet<string>;
  /** Which statements traits keep, where it is not the newest. */
  readonly traits: TraitRules;
  /** Whether a browser or device that comes with a second person is nobody's from then on. */
  readonly separatesSharedDevices: boolean;
  /** Of how many people's events an identifier of somebody else is dropped before it names nobody. */
  readonly mostPeople: number;
  /**
   * Whether what is `held` and what is `gained` would together be more of a type than a person may gain, within the time that the limit is
   * for, whenever that was: events come late, and profiles that merge have pasts of their own. What one of the two has by itself, by a
   * policy of before, is no reason.
   */
  readonly isOverLimit: (held: readonly KnownIdentifier[], gained: readonly KnownIdentifier[]) => boolean;
}

export function identityRules({
  types: policies,
  priority = [],
  unique = [],
  limits = {},
  traits = {},
  sharedDevices = 'apart',
  quarantine = { most: mostPeople.usual },
}: IdentityPolicy): IdentityRules {
  const types = typesOf(policies);
  const ranks = new Map([...new Set([...priority, ...types.names])].map((type, rank) => [type, rank]));
  const limited = Object.entries(limits).map(([type, { most, per }]) => ({
    type,
    most,
    windowMs: windowDays[per] * dayMs,
  }));
  return {
    rankOf: (type) => ranks.get(type) ?? ranks.size,
    isKnown: types.isKnown,
    unique: new Set([...unique, ...types.unique]),
    traits,
    mostPeople: quarantine === false ? Infinity : quarantine.most,
    separatesSharedDevices: sharedDevices === 'apart',
    isOverLimit: (held, gained) =>
      limited.some(({ type, most, windowMs }) => {
        const seen = (all: readonly KnownIdentifier[]) => all.filter((one) => one.type === type);
        const more = seen(gained);
        return more.length > 0 && hasWindowBeyond(most, windowMs, seen(held), more);
      }),
  };
}

/** Whether more than `most` of both were seen within one window, some of each among them. Ends of windows are inclusive. */
function hasWindowBeyond(
  most: number,
  windowMs: number,
  held: readonly KnownIdentifier[],
  gained: readonly KnownIdentifier[],
): boolean {
  const all = [
    ...held.map(({ firstSeenAt }) => ({ at: firstSeenAt, isGained: 0 })),
    ...gained.map(({ firstSeenAt }) => ({ at: firstSeenAt, isGained: 1 })),
  ].sort((a, b) => a.at - b.at);
  let gainedWithin = 0;
  let from = 0;
  return all.some(({ at, isGained }, last) => {
    gainedWithin += isGained;
    for (let first = all[from]; first && first.at <= at - windowMs; first = all[from]) {
      gainedWithin -= first.isGained;
      from += 1;
    }
    const within = last - from + 1;
    return gainedWithin > 0 && within > gainedWithin && within > most;
  });
}

/** Strongest first, then by value, so that the order never depends on the sender. */
export const byStrength =
  ({ rankOf }: Pick<IdentityRules, 'rankOf'>) =>
  (a: Identifier, b: Identifier): number =>
    rankOf(a.type) - rankOf(b.type) || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0);

/** Those of a workspace that has said nothing. */
export const usualRules = identityRules({});
