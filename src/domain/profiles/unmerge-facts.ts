import { effectiveAt, type Event } from '../events/event';
import type { Division } from '../identity/divide-events';
import { own } from '../json';
import type { Merge } from './change-set';
import { asHeld, unionLists, writeListing } from './lists';
import type { Consent, Listing, Profile, Trait } from './profile';
import type { Ruleset } from './ruleset';
import { replacements, type Facts, type Replaced, type Replacements } from './replaced';
import { outdoes, ruleOf } from './trait-rules';
import { writeConsent } from './write-consent';
import { unionConsent, unionTraits, writeTraits } from './write-traits';

/** An applied event with its number among what happened to the profile it is stored under. */
export interface NumberedEvent extends Event {
  readonly seq: number;
}

/** What was read of a merge that is to be taken back. The events of the division are stored under the ids they go to. */
export interface Unmerge {
  readonly merge: Merge;
  /** Merges that the survivor made before it, and after it, oldest first. */
  readonly earlier: readonly Merge[];
  readonly later: readonly Merge[];
  /** The absorbed profile as it is now, and the highest number of an event stored under its id. */
  readonly tombstone: Profile;
  readonly lastSeq: number;
  /** Of everything that came after the merge. */
  readonly division: Division<NumberedEvent>;
  /** What the survivor, and whom it had absorbed by then, had stated before. Needed where the absorbed has stated something since. */
  readonly before: readonly Event[];
}

/** What people, and others of them, state. */
type Stated = Pick<Profile, 'traits' | 'consent' | 'lists' | 'createdAt'>;

/** By what it is decided which statements count. */
type FactRules = Pick<Ruleset, 'purposes'> & { readonly identity: Pick<Ruleset['identity'], 'traits'> };

/** What the absorbed stated: by the merge, and by those of its events that came since. */
export function factsOfAbsorbed({ merge, division }: Unmerge, ruleset: FactRules): Stated {
  const { traits, consent, lists = {}, createdAt } = merge.absorbedProfile;
  return {
    createdAt: division.mine.reduce(orEarlier, createdAt),
    traits: division.mine.reduce(traitKind(ruleset).state, traits),
    consent: division.mine.reduce(consentKind(ruleset).state, consent),
    ...asHeld(division.mine.reduce(listKind.state, lists)),
  };
}

/** What the survivor has without the absorbed, and what the later merges replaced in that. */
export interface FactsLeft extends Stated {
  readonly later: readonly Replaced[];
}

/** Facts that came from the absorbed, by the merge or since, are as they would be had it never been there; all others stay. */
export function factsLeft(survivor: Profile, read: Unmerge, ruleset: FactRules): FactsLeft {
  const traits = leftOf(traitKind(ruleset), survivor, read);
  const consent = leftOf(consentKind(ruleset), survivor, read);
  const lists = leftOf(listKind, survivor, read);
  const age = ageLeft(read);
  const later = read.later.map((merge, index) => {
    const account = {
      ...{ traits: traits.later[index] ?? {}, consent: consent.later[index] ?? {} },
      lists: lists.later[index] ?? {},
    };
    return { ...merge.replaced, ...account, createdAt: age.before.get(merge) ?? merge.replaced.createdAt };
  });
  const stated = { traits: traits.facts, consent: consent.facts, ...asHeld(lists.facts) };
  return { ...stated, createdAt: age.createdAt, later };
}

/** Since when the survivor is known without the absorbed: now, and before each of the later merges. */
function ageLeft(read: Unmerge): { readonly createdAt: number; readonly before: ReadonlyMap<Merge, number> } {
  let { createdAt } = read.merge.replaced;
  const before = new Map<Merge, number>();
  for (const happened of sequence(read)) {
    if ('seq' in happened) createdAt = orEarlier(createdAt, happened);
    else {
      before.set(happened, createdAt);
      createdAt = Math.min(createdAt, happened.absorbedProfile.createdAt);
    }
  }
  return { createdAt, before };
}

const orEarlier = (createdAt: number, event: Event): number => Math.min(createdAt, effectiveAt(event));

/** What traits and consent are to an account of merges. */
interface Kind<Fact> {
  of(profile: Profile): Facts<Fact>;
  replaced(merge: Merge): Replacements<Fact>;
  /** The facts after an event. */
  state(this: void, facts: Facts<Fact>, event: Event): Facts<Fact>;
  unite(this: void, survivor: Facts<Fact>, absorbed: Facts<Fact>): Facts<Fact>;
  /** Whether a fact counts more than what there is of that name. */
  outdoes(this: void, facts: Facts<Fact>, name: string, fact: Fact): boolean;
  /** Names of facts to which an event adds: what there is of these is nobody's own statement. */
  addsTo?(this: void, event: Event): readonly string[];
}

