import type { Identifier } from '../events/event';
import type { ProfileId } from '../ids';
import type { KnownIdentifier, Profile } from '../profiles/profile';
import { identifierName } from './identifier-types';
import type { IdentityRules } from './identity-rules';

type Known = Pick<IdentityRules, 'isKnown'>;

/** An identifier that somebody loses, since only public keys have said it of them and a trusted source says otherwise. */
export interface TakenIdentifier {
  readonly identifier: Identifier;
  readonly from: ProfileId;
}

/** How an identifier might join: by itself or with the one who has it, once some have lost what was never verified. */
export interface Way {
  readonly owner: Profile | undefined;
  readonly taken: readonly TakenIdentifier[];
}

/** Whether an identifier of a person is there by the word of public keys alone. Those of devices are nobody's claim. */
export const isUnverified = ({ type, verifiedAt }: KnownIdentifier, rules: Known): boolean =>
  rules.isKnown(type) && verifiedAt === undefined;

/**
 * The ways for a trusted source, those that take least first: the identifier leaves its owner; whoever has an unverified value of a
 * unique type where another is said loses that; both. `weak` answers such values, of the group and of the owner.
 */
export function waysAround(
  identifier: Identifier,
  owner: Profile | undefined,
  weak: (owner: Profile | undefined) => readonly TakenIdentifier[],
  rules: Known,
): Way[] {
  if (!rules.isKnown(identifier.type)) return [];
  const claimed = claimedFrom(identifier, owner, rules);
  const [joined, alone] = [weak(owner), weak(undefined)];
  return [
    ...(claimed.length > 0 ? [{ owner: undefined, taken: claimed }] : []),
    ...(joined.length > 0 ? [{ owner: owner && without(owner, joined), taken: joined }] : []),
    ...(claimed.length > 0 && alone.length > 0 ? [{ owner: undefined, taken: [...claimed, ...alone] }] : []),
  ];
}

function claimedFrom(identifier: Identifier, owner: Profile | undefined, rules: Known): TakenIdentifier[] {
  const name = identifierName(identifier);
  const held = owner?.identifiers.find((one) => identifierName(one) === name);
  return owner && held && isUnverified(held, rules) ? [{ identifier, from: owner.id }] : [];
}

function without(profile: Profile, taken: readonly TakenIdentifier[]): Profile {
  const names = new Set(
    taken.flatMap(({ identifier, from }) => (from === profile.id ? identifierName(identifier) : [])),
  );
  return { ...profile, identifiers: profile.identifiers.filter((one) => !names.has(identifierName(one))) };
}
