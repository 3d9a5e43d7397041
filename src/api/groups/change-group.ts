import type { Event } from '../../domain/events/event';
import { isSameGroup, presentGroups, type GroupRef } from '../../domain/groups/group';
import type { JsonObject } from '../../domain/json';
import type { Profile } from '../../domain/profiles/profile';
import { conflict } from '../problem';
import { findProfile } from '../profiles/find-profile';
import { nameOf, ownEvent, recordEvent } from '../profiles/record-event';
import type { KeyCall } from '../route';
import { findGroup } from './find-group';

/** What the API says of a group or a member, as the `group` call that it becomes. */
function groupEvent(
  call: KeyCall,
  { type, key }: GroupRef,
  profile: Profile,
  { traits = {}, context = {} }: { readonly traits?: JsonObject; readonly context?: JsonObject },
): Event {
  const by = { kind: 'group' as const, identifiers: [nameOf(profile)] };
  const event = ownEvent(call, 'group', { ...by, context: { groupType: type, ...context } });
  return { ...event, properties: { groupId: key }, traits };
}

/** Answers whether it is applied yet. */
async function record(call: KeyCall, event: Event): Promise<boolean> {
  return (await recordEvent(call, event)) === 'applied';
}

/** Says what the traits of a group are now: in the name of its first member, since it is nobody itself. Throws 404 and 409. */
export async function setTraits(call: KeyCall, ref: GroupRef, traits: JsonObject): Promise<boolean> {
  await findGroup(call, ref);
  const { store } = call.deps;
  const [first] = await store.groups.firstMembers(call.ws, ref, 1);
  const profile = first && (await store.profiles.canonical(call.ws, first.profile));
  if (!profile) throw conflict(`The ${ref.type} has just lost its last member.`);
  return record(call, groupEvent(call, ref, profile, { traits }));
}

export async function addMember(
  call: KeyCall,
  ref: GroupRef,
  { profile: of, role }: { readonly profile: string; readonly role?: string | undefined },
): Promise<{ readonly isDone: boolean; readonly profile: Profile }> {
  const profile = await findProfile(call.deps.store, call.ws, of);
  const context = role === undefined ? {} : { groupRole: role };
  const isDone = await record(call, groupEvent(call, ref, profile, { context }));
  return { isDone, profile };
}

/** Nothing happens to somebody who is no member. */
export async function removeMember(call: KeyCall, ref: GroupRef, of: string): Promise<void> {
  const profile = await findProfile(call.deps.store, call.ws, of);
  if (!presentGroups(profile.groups).some((one) => isSameGroup(one, ref))) return;
  await record(call, groupEvent(call, ref, profile, { context: { groupLeft: true } }));
}
