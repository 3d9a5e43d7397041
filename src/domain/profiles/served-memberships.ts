import { own } from '../json';
import type { Membership, Profile } from './profile';

/**
 * Memberships as readers are told of them. Once prepared rules have begun to serve, somebody whom these move is a member or not by what was
 * prepared of them, until their edges are written. `switchedFrom` is the ruleset version under which that was.
 */
export function servedMemberships(
  {
    memberships,
    prepared,
    rulesetVersion,
    evaluatedAt,
  }: Pick<Profile, 'memberships' | 'prepared' | 'rulesetVersion' | 'evaluatedAt'>,
  switchedFrom: number | undefined,
): Readonly<Record<string, Membership>> {
  if (!prepared || rulesetVersion !== switchedFrom) return memberships;
  const stays = Object.entries(memberships).filter(([key]) => own(prepared, key) !== false);
  const entering = Object.keys(prepared).filter((key) => prepared[key] === true);
  return Object.fromEntries<Membership>([
    ...stays,
    ...entering.map((key) => [key, { enteredAt: evaluatedAt, version: 0 }] as const),
  ]);
}
