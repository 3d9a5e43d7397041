import { contentKey } from '../audiences/behaviour/condition-key';
import type { GroupCondition, Rule } from '../audiences/rule.schema';
import type { Json } from '../json';

/** A condition on the members of a group. */
export type MembersCondition = GroupCondition & { readonly members: Rule };

/** Names what is counted of the members of a group: of how many a rule holds, perhaps only among those of a role. */
export const facetKey = ({ role, ...asked }: Pick<MembersCondition, 'members' | 'counted' | 'role'>): string =>
  contentKey([countedOf(asked) as unknown as Json, role ?? null]);

/** The rule by which members are counted. */
export const countedOf = ({ members, counted = members }: Pick<MembersCondition, 'members' | 'counted'>): Rule =>
  counted;

/** Under which a group counts its members of a role. */
export const roleKey = (role: string): string => `role:${role}`;
