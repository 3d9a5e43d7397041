import { own, type Json, type JsonObject } from '../json';
import type { Consent, ConsentStatus, Trait } from './profile';

type Traits = Readonly<Record<string, Trait>>;
type Consents = Readonly<Record<string, Consent>>;

/** The profile's facts after a write, with the names that changed value. */
export interface Written<Facts> {
  readonly facts: Facts;
  readonly changed: readonly string[];
}

/**
 * Sets traits as of `at`: a later time wins, whatever the order of arrival; at the same time the later arrival. `null` deletes, and
 * the deletion is remembered so that older values do not come back. A repeated equal value keeps `since`, the start of its reign.
 */
export function writeTraits(traits: Traits, values: JsonObject, at: number, source: string): Written<Traits> {
  const next = new Map(Object.entries(traits));
  const changed: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const present = own(traits, key);
    if (present && present.at > at) continue;
    const isSame = present !== undefined && sameJson(present.value, value);
    next.set(key, { value, at, since: isSame ? present.since : at, source });
    if (!isSame && !(value === null && present === undefined)) changed.push(key);
  }
  return { facts: Object.fromEntries(next), changed };
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
