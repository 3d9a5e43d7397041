import type { Json, JsonObject } from '../json';
import type { GroupType } from '../groups/group';
import type { ConsentStatus, Listing } from '../profiles/profile';
import type { BehaviourCondition } from './behaviour/behaviour';

/** The answer to a rule at one instant. */
export interface Verdict {
  readonly matches: boolean;
  /** The earliest later instant at which the answer may change with no event. Perhaps too early, never too late. */
  readonly nextCheckAt?: number;
}

export const yes: Verdict = { matches: true };
export const no: Verdict = { matches: false };

export function verdict(matches: boolean, nextCheckAt: number | undefined): Verdict {
  if (nextCheckAt === undefined || nextCheckAt === Infinity) return matches ? yes : no;
  return { matches, nextCheckAt };
}

/** The earlier of two instants, either of which may be absent. */
export function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined || one < other ? one : other;
}

/** A group as one of its members sees it. */
export interface GroupView {
  trait(key: string): ReturnType<RuleView['trait']>;
  readonly memberCount: number;
  /** The person's own. */
  readonly role?: string;
  /** How many have a role, the person among them. */
  membersOf(role: string): number;
  /** Of how many members beside the person a facet holds. */
  othersHolding(facet: string): number;
}

/**
 * What a rule may know about one person. Traits are asked for by their top-level key. `since` is when the trait got its
 * present value: whoever writes an equal value again keeps it, or `for` would start anew.
 */
export interface RuleView {
  /** Of the profile; empty of a group. */
  readonly id: string;
  trait(key: string): { readonly value: Json; readonly since: number; readonly expiresAt?: number } | undefined;
  hasIdentifier(type: string): boolean;
  consent(purpose: string): ConsentStatus | undefined;
  isMember(audience: string): boolean;
  /** What was last said of a list that is kept by hand. */
  listed(list: string): Listing | undefined;
  /** The person's groups of a type, without those that are too large to mean anything. */
  groups(type: GroupType): readonly GroupView[];
  /** The source of event conditions: bounded state (`profileView`) or stored events (`historyView`). */
  behaviour(condition: BehaviourCondition, key: string, now: number): Verdict;
  /** In journeys: what `path` conditions read. */
  readonly paths?: JsonObject;
}

/** A view that also tells what it found. Of stored events: bounded state keeps what decides, and no more. */
export interface TellingView extends RuleView {
  /**
   * What a condition on behaviour compares: an instant for `first` and `last`; of `per` how many values qualify; of a sequence when the
   * newest chain began; the value of something computed. `undefined` where there is nothing to compare.
   */
  measure(condition: BehaviourCondition, now: number): Json | undefined;
}
