import type { Identifier } from '../events/event';
import { omit } from '../json';
import type { KnownIdentifier, Profile } from '../profiles/profile';
import { readBrowserId } from './browser-id';
import { identifierName } from './identifier-types';
import type { IdentityRules } from './identity-rules';

export type IsKnown = IdentityRules['isKnown'];

/** What a trusted event `said` of devices beside what names the person ties them to that person. The same list where that is no news. */
export function withTies(
  held: readonly KnownIdentifier[],
  said: readonly Identifier[],
  isKnown: IsKnown,
): readonly KnownIdentifier[] {
  const names = new Set(said.map(identifierName));
  const isSaid = (one: Identifier): boolean => names.has(identifierName(one));
  const isNews = (one: KnownIdentifier): boolean => !isKnown(one.type) && !one.isTied && isSaid(one);
  if (!held.some(isNews) || !held.some((one) => isKnown(one.type) && isSaid(one))) return held;
  return held.map((one) => (isNews(one) ? { ...one, isTied: true } : one));
}

/** Of devices that leave the person they were tied to. */
export const withoutTies = (held: readonly KnownIdentifier[]): readonly KnownIdentifier[] =>
  held.map((one) => omit(one, 'isTied'));

/** What one of two people keeps when they part: nothing is tied to somebody who has no name any more. */
export const onlyTied = (held: readonly KnownIdentifier[], isKnown: IsKnown): readonly KnownIdentifier[] =>
  held.some(({ type }) => isKnown(type)) ? held : withoutTies(held);

/** What a page asks by. */
export interface Asked {
  readonly identifier: Identifier;
  /** Whether a page was the first to say it, as the id of its event tells (ADR 10). */
  readonly isOfPage: boolean;
}

/**
 * Whether a page that names a browser or device may be told of the person who has it. Of visitors, and of people whom only pages have named,
 * always. Anybody can say with a public key that their browser is somebody's: of a person whom a trusted source has named a page is told only by
 * a browser that such a source has named as theirs, and that nobody can have guessed.
 */
export function mayTellPages(
  { identifiers, wasNamed }: Pick<Profile, 'identifiers' | 'wasNamed'>,
  asked: Asked,
  isKnown: IsKnown,
): boolean {
  const isVerified = ({ type, verifiedAt }: KnownIdentifier): boolean => isKnown(type) && verifiedAt !== undefined;
  if (!wasNamed && !identifiers.some(isVerified)) return true;
  const name = identifierName(asked.identifier);
  const isTied = identifiers.some((one) => one.isTied === true && identifierName(one) === name);
  return isTied && (asked.isOfPage || readBrowserId(asked.identifier.value) !== undefined);
}
