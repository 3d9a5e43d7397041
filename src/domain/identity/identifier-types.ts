import type { Identifier } from '../events/event';

/**
 * Strongest first: what decides when the identifiers of one event disagree. `isKnown` types name a person,
 * the others a browser or device; a `isUnique` type has one value per profile, so two values never merge by themselves.
 */
export const identifierTypes = {
  user_id: { isKnown: true, isUnique: true },
  email: { isKnown: true, isUnique: false },
  phone: { isKnown: true, isUnique: false },
  app_user_id: { isKnown: true, isUnique: false },
  device_id: { isKnown: false, isUnique: false },
  anonymous_id: { isKnown: false, isUnique: false },
} as const;

export type IdentifierType = keyof typeof identifierTypes;

/** Types that people state as a trait of the same name, and may change. */
export const traitTypes = ['email', 'phone'] as const satisfies readonly IdentifierType[];

const strength = new Map<string, number>(Object.keys(identifierTypes).map((type, rank) => [type, rank]));

export const isKnownType = (type: string): boolean =>
  Object.hasOwn(identifierTypes, type) && identifierTypes[type as IdentifierType].isKnown;
export const isUniqueType = (type: string): boolean =>
  Object.hasOwn(identifierTypes, type) && identifierTypes[type as IdentifierType].isUnique;

/** Orders identifiers strongest first; unknown types last, then by value, so that the order never depends on the sender. */
export function byStrength(a: Identifier, b: Identifier): number {
  const rank = (strength.get(a.type) ?? strength.size) - (strength.get(b.type) ?? strength.size);
  return rank !== 0 ? rank : a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** A map key for an identifier in memory; stored keys are HMACs (`store/identifier-key`). */
export const identifierName = ({ type, value }: Identifier): string => `${type}\n${value}`;
