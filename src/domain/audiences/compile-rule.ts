import { behaviourKey, behaviourOf, type BehaviourCondition } from './behaviour/behaviour';
import { hasFrom } from './bind-paths';
import type { Evaluate, Reads } from './condition-kind';
import { compileCondition, readsOf } from './condition-kinds';
import type { Condition, Rule } from './rule.schema';
import { no, yes } from './rule-view';

/** What a rule reads: top-level trait keys, event names (`*` is every event), audiences, purposes, types of groups, lists. */
interface DependsOn {
  readonly traits: readonly string[];
  readonly events: readonly string[];
  readonly audiences: readonly string[];
  readonly consents: readonly string[];
  readonly groups: readonly string[];
  readonly lists: readonly string[];
  readonly identifiers: boolean;
  readonly paths: boolean;
}

export interface KeyedCondition {
  readonly key: string;
  readonly condition: BehaviourCondition;
}

/** A rule made ready: evaluating it costs no parsing and no look-up of kinds. */
export interface CompiledRule {
  readonly source: Rule;
  readonly evaluate: Evaluate;
  readonly dependsOn: DependsOn;
  /** The conditions on behaviour: what a profile must remember for this rule. Several may share a key, and ask for other stored events. */
  readonly conditions: readonly KeyedCondition[];
}

/** Compiles a parsed rule. Throws when a `{ "from": path }` is left in it: `bindPaths` comes first. */
export function compileRule(rule: Rule): CompiledRule {
  const found: Reads = {
    traits: new Set(),
    events: new Set(),
    audiences: new Set(),
    consents: new Set(),
    groups: new Set(),
    lists: new Set(),
    identifiers: false,
    paths: false,
  };
  const conditions: KeyedCondition[] = [];
  for (const condition of leavesOf(rule)) {
    if (hasFrom(condition))
      throw new Error('A value is still { "from": path }; bind the paths of a rule before compiling it.');
    readsOf(condition, found);
    const asked = behaviourOf(condition);
    if (asked) conditions.push({ key: behaviourKey(asked), condition: asked });
  }
  return {
    source: rule,
    evaluate: compileNode(rule),
    dependsOn: {
      traits: [...found.traits],
      events: [...found.events],
      audiences: [...found.audiences],
      consents: [...found.consents],
      groups: [...found.groups],
      lists: [...found.lists],
      identifiers: found.identifiers,
      paths: found.paths,
    },
    conditions,
  };
}

/** The conditions of a rule, left to right; those on the members of a group follow it, since the person is a member too. */
export function leavesOf(rule: Rule): Condition[] {
  if ('all' in rule) return rule.all.flatMap(leavesOf);
  if ('any' in rule) return rule.any.flatMap(leavesOf);
  if ('not' in rule) return leavesOf(rule.not);
  return 'group' in rule && rule.members ? [rule, ...leavesOf(rule.members)] : [rule];
}

function compileNode(rule: Rule): Evaluate {
  if ('all' in rule) return until(rule.all.map(compileNode), false);
  if ('any' in rule) return until(rule.any.map(compileNode), true);
  if ('not' in rule) return opposite(compileNode(rule.not));
  return compileCondition(rule, compileNode);
}

/**
 * `all` stops at the first false child and `any` at the first true one. That child alone keeps the answer, so its next check
 * is also the group's; when no child decides, any of them may.
 */
function until(children: readonly Evaluate[], decisive: boolean): Evaluate {
  return (view, now) => {
    let nextCheckAt: number | undefined;
    for (const child of children) {
      const found = child(view, now);
      if (found.matches === decisive) return found;
      const next = found.nextCheckAt;
      if (next !== undefined && (nextCheckAt === undefined || next < nextCheckAt)) nextCheckAt = next;
    }
    if (nextCheckAt === undefined) return decisive ? no : yes;
    return { matches: !decisive, nextCheckAt };
  };
}

function opposite(child: Evaluate): Evaluate {
  return (view, now) => {
    const { matches, nextCheckAt } = child(view, now);
    if (nextCheckAt === undefined) return matches ? no : yes;
    return { matches: !matches, nextCheckAt };
  };
}
