import type { Event } from '../events/event';
import { own } from '../json';
import { groupLimits, groupTypes, type GroupRef } from './group';

/** What a `group` call says. */
export interface GroupCall extends GroupRef {
  readonly role?: string;
  /** The person is no longer a member. */
  readonly isLeaving: boolean;
}

/**
 * Reads a `group` call as Segment's clients send it: `groupId`, and in the context `groupType` (`account` unless it says otherwise).
 * Segment's specification ("Spec: Group") has no word for a role or for leaving; here they are `groupRole` and `"groupLeft": true` of the
 * context, which all its clients can send. `undefined` for any other event, and for groups of a type that is not one of ours.
 */
export function readGroupCall({ kind, properties, context }: Event): GroupCall | undefined {
  if (kind !== 'group') return undefined;
  const key = own(properties, 'groupId');
  const named = own(context, 'groupType') ?? 'account';
  const type = groupTypes.find((one) => one === named);
  if (typeof key !== 'string' || key === '' || type === undefined) return undefined;
  const role = own(context, 'groupRole');
  const isRole = typeof role === 'string' && role !== '' && role.length <= groupLimits.roleLength;
  return { type, key, isLeaving: own(context, 'groupLeft') === true, ...(isRole && { role }) };
}
