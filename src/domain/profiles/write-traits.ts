import type { Event } from '../events/event';
import { own, withKey, type Json } from '../json';
import type { Consent, ConsentStatus, Trait } from './profile';
import { ruleOf, sumOf, takes, united, type TraitRules } from './trait-rules';

type Traits = Readonly<Record<string, Trait>>;
type Consents = Readonly<Record<string, Consent>>;

/** The profile's facts after a write, with the names that rules must look at again. */
export interface Written<Facts> {
  readonly facts: Facts;
  readonly changed: readonly string[];
}

/** What an event says of the person: values by name, and when some of them cease to be so. */
export interface Statement extends Pick<Event, 'traits' | 'traitExpiry' | 'increments' | 'source'> {
  /** As of when, epoch milliseconds. */
  readonly at: number;
}

/**
 * Sets traits: a later time wins, whatever the order of arrival, unless `rules` say otherwise of the trait; at the same time the later
 * arrival. `null` deletes, and the deletion is remembered so that older values do not come back; so is a value whose time is over. A
 * repeated equal value keeps `since`, the start of its reign, unless it had expired in between. Increments come after: each adds to what is
 * there by then.
 */
export function writeTraits(traits: Traits, statement: Statement, rules: TraitRules = {}): Written<Traits> {
  const written = setTraits(traits, statement, rules);
  return Object.entries(statement.increments ?? {}).reduce(
    (so, [name, by]) => addTo(so, name, by, statement, rules),
    written,
  );
}

/** Adds to a number, whenever that was said: two of any order add twice. What is something else than a number stays as it is. */
function addTo(
  { facts, changed }: Written<Traits>,
  name: string,
  by: number,
  { source, at: saidAt }: Statement,
  rules: TraitRules,
): Written<Traits> {
  const present = own(facts, name);
  const at = Math.max(saidAt, present?.at ?? saidAt);
  const reign = present ? reignAt(present, at) : neverThere;
  const value = sumOf(reign.value ?? 0, by);
  if (value === undefined || value === reign.value) return { facts, changed };
  const end = reign.expiresAt === undefined ? {} : { expiresAt: reign.expiresAt };
  const trait = { value, at, since: at, source, ...end };
  if (present && !takes(ruleOf(rules, name), present, trait)) return { facts, changed };
  return { facts: withKey<Trait>(facts, name, trait), changed: [...new Set([...changed, name])] };
}

function setTraits(traits: Traits, statement: Statement, rules: TraitRules): Written<Traits> {
  const { source, at } = statement;
  const next = new Map(Object.entries(traits));
  const changed: string[] = [];
  for (const [key, value] of Object.entries(takenOf(traits, statement, rules))) {
    const present = own(traits, key);
    const reign = present ? reignAt(present, at) : neverThere;
    const isSame = sameJson(reign.value, value);
    const end = endOf(statement, key);
    const since = isSame ? Math.min(reign.since, at) : at;
    next.set(key, { value, at, since, source, ...end });
    // A new expiry is a change though the value is the same: the rules' next check moves with it.
    if (!isSame || reign.since !== since || reign.expiresAt !== end.expiresAt) changed.push(key);
  }
  return { facts: Object.fromEntries(next), changed };
}

/** Of what is said, that which takes the place of what is there. */
export function takenOf(traits: Traits, statement: Statement, rules: TraitRules): Statement['traits'] {
  const { source, at } = statement;
  return Object.fromEntries(
    Object.entries(statement.traits).filter(([key, value]) => {
      const present = own(traits, key);
      return !present || takes(ruleOf(rules, key), present, { value, at, since: at, source, ...endOf(statement, key) });
    }),
  );
}

/** What is deleted has no end. */
function endOf({ traits, traitExpiry = {} }: Statement, key: string): Pick<Trait, 'expiresAt'> {
  const expiresAt = own(traits, key) === null ? undefined : own(traitExpiry, key);
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

/** What one profile has of the traits of two: by its rule, else the newest; at the same time the survivor's. */
export function unionTraits(survivor: Traits, absorbed: Traits, rules: TraitRules = {}): Traits {
  const next = new Map(Object.entries(survivor));
  for (const [key, incoming] of Object.entries(absorbed)) next.set(key, unitedTrait(survivor, key, incoming, rules));
  return Object.fromEntries(next);
}

export function unitedTrait(survivor: Traits, key: string, incoming: Trait, rules: TraitRules): Trait {
  const present = own(survivor, key);
  return present ? united(ruleOf(rules, key), present, incoming) : incoming;
}

/** The later statement; of several at one instant the one that protects most, and then any, but the same in whatever order they come. */
export function supersedes(incoming: Consent, present: Consent): boolean {
  if (incoming.at !== present.at) return incoming.at > present.at;
  if (incoming.status !== present.status)
    return protection.indexOf(incoming.status) > protection.indexOf(present.status);
  return incoming.messageId < present.messageId;
}

const protection: readonly ConsentStatus[] = ['granted', 'revoked', 'denied'];

function sameJson(a: Json, b: Json): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
