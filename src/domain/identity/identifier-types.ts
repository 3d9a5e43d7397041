import type { Identifier } from '../events/event';

/**
 * Strongest first, unless a workspace's policy says otherwise (`identity-rules`): what decides when the identifiers of one event disagree. `isKnown` types name a person,
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
/** Strongest first. */
export const identifierTypeNames = Object.keys(identifierTypes) as [IdentifierType, ...IdentifierType[]];

/** Types that people state as a trait of the same name, and may change. */
export const traitTypes = ['email', 'phone'] as const satisfies readonly IdentifierType[];

export const isKnownType = (type: string): boolean =>
  Object.hasOwn(identifierTypes, type) && identifierTypes[type as IdentifierType].isKnown;

/** A map key for an identifier in memory; stored keys are HMACs (`store/identifier-key`). */
export const identifierName = ({ type, value }: Identifier): string => `${type}\n${value}`;
