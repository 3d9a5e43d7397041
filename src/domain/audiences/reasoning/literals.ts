import type { Condition, Rule } from '../rule.schema';

/** A condition that is to hold, or not to. */
export interface Literal {
  readonly condition: Condition;
  readonly isTrue: boolean;
}

/** Beyond so many ways to hold, nothing is said of a rule. */
const mostWays = 500;

/**
 * Every way in which a rule can hold (or, with `isTrue` false, not hold), each as what must be so at once: its disjunctive normal form.
 * `undefined` where there are too many to look at.
 */
export function waysOf(rule: Rule, isTrue = true): Literal[][] | undefined {
  if ('not' in rule) return waysOf(rule.not, !isTrue);
  if ('all' in rule) return isTrue ? together(rule.all, true) : either(rule.all, false);
  if ('any' in rule) return isTrue ? either(rule.any, true) : together(rule.any, false);
  return [[{ condition: rule, isTrue }]];
}

function either(rules: readonly Rule[], isTrue: boolean): Literal[][] | undefined {
  const ways: Literal[][] = [];
  for (const rule of rules) {
    const more = waysOf(rule, isTrue);
    if (!more || ways.length + more.length > mostWays) return undefined;
    ways.push(...more);
  }
  return ways;
}

function together(rules: readonly Rule[], isTrue: boolean): Literal[][] | undefined {
  let ways: Literal[][] = [[]];
  for (const rule of rules) {
    const more = waysOf(rule, isTrue);
    if (!more || ways.length * more.length > mostWays) return undefined;
    ways = ways.flatMap((way) => more.map((one) => [...way, ...one]));
  }
  return ways;
}
