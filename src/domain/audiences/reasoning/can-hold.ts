import { grouped } from '../../grouped';
import type { Rule } from '../rule.schema';
import { unfoldAudiences, type RuleOf } from '../unfold-audiences';
import { waysOf, type Literal } from './literals';
import { subjects, type Subject } from './subjects';

/** Rules that grow beyond so many conditions by the audiences they refer to are looked at as far as that. */
const mostConditions = 500;

/**
 * Whether nobody can ever match: by each way to hold, something is asked that cannot be so at once. A rule that only might never hold, or is too
 * large to look at, is not said to.
 */
export function neverHolds(rule: Rule, now: number, ruleOf: RuleOf = () => undefined): boolean {
  const ways = waysOf(unfoldAudiences(rule, ruleOf, mostConditions));
  return ways !== undefined && !ways.some((way) => canBeTogether(way, now));
}

/** Whether everybody always matches. */
export const alwaysHolds = (rule: Rule, now: number, ruleOf?: RuleOf): boolean =>
  neverHolds({ not: rule }, now, ruleOf);

function canBeTogether(way: readonly Literal[], now: number): boolean {
  const named = way.map((literal) => ({ literal, ...subjectOf(literal) }));
  return [...grouped(named, ({ name }) => name).values()].every((about) => {
    const literals = about.map(({ literal }) => literal);
    return !saysBoth(literals) && (about[0]?.subject?.canBe(literals, now) ?? true);
  });
}

/** What a condition is about, by a name. Of one that nothing is known of, itself. */
function subjectOf({ condition }: Literal): { readonly name: string; readonly subject?: Subject } {
  for (const [index, subject] of subjects.entries()) {
    const name = subject.nameOf(condition);
    if (name !== undefined) return { name: `${index} ${name}`, subject };
  }
  return { name: JSON.stringify(condition) };
}

/** One and the same condition cannot hold and not hold. */
function saysBoth(literals: readonly Literal[]): boolean {
  const said = new Map<string, boolean>();
  return literals.some(({ condition, isTrue }) => {
    const text = JSON.stringify(condition);
    const before = said.get(text);
    said.set(text, isTrue);
    return before !== undefined && before !== isTrue;
  });
}
