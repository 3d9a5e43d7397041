import type { Json } from '../json';
import { compileRule, type CompiledRule } from './compile-rule';
import { actualOf, kindNameOf, type Kind } from './condition-kinds';
import type { Condition, Rule } from './rule.schema';
import { earlier, type TellingView, type Verdict } from './rule-view';

/** One part of a rule, and how it is about a person at an instant. */
export interface ExplainedPart extends Steadiness {
  /** JSON pointer into the rule; empty for the whole. */
  readonly pointer: string;
  readonly kind: 'all' | 'any' | 'not' | Kind;
  readonly matches: boolean;
  /** What is asked; absent for `all`, `any` and `not`. */
  readonly condition?: Condition;
  /** What was found of what a condition asks for; absent where nothing was. */
  readonly actual?: Json;
}

/** What time alone will do to an answer. With neither field it stays as it is. */
export interface Steadiness {
  /** The answer is another from this instant on, if nothing happens. */
  readonly flipsAt?: number;
  /** How far was looked, where that was not far enough: it is the same at least until then. */
  readonly steadyUntil?: number;
}

export interface Explanation {
  readonly matches: boolean;
  /** The rule and its parts, each before those inside it. */
  readonly parts: readonly ExplainedPart[];
  /** The fewest conditions that would have to turn out otherwise for the whole to, by their pointers. */
  readonly nearest: readonly string[];
}

/** A person at an instant, if nothing happens until then. */
export interface PersonAt {
  readonly view: TellingView;
  /** When other audiences that were asked for may answer otherwise; to be read after evaluating. */
  readonly othersNextCheckAt: () => number | undefined;
}

/**
 * Why a rule holds of somebody at `now`, or does not: every condition with what it found, what would turn it, and what time will. Each part
 * is asked anew `mostChecks` times at most for when it flips.
 */
export function explainRule(
  rule: Rule,
  personAt: (at: number) => PersonAt,
  { now, mostChecks }: { readonly now: number; readonly mostChecks: number },
): Explanation {
  const { view } = personAt(now);
  const explain = (part: Rule, pointer: string): Explanation => {
    const { evaluate } = compileRule(part);
    const ask = (at: number): Verdict => askAt(evaluate, personAt(at), at);
    const first = ask(now);
    const { matches } = first;
    const own = { pointer, matches, ...steadiness(first, ask, mostChecks) };
    const children = childrenOf(part).map(({ rule: child, at }) => explain(child, `${pointer}/${at}`));
    if (children.length === 0) {
      const condition = part as Condition;
      const actual = actualOf(condition, view, now);
      const kind = kindNameOf(condition);
      return {
        parts: [{ ...own, kind, condition, ...(actual !== undefined && { actual }) }],
        matches,
        nearest: [pointer],
      };
    }
    const kind = 'all' in part ? 'all' : 'any' in part ? 'any' : 'not';
    const nearest = nearestOf(kind, matches, children);
    return { parts: [{ ...own, kind }, ...children.flatMap(({ parts }) => parts)], matches, nearest };
  };
  return explain(rule, '');
}

function childrenOf(rule: Rule): { readonly rule: Rule; readonly at: string }[] {
  if ('all' in rule) return rule.all.map((child, index) => ({ rule: child, at: `all/${index}` }));
  if ('any' in rule) return rule.any.map((child, index) => ({ rule: child, at: `any/${index}` }));
  return 'not' in rule ? [{ rule: rule.not, at: 'not' }] : [];
}

/** One child turns an `all` that holds, or an `any` that does not; else every child that is in the way has to turn. */
function nearestOf(kind: 'all' | 'any' | 'not', matches: boolean, children: readonly Explanation[]): readonly string[] {
  const isOneEnough = kind === 'not' || (kind === 'all') === matches;
  if (!isOneEnough) return children.filter((child) => child.matches === matches).flatMap(({ nearest }) => nearest);
  return children.map(({ nearest }) => nearest).reduce((one, other) => (other.length < one.length ? other : one));
}

function askAt(evaluate: CompiledRule['evaluate'], { view, othersNextCheckAt }: PersonAt, at: number): Verdict {
  const { matches, nextCheckAt } = evaluate(view, at);
  const next = earlier(nextCheckAt, othersNextCheckAt());
  return { matches, ...(next !== undefined && { nextCheckAt: next }) };
}

function steadiness(first: Verdict, ask: (at: number) => Verdict, mostChecks: number): Steadiness {
  let { matches, nextCheckAt } = first;
  for (let checks = 0; nextCheckAt !== undefined; checks += 1) {
    if (checks === mostChecks) return { steadyUntil: nextCheckAt };
    const at: number = nextCheckAt;
    ({ matches, nextCheckAt } = ask(at));
    if (matches !== first.matches) return { flipsAt: at };
  }
  return {};
}
