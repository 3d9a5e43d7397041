import type { ProfileId } from '../ids';
import type { KnownIdentifier, Profile } from '../profiles/profile';
import { identifierName } from './identifier-types';

/** Why two things are one person: an event brought an identifier, two profiles were merged; or why they are not. */
export type IdentityEdge =
  | {
      readonly kind: 'identifier';
      readonly identifier: KnownIdentifier;
      readonly profile: ProfileId;
      readonly by: Origin;
    }
  | {
      readonly kind: 'merge';
      readonly absorbed: ProfileId;
      readonly survivor: ProfileId;
      readonly at: number;
      readonly reason: 'identifiers' | 'asked';
      readonly identifierTypes: readonly string[];
      readonly by: Origin;
      readonly undoneAt?: number;
    }
  | { readonly kind: 'apart'; readonly profile: ProfileId; readonly other: ProfileId };

/** The event that said so, and who sent it; empty of an identifier that was taken away while this was read. */
export interface Origin {
  readonly messageId?: string;
  readonly source?: string;
}

/** A line of the ledger as far as it tells who was who. */
export interface LedgerLine {
  readonly absorbed: ProfileId;
  readonly survivor: ProfileId;
  readonly at: number;
  readonly reason: 'identifiers' | 'asked';
  readonly identifierTypes: readonly string[];
  readonly messageId: string;
  readonly source: string;
  readonly undone?: { readonly at: number } | undefined;
  /** What the absorbed was known by; absent once that is taken back. */
  readonly identifiers?: readonly KnownIdentifier[] | undefined;
}

export interface IdentityGraph {
  /** The living one first. */
  readonly profiles: readonly ProfileId[];
  readonly edges: readonly IdentityEdge[];
}

/**
 * How a profile came to be who it is. An identifier hangs on the profile that had it first, before any merge, so that the way from it to
 * the living one is every step there was.
 */
export function identityGraph(
  profile: Pick<Profile, 'id' | 'lineage' | 'identifiers' | 'apart'>,
  ledger: readonly LedgerLine[],
  broughtBy: ReadonlyMap<string, Origin>,
): IdentityGraph {
  const oldestFirst = ledger.toSorted((one, other) => one.at - other.at);
  const firstOwner = new Map<string, ProfileId>();
  for (const { absorbed, identifiers = [] } of oldestFirst)
    for (const name of identifiers.map(identifierName)) if (!firstOwner.has(name)) firstOwner.set(name, absorbed);
  const known = profile.identifiers.map((identifier): IdentityEdge => {
    const name = identifierName(identifier);
    return {
      kind: 'identifier',
      identifier,
      profile: firstOwner.get(name) ?? profile.id,
      by: broughtBy.get(name) ?? {},
    };
  });
  const merges = oldestFirst.map(
    ({ absorbed, survivor, at, reason, identifierTypes, messageId, source, undone }): IdentityEdge => ({
      ...{ kind: 'merge', absorbed, survivor, at, reason, identifierTypes, by: { messageId, source } },
      ...(undone && { undoneAt: undone.at }),
    }),
  );
  const apart = (profile.apart ?? []).map((other): IdentityEdge => ({ kind: 'apart', profile: profile.id, other }));
  return { profiles: [profile.id, ...profile.lineage], edges: [...known, ...merges, ...apart] };
}
