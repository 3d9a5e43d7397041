import { toRuleEvent, type Event, type RuleEvent } from '../events/event';
import { factsAt } from '../profiles/facts-at';
import type { Profile } from '../profiles/profile';
import type { TraitRules } from '../profiles/trait-rules';
import { compileRule, leavesOf, type CompiledRule } from './compile-rule';
import { explainRule, type Explanation, type PersonAt } from './explain-rule';
import { factsAlone } from './facts-alone';
import { historyView } from './history-view';
import { noGroups, type GroupsOf, type ProfileFacts } from './profile-view';
import type { Rule } from './rule.schema';
import { earlier } from './rule-view';

export interface PreviewQuestion {
  readonly rule: Rule;
  /** Every audience the rule may refer to, by key. */
  readonly audiences: ReadonlyMap<string, Rule>;
  /** The instant the question is asked for, epoch milliseconds. */
  readonly at: number;
  /** Whether `at` is in the past, so that facts must be recomputed from events too. */
  readonly isPast: boolean;
  /** Which statements traits keep. */
  readonly traits?: TraitRules;
}

/** How to answer a question, person by person. */
export interface PreviewPlan {
  /** Events to read; all, when absent. */
  readonly names: readonly string[] | undefined;
  /**
   * Whether the question, or an audience that it rests on, asks for groups. Their members are counted as they change, for saved rules only,
   * and nobody can say what the count of a draft or of the past is.
   */
  readonly asksForGroups: boolean;
  /** The same of people who are put in by hand: who was in at a past instant does not follow from events, which end. */
  readonly asksForLists: boolean;
  /** Whether the person matches, where what is known without events decides; `undefined` where they are to be read. */
  readonly matchesAlone: (profile: Profile) => boolean | undefined;
  /** `events`: those of `names` that are this person's. */
  readonly matches: (profile: Profile, events: readonly Event[]) => boolean;
  /** The same with its reasons; `undefined` of somebody who was not known yet. */
  readonly explain: (profile: Profile, events: readonly Event[], groups?: GroupsOf) => Explanation | undefined;
}

/** How many events may be looked at, all in all, for when an answer flips: about a second of work. */
const mostLookedAt = 5_000_000;
const mostChecks = 100;

/**
 * Evaluates by the plain definition, from stored events: no bounded state, no stored memberships. A rule that refers to an audience
 * evaluates that audience's rule, at the same instant.
 */
export function planPreview({ rule, audiences, at, isPast, traits }: PreviewQuestion): PreviewPlan {
  const compiled = new Map([...audiences].map(([key, other]) => [key, compileRule(other)]));
  const main = compileRule(rule);
  const alone = factsAlone(rule, audiences);
  const factsOf = (profile: Profile, events: readonly Event[]): ProfileFacts | undefined =>
    isPast ? factsAt(profile, events, at, traits) : profile;
  const all = reachable(main, compiled);
  return {
    names: eventNames(all, isPast),
    asksForGroups: [...all].some(({ dependsOn }) => dependsOn.groups.length > 0),
    asksForLists: [...all].some(({ dependsOn }) => dependsOn.lists.length > 0),
    matchesAlone: (profile) => (isPast ? undefined : alone(historyView(profile, []), at)),
    matches: (profile, events) => {
      const facts = factsOf(profile, events);
      const { view } = personAt(compiled, facts ?? profile, events.map(toRuleEvent), at);
      return facts !== undefined && main.evaluate(view, at).matches;
    },
    explain: (profile, events, groups) => {
      const facts = factsOf(profile, events);
      if (!facts) return undefined;
      const seen = events.map(toRuleEvent).filter((event) => event.at <= at);
      const checks = Math.floor(mostLookedAt / (1 + seen.length * leavesOf(rule).length));
      const person = (then: number): PersonAt => personAt(compiled, facts, seen, then, groups);
      return explainRule(rule, person, { now: at, mostChecks: Math.min(mostChecks, checks) });
    },
  };
}

function personAt(
  audiences: ReadonlyMap<string, CompiledRule>,
  facts: ProfileFacts,
  events: readonly RuleEvent[],
  at: number,
  groups: GroupsOf = noGroups,
): PersonAt {
  const known = new Map<string, boolean>();
  let next: number | undefined;
  const isMember = (key: string): boolean => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const { matches = false, nextCheckAt } = audiences.get(key)?.evaluate(view, at) ?? {};
    next = earlier(next, nextCheckAt);
    known.set(key, matches);
    return matches;
  };
  const view = { ...historyView(facts, events, undefined, groups), isMember };
  return { view, othersNextCheckAt: () => next };
}

/** The rule and every audience it rests on. */
function reachable(rule: CompiledRule, audiences: ReadonlyMap<string, CompiledRule>): Set<CompiledRule> {
  const found = new Set([rule]);
  for (const one of found) {
    for (const key of one.dependsOn.audiences) {
      const other = audiences.get(key);
      if (other) found.add(other);
    }
  }
  return found;
}

/** Consent can come with any event, traits only with `identify`. */
function eventNames(rules: ReadonlySet<CompiledRule>, isPast: boolean): string[] | undefined {
  const names = new Set<string>();
  for (const { dependsOn } of rules) {
    for (const name of dependsOn.events) names.add(name);
    if (isPast && dependsOn.consents.length > 0) return undefined;
    if (isPast && dependsOn.traits.length > 0) names.add('identify');
  }
  return names.has('*') ? undefined : [...names];
}
