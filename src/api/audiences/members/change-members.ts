import type { Event, Identifier, ListingCall } from '../../../domain/events/event';
import type { ProfileId } from '../../../domain/ids';
import { findProfiles, type Named } from '../../profiles/find-profile';
import { strongestOf } from '../../../domain/profiles/present';
import { ownEvent, recordEvents } from '../../profiles/record-event';
import type { KeyCall } from '../../route';

/** Whom to put in and whom to take out, as they are referred to. */
export interface MemberChanges {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export interface ChangedMembers {
  /** How many people were put in, and taken out, whether or not they were in before. */
  readonly added: number;
  readonly removed: number;
  /** References that name nobody, as JSON pointers into the body. */
  readonly unknown: readonly string[];
  readonly isApplied: boolean;
}

/**
 * Puts people on a list and takes them off it, an event for each, and waits a few seconds for these. Whoever is in both is taken off: that is
 * how somebody who may not be in it stays out.
 */
export async function changeMembers(
  call: KeyCall,
  list: string,
  { add, remove }: MemberChanges,
): Promise<ChangedMembers> {
  const found = nameable(await findProfiles(call.deps.store, call.ws, [...new Set([...add, ...remove])]));
  const wanted = new Map<ProfileId, Nameable & { readonly isOn: boolean }>();
  for (const { refs, isOn } of [
    { refs: add, isOn: true },
    { refs: remove, isOn: false },
  ])
    for (const ref of refs) {
      const named = found.get(ref);
      if (named) wanted.set(named.profile.id, { ...named, isOn });
    }
  const events = [...wanted.values()].map(({ by, isOn }) => toEvent(call, by, { list, isOn, at: call.now }));
  const states = events.length === 0 ? new Map<string, never>() : await recordEvents(call, events);
  const added = events.filter(({ listing }) => listing?.isOn === true).length;
  return {
    ...{ added, removed: events.length - added },
    unknown: [...unknownOf('add', add, found), ...unknownOf('remove', remove, found)],
    isApplied: [...states.values()].every((state) => state !== 'pending'),
  };
}

/** Somebody whom an event can name. */
type Nameable = Required<Named>;

/** By what the request named them by: if the profile turns out to be two people, it was that one who was meant. */
function nameable(found: ReadonlyMap<string, Named>): ReadonlyMap<string, Nameable> {
  return new Map(
    [...found].flatMap(([ref, { profile, by }]) => {
      const name = by ?? strongestOf(profile);
      return name ? [[ref, { profile, by: name }] as const] : [];
    }),
  );
}

const toEvent = (call: KeyCall, by: Identifier, listing: ListingCall): Event =>
  ownEvent(call, 'member', { kind: 'identify', identifiers: [by], listing });

const unknownOf = (
  field: keyof MemberChanges,
  refs: readonly string[],
  found: ReadonlyMap<string, unknown>,
): string[] => refs.flatMap((ref, index) => (found.has(ref) ? [] : [`/${field}/${index}`]));
