import { groupLimits, groupName, isSameGroup, presentGroups, type GroupMembership } from './group';
import type { GroupCall } from './read-group-call';

type Groups = readonly GroupMembership[];

/** When a call says what it says, and who sent it. */
type Said = Pick<GroupMembership, 'at' | 'source'>;

/** Somebody's groups after a call. The newest call counts, and any of them more than what a rule made of somebody's traits. */
export function afterCall(groups: Groups, call: GroupCall, said: Said): Groups {
  const before = groups.find((one) => isSameGroup(one, call));
  if (before && before.at !== said.at && !outdoes({ by: 'call', at: said.at }, before)) return groups;
  const present = before?.leftAt === undefined ? before : undefined;
  return call.isLeaving
    ? remembering(groups, { ...stated(call, said, present), holds: [], leftAt: said.at })
    : replacing(groups, { ...stated(call, said, present), ...roleOf(call.role ?? present?.role) });
}

function stated({ type, key }: GroupCall, { at, source }: Said, present: GroupMembership | undefined): GroupMembership {
  return { type, key, since: present?.since ?? at, at, source, by: 'call', holds: present?.holds ?? [] };
}

const roleOf = (role: string | undefined): Pick<GroupMembership, 'role'> => (role === undefined ? {} : { role });

/** Of two people who are one: every group of both, once, and none that either was taken out of later. */
export function unitedGroups(groups: Groups, theirs: Groups): Groups {
  return theirs.reduce((mine, other) => {
    const own = mine.find((one) => isSameGroup(one, other));
    const isNewer = own === undefined || outdoes(other, own);
    if (own && own.leftAt === undefined && other.leftAt === undefined) {
      const since = Math.min(own.since, other.since);
      return replacing(mine, { ...(isNewer ? other : own), since, holds: own.holds });
    }
    if (!isNewer) return mine;
    return other.leftAt === undefined ? replacing(mine, { ...other, holds: [] }) : remembering(mine, other);
  }, groups);
}

/** Whether what was said of a group counts more than what there is: a call more than a rule, which says it whenever it is asked. */
const outdoes = (said: Pick<GroupMembership, 'by' | 'at'>, present: Pick<GroupMembership, 'by' | 'at'>): boolean =>
  said.by === present.by ? said.at > present.at : said.by === 'call';

/** Keeps that somebody was taken out, of not more groups than one can be in: the oldest are forgotten. */
function remembering(groups: Groups, left: GroupMembership): Groups {
  const all = replacing(groups, left);
  const [oldest, ...kept] = all.filter(({ leftAt }) => leftAt !== undefined).sort((a, b) => a.at - b.at);
  return kept.length < groupLimits.perProfile ? all : all.filter((one) => one !== oldest);
}

const replacing = (groups: Groups, membership: GroupMembership): Groups => [
  ...groups.filter((one) => !isSameGroup(one, membership)),
  membership,
];

/** In how many groups somebody would be with those of others. */
export const countUnited = (...all: readonly (Groups | undefined)[]): number =>
  new Set(all.flatMap((groups) => presentGroups(groups).map(groupName))).size;