const traitKind = ({ identity: { traits: rules } }: FactRules): Kind<Trait> => ({
  of: ({ traits }) => traits,
  replaced: ({ replaced }) => replaced.traits,
  state: (traits, event) =>
    event.kind === 'identify' ? writeTraits(traits, { ...event, at: effectiveAt(event) }, rules).facts : traits,
  unite: (one, other) => unionTraits(one, other, rules),
  outdoes: (traits, name, trait) => {
    const present = own(traits, name);
    return !present || outdoes(ruleOf(rules, name), trait, present);
  },
  addsTo: ({ increments = {} }) => Object.keys(increments),
});

const consentKind = ({ purposes }: FactRules): Kind<Consent> => ({
  of: ({ consent }) => consent,
  replaced: ({ replaced }) => replaced.consent,
  state: (consent, event) => unionConsent(consent, writeConsent({}, event, purposes).facts).facts,
  unite: (one, other) => unionConsent(one, other).facts,
  outdoes: (consent, name, { at }) => at > (own(consent, name)?.at ?? -Infinity),
});

const listKind: Kind<Listing> = {
  of: ({ lists = {} }) => lists,
  replaced: ({ replaced: { lists = {} } }) => lists,
  state: (lists, event) => writeListing(lists, event).facts,
  unite: unionLists,
  outdoes: (lists, name, { at }) => at > (own(lists, name)?.at ?? -Infinity),
};

interface Left<Fact> {
  readonly facts: Facts<Fact>;
  /** What each of the later merges replaces now. */
  readonly later: readonly Replacements<Fact>[];
}

/**
 * Lives through what has happened to the survivor since, as far as the absorbed had to do with it: from what was there before the merge,
 * through its own events and later merges, in their order.
 */
function leftOf<Fact extends object>(kind: Kind<Fact>, survivor: Profile, read: Unmerge): Left<Fact> {
  const { merge, division } = read;
  const stated = division.mine.map((event) => kind.state({}, event));
  const touched = new Set([kind.replaced(merge), ...stated].flatMap((facts) => Object.keys(facts)));
  const only = <Value>(facts: Facts<Value>): Facts<Value> => pick(facts, (name) => touched.has(name));
  let facts = only(factsBefore(kind, read));
  const later = new Map<Merge, Replacements<Fact>>();
  for (const happened of sequence(read)) {
    if ('seq' in happened) facts = only(kind.state(facts, happened));
    else {
      const made = kind.unite(facts, only(kind.of(happened.absorbedProfile)));
      const others = pick(kind.replaced(happened), (name) => !touched.has(name));
      later.set(happened, { ...others, ...replacements(facts, made) });
      facts = made;
    }
  }
  const present = kind.of(survivor);
  const accounts = [merge, ...read.later].map((one) => kind.replaced(one));
  const added = new Set([...division.mine, ...division.rest].flatMap((event) => kind.addsTo?.(event) ?? []));
  const isTheirs = (name: string, fact: Fact): boolean =>
    added.has(name) ||
    stated.some((of) => saysSame(own(of, name), fact)) ||
    accounts.some((account) => saysSame(own(account, name)?.after, fact));
  // What nobody can say any more who stated it, since its event is gone, stays.
  const kept = pick(present, (name, fact) => {
    if (!touched.has(name)) return true;
    return !isTheirs(name, fact) && kind.outdoes(facts, name, fact);
  });
  return { facts: { ...facts, ...kept }, later: read.later.map((one) => later.get(one) ?? {}) };
}

/** What the survivor had before the merge, of what the absorbed has changed by it or since. */
function factsBefore<Fact>(kind: Kind<Fact>, { merge, earlier, before }: Unmerge): Facts<Fact> {
  const united = earlier.map(({ absorbedProfile }) => kind.of(absorbedProfile)).reduce(kind.unite, {});
  const known = before.reduce(kind.state, united);
  const replaced = kind.replaced(merge);
  const had = Object.entries(replaced).flatMap(([name, was]) =>
    was.before === undefined ? [] : [[name, was.before] as const],
  );
  return { ...pick(known, (name) => !Object.hasOwn(replaced, name)), ...Object.fromEntries(had) };
}

/** Events of the survivor and its later merges, in the order in which they happened to it. */
export function sequence({ later, division }: Unmerge): (NumberedEvent | Merge)[] {
  const seqOf = (happened: NumberedEvent | Merge): number =>
    'survivorSeq' in happened ? happened.survivorSeq : happened.seq;
  return [...division.rest, ...later].sort((one, other) => seqOf(one) - seqOf(other));
}

function pick<Fact>(facts: Facts<Fact>, isWanted: (name: string, fact: Fact) => boolean): Facts<Fact> {
  return Object.fromEntries(Object.entries(facts).filter(([name, fact]) => isWanted(name, fact)));
}

/** Whether two are one statement, whatever it found there. */
function saysSame(one: object | undefined, other: object): boolean {
  return one !== undefined && JSON.stringify(statement(one)) === JSON.stringify(statement(other));
}

/** Facts come from the store and from JSON alike: the order of their fields says nothing. */
const statement = (fact: object): [string, unknown][] =>
  Object.entries(fact)
    .filter(([field]) => field !== 'since')
    .sort(([one], [other]) => (one < other ? -1 : 1));
