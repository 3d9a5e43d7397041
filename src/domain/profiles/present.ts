import { isHidden } from '../audiences/hidden-audience';
import type { Identifier } from '../events/event';
import { byStrength, usualRules } from '../identity/identity-rules';
import { identifierTypes, traitTypes } from '../identity/identifier-types';
import { normalise } from '../identity/normalise';
import { own, type Json } from '../json';
import type { ProfileId } from '../ids';
import type { KnownIdentifier, Membership, Profile, Trait } from './profile';

/** The person's present id, then those of everybody they absorbed: what is stored about them is under any of these. */
export const idsOf = ({ id, lineage }: Pick<Profile, 'id' | 'lineage'>): ProfileId[] => [id, ...lineage];

type Known = Pick<Profile, 'identifiers' | 'traits'>;

/**
 * Of each type the value that was stated last: when it was first seen, or when the trait of that name last said so, since people go
 * back to an address they had before. Of several at one instant, the one listed last.
 */
export function identifiersByType({ identifiers, traits }: Known): Record<string, string> {
  const stated = new Map(traitTypes.flatMap((type) => statedLast(type, { identifiers, traits })));
  const at = ({ type, value, firstSeenAt }: KnownIdentifier): number => {
    const last = stated.get(type);
    return last?.value === value ? Math.max(firstSeenAt, last.at) : firstSeenAt;
  };
  const oldestFirst = identifiers.toSorted((a, b) => at(a) - at(b));
  return Object.fromEntries(oldestFirst.map(({ type, value }) => [type, value]));
}

/** Whether somebody is now reached by another e-mail or phone, of those that both know. */
export function hasOtherAddress(before: Known, after: Known): boolean {
  const [past, present] = [identifiersByType(before), identifiersByType(after)];
  return traitTypes.some((type) => past[type] !== present[type]);
}

/** What the trait of a type says, where there is a choice. */
function statedLast(
  type: (typeof traitTypes)[number],
  { identifiers, traits }: Known,
): [string, { readonly value: string; readonly at: number }][] {
  const trait = own(traits, type);
  const isChoice = identifiers.filter((one) => one.type === type).length > 1;
  if (!isChoice || typeof trait?.value !== 'string') return [];
  const value = normalise(trait.value, identifierTypes[type]);
  return value === undefined ? [] : [[type, { value, at: trait.at }]];
}

/** What an event of ours names somebody by. */
export function strongestOf({ identifiers }: Pick<Profile, 'identifiers'>): Identifier | undefined {
  const [strongest] = [...identifiers].sort(byStrength(usualRules));
  return strongest && { type: strongest.type, value: strongest.value };
}

/** Values of the traits that are there: a deleted one is remembered, not present, and neither is one whose time is over. */
export function presentTraits({ traits }: Pick<Profile, 'traits'>, now: number): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(traits).flatMap(([name, trait]) => (isPresent(trait, now) ? [[name, trait.value]] : [])),
  );
}

/** When those that are there and have an end cease to be so, in epoch milliseconds. */
export function expiryOf({ traits }: Pick<Profile, 'traits'>, now: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(traits).flatMap(([name, trait]) =>
      trait.expiresAt !== undefined && isPresent(trait, now) ? [[name, trait.expiresAt]] : [],
    ),
  );
}

const isPresent = ({ value, expiresAt }: Trait, now: number): boolean =>
  value !== null && (expiresAt === undefined || expiresAt > now);

/** Memberships of audiences that somebody defined. */
export const shownMemberships = ({ memberships }: Pick<Profile, 'memberships'>): [string, Membership][] =>
  Object.entries(memberships).filter(([audience]) => !isHidden(audience));
