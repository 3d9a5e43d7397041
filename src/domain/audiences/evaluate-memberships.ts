import { own } from '../json';
import type { Profile } from '../profiles/profile';
import { orderAudiences } from './audience-order';
import { edgeRead, eventNamesOf } from './behaviour/behaviour';
import type { EdgeRange } from './behaviour/behaviour-answer';
import { compileRule, type CompiledRule, type KeyedCondition } from './compile-rule';
import { profileView, type EdgeEvents, type GroupsOf } from './profile-view';
import type { Rule } from './rule.schema';
import { earlier } from './rule-view';

export interface CompiledAudience {
  readonly key: string;
  readonly rule: CompiledRule;
}

/** Audiences made ready for evaluation, each after those it refers to. Throws `AudienceOrderError`. */
export function compileAudiences(
  audiences: readonly { readonly key: string; readonly rule: Rule }[],
): CompiledAudience[] {
  return orderAudiences(audiences).map(({ key, rule }) => ({ key, rule: compileRule(rule) }));
}

/** What changed about a profile, in the terms of `dependsOn`: top-level trait keys, event names, purposes, audience keys, lists. */
export interface Change {
  readonly traits?: Iterable<string>;
  readonly events?: Iterable<string>;
  readonly consents?: Iterable<string>;
  readonly audiences?: Iterable<string>;
  readonly lists?: Iterable<string>;
  readonly identifiers?: boolean;
  /** The person is in a group, or has just left one: what others did there counts too. */
  readonly groups?: boolean;
}

/** Whether the change can alter a rule's answer or the time of its next check. */
export function affectedBy({ dependsOn }: CompiledRule, change: Change): boolean {
  const events = [...(change.events ?? [])];
  return (
    (dependsOn.identifiers && change.identifiers === true) ||
    (dependsOn.groups.length > 0 && change.groups === true) ||
    touches(dependsOn.events, dependsOn.events.includes('*') && events.length > 0 ? ['*'] : events) ||
    (['traits', 'consents', 'audiences', 'lists'] as const).some((what) => touches(dependsOn[what], change[what]))
  );
}

/** A range of stored events to re-read for a condition, from every id of the profile's lineage. */
export interface NeededEdge extends KeyedCondition, EdgeRange {
  readonly events: readonly string[];
}

/** What must be read and supplied as edges before the rule is evaluated at this very `now`; almost always nothing. */
export function neededEdges(
  { conditions }: Pick<CompiledRule, 'conditions'>,
  { states }: Pick<Profile, 'states'>,
  now: number,
): NeededEdge[] {
  return conditions.flatMap(({ key, condition }) => {
    const state = own(states, key);
    const range = state && edgeRead(condition, state, now);
    return range ? [{ key, condition, events: eventNamesOf(condition), ...range }] : [];
  });
}

const none: ReadonlySet<string> = new Set();

/** The edges that an evaluation makes, in the order of the audiences, and when to look again. */
export interface MembershipChanges {
  readonly entered: readonly string[];
  readonly exited: readonly string[];
  /** For each audience that may change with no event: when it must be evaluated again. Belongs in the profile. */
  readonly checks: Readonly<Record<string, number>>;
  /** The earliest of `checks`. */
  readonly nextCheckAt?: number;
}

/**
 * Evaluates memberships at `now`. Audiences come ordered, and each is evaluated at most once, after those it refers to, so
 * that one change makes one edge. Evaluated are the `affected` ones (all, without it), those whose check is due, and those
 * that refer to one that has just changed; an empty set is what a clock passes. Those in `left`, which refer to none, stay as they
 * are. Throws `EdgeEventsMissing`.
 */
export function evaluateMemberships(
  profile: Profile,
  audiences: readonly CompiledAudience[],
  now: number,
  edges?: EdgeEvents,
  affected?: ReadonlySet<string>,
  groups?: GroupsOf,
  left: ReadonlySet<string> = none,
): MembershipChanges {
  const before = profile.checks ?? {};
  const changes = new Map<string, boolean>();
  const checks: [string, number][] = [];
  const stored = profileView(profile, edges, profile.memberships, undefined, groups);
  const view = { ...stored, isMember: (key: string) => changes.get(key) ?? stored.isMember(key) };
  const isAsked = (key: string, known: number | undefined): boolean =>
    !left.has(key) && (affected === undefined || affected.has(key) || (known !== undefined && known <= now));
  for (const { key, rule } of audiences) {
    const known = own(before, key);
    let next = known;
    if (isAsked(key, known) || rule.dependsOn.audiences.some((name) => changes.has(name))) {
      const { matches, nextCheckAt } = rule.evaluate(view, now);
      if (matches !== stored.isMember(key)) changes.set(key, matches);
      next = nextCheckAt;
    }
    if (next !== undefined) checks.push([key, next]);
  }
  return summary(changes, checks);
}

function summary(
  changes: ReadonlyMap<string, boolean>,
  checks: readonly (readonly [string, number])[],
): MembershipChanges {
  const nextCheckAt = checks.reduce<number | undefined>((soonest, [, at]) => earlier(soonest, at), undefined);
  const edges = [...changes];
  return {
    entered: edges.flatMap(([key, isMember]) => (isMember ? [key] : [])),
    exited: edges.flatMap(([key, isMember]) => (isMember ? [] : [key])),
    checks: Object.fromEntries(checks),
    ...(nextCheckAt === undefined ? {} : { nextCheckAt }),
  };
}

function touches(names: readonly string[], changed: Iterable<string> = []): boolean {
  for (const name of changed) if (names.includes(name)) return true;
  return false;
}
