import type { AttachmentUse } from '../audiences/attachment';
import { identifierName } from '../identity/identifier-types';
import { identifiersByType } from '../profiles/present';
import type { Profile } from '../profiles/profile';

/** Why somebody must not be reached. */
export const suppressionReasons = ['unsubscribe', 'bounce', 'complaint', 'manual'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** How far it reaches: `everything`, or `channel:…`, `purpose:…`, `destination:…` with a name. */
export const suppressionScopes = ['channel', 'purpose', 'destination'] as const;
export type SuppressionScope = 'everything' | `${(typeof suppressionScopes)[number]}:${string}`;

/** One entry of a suppression list, about one identifier. Instants are epoch milliseconds. */
export interface Suppression {
  readonly scope: SuppressionScope;
  readonly reason: SuppressionReason;
  readonly at: number;
  readonly source: string;
  readonly expiresAt?: number;
}

/** Entries by `identifierName`. */
export type SuppressionList = ReadonlyMap<string, readonly Suppression[]>;

/** An entry as it holds of a person, by the type of the identifier it is about. */
export interface PersonSuppression extends Omit<Suppression, 'source'> {
  readonly type: string;
}

/** What is about to reach the person. */
export interface SuppressionTarget {
  readonly destination: string;
  readonly purpose?: string | undefined;
  readonly channel?: string | undefined;
  readonly isTransactional?: boolean;
  readonly use?: AttachmentUse;
}

/**
 * The entries that hold of a person at `now`. One about any of their identifiers is about them, except for a bounce, which is about an
 * address and ends with it: it holds while that is the address they are reached by.
 */
export function suppressionsOf(
  profile: Pick<Profile, 'identifiers' | 'traits'>,
  list: SuppressionList,
  now: number,
): PersonSuppression[] {
  if (list.size === 0) return [];
  const present = identifiersByType(profile);
  return profile.identifiers
    .flatMap((identifier) =>
      (list.get(identifierName(identifier)) ?? [])
        .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
        .filter(({ reason }) => reason !== 'bounce' || present[identifier.type] === identifier.value)
        .map(({ scope, reason, at, expiresAt }) => ({
          type: identifier.type,
          ...{ scope, reason, at },
          ...(expiresAt !== undefined && { expiresAt }),
        })),
    )
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

const orderOf = ({ type, scope, reason, at }: PersonSuppression): string => `${scope}\n${reason}\n${type}\n${at}`;

/**
 * The entry that forbids it, if one does. Somebody who has unsubscribed still gets what is transactional; every other reason is hard.
 * On an exclusion list, which keeps ads off people, only an erasure or an entry about that very destination takes them off.
 */
export function findBarring(
  suppressions: readonly PersonSuppression[],
  target: SuppressionTarget,
): PersonSuppression | undefined {
  return suppressions.find((entry) => reaches(entry, target) && isHeeded(entry, target));
}

/** Whether what forbids it is about its channel or its destination alone, so that another may reach the person. */
export const isOfChannelAlone = (suppressions: readonly PersonSuppression[], target: SuppressionTarget): boolean =>
  findBarring(suppressions, target) !== undefined &&
  findBarring(
    suppressions.filter(({ scope }) => !/^(channel|destination):/.test(scope)),
    target,
  ) === undefined;

function reaches({ scope }: PersonSuppression, { destination, purpose, channel }: SuppressionTarget): boolean {
  if (scope === 'everything' || scope === `destination:${destination}`) return true;
  if (purpose !== undefined && scope === `purpose:${purpose}`) return true;
  return channel !== undefined && scope === `channel:${channel}`;
}

function isHeeded({ scope, reason }: PersonSuppression, { isTransactional, use }: SuppressionTarget): boolean {
  if (use === 'exclude') return scope.startsWith('destination:');
  return reason !== 'unsubscribe' || isTransactional !== true;
}
