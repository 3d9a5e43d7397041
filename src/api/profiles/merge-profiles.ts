import type { ProfileId } from '../../domain/ids';
import { profileId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import { previewEvent, type EventPreview } from '../../folding/preview-event';
import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { findProfile } from './find-profile';
import { nameOf, ownEvent, recordEvent } from './record-event';

export interface MergeOutcome {
  readonly survivor: ProfileId;
  /** Absent when the two are one already. */
  readonly absorbed?: ProfileId;
  /** False when nothing was asked for, or while the intake has yet to come to it. */
  readonly isDone: boolean;
  /** Of a dry run: everything that would change. */
  readonly preview?: EventPreview;
}

interface Asked {
  readonly dryRun: boolean;
}

/**
 * Makes two profiles one because somebody says that they are one person: an event like any other, which the intake applies. Waits a few
 * seconds for that. Throws 404 for a reference to nobody, and 409 where one profile cannot hold both.
 */
export async function mergeProfiles(
  call: KeyCall,
  refs: readonly [string, string],
  { dryRun }: Asked,
): Promise<MergeOutcome> {
  const { store } = call.deps;
  const [one, other] = await Promise.all([findProfile(store, call.ws, refs[0]), findProfile(store, call.ws, refs[1])]);
  if (one.id === other.id) return { survivor: one.id, isDone: !dryRun };
  const event = ownEvent(call, 'merge', {
    kind: 'alias',
    identifiers: [nameOf(one), nameOf(other)],
    isMerge: true,
  });
  const preview = await previewEvent(call.deps, call.ws, event);
  const [planned] = preview.changes.merges;
  if (!planned) throw conflict(tooLarge);
  const { survivor, absorbed } = planned;
  if (dryRun) return { survivor, absorbed, isDone: false, preview };
  const state = await recordEvent(call, event);
  if (state === 'dead') throw conflict(tooLarge);
  if (state !== 'applied') return { survivor, absorbed, isDone: false };
  // The intake decides by the policy and the people of that moment.
  const [now, another] = await Promise.all([one, other].map(({ id }) => store.profiles.canonical(call.ws, id)));
  if (!now || now.id !== another?.id) throw conflict(tooLarge);
  return { survivor: now.id, absorbed: now.id === one.id ? other.id : one.id, isDone: true };
}

const tooLarge = 'One profile cannot hold what both have: too many identifiers, merges, groups, traits or purposes.';

/**
 * Makes two people again of one, as if they had never been taken for one. Throws 404 where the profile was never absorbed by this one,
 * and 409, with the remedy, where the merge cannot be taken back as things are.
 */
export async function unmergeProfiles(
  call: KeyCall,
  ref: string,
  absorbed: ProfileId,
  { dryRun }: Asked,
): Promise<MergeOutcome> {
  const { store } = call.deps;
  const survivor = await findProfile(store, call.ws, ref);
  await assertAbsorbedBy(call, survivor, absorbed);
  const event = ownEvent(call, 'unmerge', { kind: 'alias', identifiers: [nameOf(survivor)], unmerges: absorbed });
  const preview = await previewEvent(call.deps, call.ws, event);
  if (!preview.changes.mergeChanges.some(({ undone }) => undone)) throw conflict(nothingLeft);
  if (dryRun) return { survivor: survivor.id, absorbed, isDone: false, preview };
  const state = await recordEvent(call, event);
  if (state === 'dead' || state === undefined) throw conflict(nothingLeft);
  const isDone = (await store.profiles.canonical(call.ws, absorbed))?.id === absorbed;
  if (state === 'applied' && !isDone) throw conflict(nothingLeft);
  return { survivor: survivor.id, absorbed, isDone };
}

const nothingLeft =
  'One of the two would be left with nothing that identifies it, or both have changed in this moment; look at the dry run again.';

async function assertAbsorbedBy({ deps, ws }: KeyCall, survivor: Profile, absorbed: ProfileId): Promise<void> {
  if (!survivor.lineage.includes(absorbed)) throw notFound('profile that this one has absorbed');
  const merge = await deps.store.merges.absorbing(ws, absorbed);
  if (!merge) throw notFound('record of that merge');
  if (merge.survivor === survivor.id) return;
  const between = profileId(merge.survivor);
  throw conflict(`It was absorbed by ${between}, which was absorbed since: take that merge back first, then this one.`);
}
