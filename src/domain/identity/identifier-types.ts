import type { Identifier } from '../events/event';
import type { HowCompared } from './normalise';

interface BuiltIn extends HowCompared {
  readonly isKnown: boolean;
  readonly isUnique: boolean;
}

const text: HowCompared = { form: 'text' };

/**
 * Strongest first, unless a workspace's policy says otherwise (`identity-rules`): what decides when the identifiers of one event disagree. `isKnown` types name a person,
 * the others a browser or device; a `isUnique` type has one value per profile, so two values never merge by themselves. A workspace may have more (`workspace-types`).
 */
export const identifierTypes = {
  user_id: { isKnown: true, isUnique: true, ...text },
  email: { isKnown: true, isUnique: false, form: 'email' },
  phone: { isKnown: true, isUnique: false, form: 'phone' },
  app_user_id: { isKnown: true, isUnique: false, ...text },
  device_id: { isKnown: false, isUnique: false, ...text },
  anonymous_id: { isKnown: false, isUnique: false, ...text },
} as const satisfies Readonly<Record<string, BuiltIn>>;

export type IdentifierType = keyof typeof identifierTypes;
/** Strongest first. */
export const identifierTypeNames = Object.keys(identifierTypes) as [IdentifierType, ...IdentifierType[]];
export const isBuiltIn = (type: string): type is IdentifierType => Object.hasOwn(identifierTypes, type);

/** Types that people state as a trait of the same name, and may change. */
export const traitTypes = ['email', 'phone'] as const satisfies readonly IdentifierType[];

/** A map key for an identifier in memory; stored keys are HMACs (`store/identifier-key`). */
export const identifierName = ({ type, value }: Identifier): string => `${type}\n${value}`;
