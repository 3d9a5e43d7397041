import type { Event } from '../events/event';
import { own, withKey } from '../json';
import type { Listing, Profile } from './profile';
import type { Written } from './write-traits';

type Lists = Readonly<Record<string, Listing>>;

/** Lists after an event, and those of which the person is otherwise on than before. The newest statement counts; at one instant the later arrival. */
export function writeListing(lists: Lists, { listing, source }: Event): Written<Lists> {
  if (!listing) return { facts: lists, changed: [] };
  const { list, isOn, at } = listing;
  const present = own(lists, list);
  if (present && present.at > at) return { facts: lists, changed: [] };
  const isNews = (present?.isOn ?? false) !== isOn;
  return { facts: withKey<Listing>(lists, list, { isOn, at, source }), changed: isNews ? [list] : [] };
}

/** One person is on every list that either of the two was on; of two who were, or were not, the newer statement stays. */
export function unionLists(survivor: Lists, absorbed: Lists): Lists {
  const next = new Map(Object.entries(survivor));
  for (const [list, incoming] of Object.entries(absorbed)) {
    const present = own(survivor, list);
    if (!present || isWeightier(incoming, present)) next.set(list, incoming);
  }
  return Object.fromEntries(next);
}

function isWeightier(one: Listing, other: Listing): boolean {
  if (one.isOn !== other.isOn) return one.isOn;
  return one.at === other.at ? one.source < other.source : one.at > other.at;
}

/** As a profile holds them: nothing where there are none. */
export const asHeld = (lists: Lists): Pick<Profile, 'lists'> => (Object.keys(lists).length === 0 ? {} : { lists });

/** Those that still are the list of some audience. */
export function listsLeft(lists: Lists, known: ReadonlySet<string>): Lists {
  return Object.fromEntries(Object.entries(lists).filter(([list]) => known.has(list)));
}
