import type { Arms } from '../audiences/holdout';
import { own } from '../json';
import type { Consent, Listing, Profile, Trait } from './profile';

/** What a merge put in the place of what the survivor had, so that it can be taken back. */
export interface Replaced {
  readonly createdAt: number;
  readonly restrictedAt?: number;
  /** Which groups it was in, and taken out of, by then. */
  readonly groups?: Profile['groups'];
  readonly apart?: Profile['apart'];
  readonly isShared?: true;
  readonly holdouts?: Arms;
  readonly experiments?: Profile['experiments'];
  readonly traits: Replacements<Trait>;
  readonly consent: Replacements<Consent>;
  /** Absent where no list was. */
  readonly lists?: Replacements<Listing>;
}

/** By name; without `before` where there was nothing. */
export type Replacements<Fact> = Readonly<Record<string, Replacement<Fact>>>;

export interface Replacement<Fact> {
  readonly before?: Fact;
  readonly after: Fact;
}

/** By name. */
export type Facts<Fact> = Readonly<Record<string, Fact>>;

/** What of the survivor is otherwise after a merge. */
export function replacedBy(before: Profile, after: Profile): Replaced {
  return {
    createdAt: before.createdAt,
    ...(before.restrictedAt !== undefined && { restrictedAt: before.restrictedAt }),
    ...(before.groups && { groups: before.groups }),
    ...(before.apart && { apart: before.apart }),
    ...(before.isShared && { isShared: before.isShared }),
    ...(before.holdouts && { holdouts: before.holdouts }),
    ...(before.experiments && { experiments: before.experiments }),
    traits: replacements(before.traits, after.traits),
    consent: replacements(before.consent, after.consent),
    ...(after.lists && { lists: replacements(before.lists ?? {}, after.lists) }),
  };
}

/** What is otherwise after than before. */
export function replacements<Fact>(before: Facts<Fact>, after: Facts<Fact>): Replacements<Fact> {
  const changed = Object.entries(after).filter(([name, fact]) => own(before, name) !== fact);
  return Object.fromEntries(
    changed.map(([name, fact]) => {
      const present = own(before, name);
      return [name, { ...(present !== undefined && { before: present }), after: fact }];
    }),
  );
}
