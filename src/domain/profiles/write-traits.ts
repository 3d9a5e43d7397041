import type { Event } from '../events/event';
import { own, type Json } from '../json';
import type { Consent, ConsentStatus, Trait } from './profile';

type Traits = Readonly<Record<string, Trait>>;
type Consents = Readonly<Record<string, Consent>>;

/** The profile's facts after a write, with the names that rules must look at again. */
export interface Written<Facts> {
  readonly facts: Facts;
  readonly changed: readonly string[];
}

/** What an event says of the person: values by name, and when some of them cease to be so. */
export interface Statement extends Pick<Event, 'traits' | 'traitExpiry' | 'source'> {
  /** As of when, epoch milliseconds. */
  readonly at: number;
}

/**
 * Sets traits: a later time wins, whatever the order of arrival; at the same time the later arrival. `null` deletes, and the deletion is
 * remembered so that older values do not come back; so is a value whose time is over. A repeated equal value keeps `since`, the start of
 * its reign, unless it had expired in between.
 */
export function writeTraits(
  traits: Traits,
  { traits: values, traitExpiry = {}, source, at }: Statement,
): Written<Traits> {
  const next = new Map(Object.entries(traits));
  const changed: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const present = own(traits, key);
    if (present && present.at > at) continue;
    const reign = present ? reignAt(present, at) : neverThere;
    const isSame = sameJson(reign.value, value);
    const end = value === null ? {} : endOf(traitExpiry, key);
    next.set(key, { value, at, since: isSame ? reign.since : at, source, ...end });
    // A new expiry is a change though the value is the same: the rules' next check moves with it.
    if (!isSame || reign.expiresAt !== end.expiresAt) changed.push(key);
  }
  return { facts: Object.fromEntries(next), changed };
}

function endOf(traitExpiry: NonNullable<Event['traitExpiry']>, key: string): Pick<Trait, 'expiresAt'> {
  const expiresAt = own(traitExpiry, key);
  return expiresAt === undefined ? {} : { expiresAt };
}

/** Nothing has always been what was never said. */
const neverThere: Pick<Trait, 'value' | 'since' | 'expiresAt'> = { value: null, since: 0 };

/** What held at an instant, and since when: nothing, since a trait expired. */
function reignAt(trait: Trait, at: number): Pick<Trait, 'value' | 'since' | 'expiresAt'> {
  const { expiresAt } = trait;
  return expiresAt !== undefined && expiresAt <= at ? { ...neverThere, since: expiresAt } : trait;
}

/** Newest per purpose; a denial survives anything but a later grant. */
export function unionConsent(consent: Consents, other: Consents): Written<Consents> {
  const next = new Map(Object.entries(consent));
  const changed: string[] = [];
  for (const [purpose, incoming] of Object.entries(other)) {
    const present = own(consent, purpose);
    if (present && !supersedes(incoming, present)) continue;
    next.set(purpose, incoming);
    if (present?.status !== incoming.status) changed.push(purpose);
  }
  return { facts: Object.fromEntries(next), changed };
}

/** Newest per trait; at the same time the survivor's. */
export function unionTraits(survivor: Traits, absorbed: Traits): Traits {
  const next = new Map(Object.entries(survivor));
  for (const [key, incoming] of Object.entries(absorbed)) {
    const present = own(survivor, key);
    if (!present || incoming.at > present.at) next.set(key, incoming);
  }
  return Object.fromEntries(next);
}

/** The later statement; of several at one instant the one that protects most, and then any, but the same in whatever order they come. */
export function supersedes(incoming: Consent, present: Consent): boolean {
  if (incoming.at !== present.at) return incoming.at > present.at;
  if (incoming.status !== present.status)
    return protection.indexOf(incoming.status) > protection.indexOf(present.status);
  return (incoming.messageId ?? '') < (present.messageId ?? '');
}

const protection: readonly ConsentStatus[] = ['granted', 'revoked', 'denied'];

function sameJson(a: Json, b: Json): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
