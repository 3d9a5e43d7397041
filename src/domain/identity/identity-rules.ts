import type { Identifier } from '../events/event';
import type { KnownIdentifier } from '../profiles/profile';
import { identifierTypes, type IdentifierType } from './identifier-types';
import { windowDays, type IdentityPolicy } from './identity-policy.schema';

const dayMs = 24 * 3_600_000;
const usualOrder = Object.keys(identifierTypes) as IdentifierType[];

/** A workspace's policy, ready for every event. */
export interface IdentityRules {
  /** Orders identifiers strongest first; unknown types last, then by value, so that the order never depends on the sender. */
  readonly byStrength: (a: Identifier, b: Identifier) => number;
  /** Whether one person has one value of the type, so that two values never merge by themselves. */
  readonly isUnique: (type: string) => boolean;
  /**
   * The type of which a profile that holds `held` would gain more by `gained` than it may have by `at` (epoch milliseconds). What is held
   * already, by a policy of before, is no reason.
   */
  readonly typeInExcess: (
    held: readonly KnownIdentifier[],
    gained: readonly KnownIdentifier[],
    at: number,
  ) => string | undefined;
}

export function identityRules({ priority = [], unique = [], limits = {} }: IdentityPolicy): IdentityRules {
  const order = [...new Set([...priority, ...usualOrder])];
  const ranks = new Map<string, number>(order.map((type, rank) => [type, rank]));
  const rankOf = ({ type }: Identifier): number => ranks.get(type) ?? ranks.size;
  const uniques = new Set<string>([...unique, ...usualOrder.filter((type) => identifierTypes[type].isUnique)]);
  const limited = Object.entries(limits).map(([type, { most, per }]) => ({
    type,
    most,
    windowMs: windowDays[per] * dayMs,
  }));
  return {
    byStrength: (a, b) => rankOf(a) - rankOf(b) || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0),
    isUnique: (type) => uniques.has(type),
    typeInExcess: (held, gained, at) =>
      limited.find(({ type, most, windowMs }) => {
        const counted = (all: readonly KnownIdentifier[]): number =>
          all.filter((one) => one.type === type && one.firstSeenAt > at - windowMs).length;
        const more = counted(gained);
        const present = more === 0 ? 0 : counted(held);
        return present > 0 && present + more > most;
      })?.type,
  };
}

/** Those of a workspace that has said nothing. */
export const usualRules = identityRules({});
