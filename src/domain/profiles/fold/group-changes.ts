import { isSameGroup, presentGroups } from '../../groups/group';
import type { ChangeSet, GroupMemberWrite, GroupWrite, OutboxWork } from '../change-set';
import type { OpenProfile } from './open-profile';
import type { OpenGroup, WorkspaceFold } from './workspace-fold';

/** The groups that this fold changed, and who is a member of what now. */
export function groupChanges(fold: WorkspaceFold): Pick<ChangeSet, 'groups' | 'groupMembers'> {
  return {
    groups: changed(fold).flatMap(toWrite),
    groupMembers: [...fold.opened.values()].flatMap(moves),
  };
}

/** Whose answers are other ones than before: all members are to be asked again, those of this fold once more, which changes nothing. */
export function groupWork(fold: WorkspaceFold): OutboxWork[] {
  return changed(fold)
    .filter(({ group, hasNews }) => group.memberCount > 0 && hasNews)
    .map(({ group: { type, key }, behind }) => ({
      kind: 'group',
      type,
      key,
      ...(behind !== undefined && { behind }),
    }));
}

const changed = (fold: WorkspaceFold): OpenGroup[] =>
  [...fold.groups.values()].filter(({ group, before }) => group !== before);

/** One that began and ended in this fold was never there. */
function toWrite({ group, readRev }: OpenGroup): GroupWrite[] {
  if (readRev !== undefined) return [{ group: { ...group, rev: readRev + 1 }, readRev }];
  return group.memberCount > 0 ? [{ group: { ...group, rev: 1 } }] : [];
}

function moves({ profile, readGroups }: OpenProfile): GroupMemberWrite[] {
  const now = presentGroups(profile.groups);
  const joined = now.filter((one) => !readGroups.some((other) => isSameGroup(one, other) && one.since === other.since));
  const left = readGroups.filter((one) => !now.some((other) => isSameGroup(one, other)));
  return [
    ...joined.map(({ type, key, since }) => ({ type, key, since, profile: profile.id })),
    ...left.map(({ type, key }) => ({ type, key, profile: profile.id })),
  ];
}
