import { suppressionsOf, type PersonSuppression } from '../../consent/suppression';
import { omit } from '../../json';
import type { Profile } from '../profile';
import { instantOf } from './evaluate-profile';
import type { OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Brings what the profiles of this fold say of suppressions up to the lists: whoever changes a list makes the people it names due, as
 * the end of an entry does, so that destinations hear of it within a second or two.
 */
export function heedSuppressions(fold: WorkspaceFold): void {
  for (const open of fold.opened.values())
    if (open.isTouched && open.profile.mergedInto === undefined) heed(fold, open);
}

function heed(fold: WorkspaceFold, open: OpenProfile): void {
  const before = open.profile.suppressions ?? [];
  const now = suppressionsOf(open.profile, fold.input.suppressions, instantOf(fold, open));
  if (before.length === 0 && now.length === 0) return;
  const isNew = JSON.stringify(before) !== JSON.stringify(now);
  if (isNew) open.hasNewSuppressions = true;
  open.profile = {
    ...omit(open.profile, 'suppressions'),
    ...(now.length > 0 && { suppressions: now }),
    ...dueBy(open.profile, now, isNew && now.length > 0 ? instantOf(fold, open) : Infinity),
  };
}

/**
 * The profile is looked at again when the first entry ends. And once more after entries were found, by a look at the lists that follows
 * this one: whoever took one off meanwhile did not see yet whose identifier it was about.
 */
function dueBy(
  { nextCheckAt }: Profile,
  suppressions: readonly PersonSuppression[],
  foundAt: number,
): Pick<Profile, 'nextCheckAt'> {
  const ends = suppressions.flatMap(({ expiresAt }) => expiresAt ?? []);
  const due = Math.min(nextCheckAt ?? Infinity, foundAt, ...ends);
  return due === Infinity ? {} : { nextCheckAt: due };
}
