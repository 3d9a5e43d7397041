import type { Identifier } from '../../domain/events/event';
import { identifierName } from '../../domain/identity/identifier-types';
import { identityRules, type IdentityRules } from '../../domain/identity/identity-rules';
import { resolveIdentity } from '../../domain/identity/resolve-identity';
import type { ProfileId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import { conflict } from '../problem';
import type { KeyCall } from '../route';
import { findProfile } from './find-profile';
import { nameOf, ownEvent, recordEvent } from './record-event';

export interface MergeOutcome {
  readonly survivor: ProfileId;
  /** Absent when the two are one already. */
  readonly absorbed?: ProfileId;
  /** False when nothing was asked for, or while the intake has yet to come to it. */
  readonly isDone: boolean;
}

/**
 * Makes two profiles one because somebody says that they are one person: an event like any other, which the intake applies. Waits a few
 * seconds for that. Throws 404 for a reference to nobody, and 409 where one profile cannot hold both.
 */
export async function mergeProfiles(
  call: KeyCall,
  refs: readonly [string, string],
  { dryRun }: { readonly dryRun: boolean },
): Promise<MergeOutcome> {
  const { store } = call.deps;
  const [one, other] = await Promise.all([findProfile(store, call.ws, refs[0]), findProfile(store, call.ws, refs[1])]);
  if (one.id === other.id) return { survivor: one.id, isDone: !dryRun };
  const named = [nameOf(one), nameOf(other)] as const;
  const planned = plan([one, other], named, { rules: await rulesOf(call), at: call.now });
  if (dryRun) return { ...planned, isDone: false };
  const state = await recordEvent(call, ownEvent(call, 'merge', { kind: 'alias', identifiers: named, isMerge: true }));
  if (state === 'dead') throw conflict(tooLarge);
  if (state !== 'applied') return { ...planned, isDone: false };
  // The intake decides by the policy and the people of that moment.
  const [survivor, another] = await Promise.all([one, other].map(({ id }) => store.profiles.canonical(call.ws, id)));
  if (!survivor || survivor.id !== another?.id) throw conflict(tooLarge);
  return { survivor: survivor.id, absorbed: survivor.id === one.id ? other.id : one.id, isDone: true };
}

const tooLarge = 'One profile cannot hold what both have: too many identifiers, merges, traits or purposes.';

async function rulesOf({ deps, ws }: KeyCall): Promise<IdentityRules> {
  return identityRules((await deps.store.workspaces.find(ws))?.identity ?? {});
}

/** Who would absorb whom, by the same rules as the intake. */
function plan(
  people: readonly Profile[],
  named: readonly [Identifier, Identifier],
  by: { readonly rules: IdentityRules; readonly at: number },
) {
  const owners = new Map(people.flatMap((person, index) => [[identifierName(named[index] as Identifier), person]]));
  const { survivor, absorbed } = resolveIdentity(named, {
    owner: (identifier) => owners.get(identifierName(identifier)),
    ...{ isTrusted: true, isAsked: true, ...by },
  });
  const [gone] = absorbed;
  if (survivor === undefined || gone === undefined) throw conflict(tooLarge);
  return { survivor, absorbed: gone };
}
