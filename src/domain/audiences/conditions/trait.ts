import { parseDuration } from '../../duration';
import { partsOf, someAt, valueAt, type PathPart } from '../../path';
import { checkComparison } from '../check-comparison';
import { compileComparison, type Comparison } from '../comparison';
import type { ConditionKind, Evaluate, Finding } from '../condition-kind';
import type { TraitCondition } from '../rule.schema';
import { earlier, no, verdict, yes, type RuleView, type Verdict } from '../rule-view';
import { compareValue } from './compare-value';

interface Asked {
  readonly comparison: Comparison;
  readonly parts: readonly PathPart[];
  /** Milliseconds for which the value must have been so; 0 when any time will do. */
  readonly heldFor: number;
}
type HeldTrait = NonNullable<ReturnType<RuleView['trait']>>;

/** `{ "trait": "loyalty.tier", "is": "equals", "value": "gold", "for": "7d" }` */
export const trait: ConditionKind<TraitCondition> = {
  compile(condition): Evaluate {
    const [key, ...parts] = partsOf(condition.trait);
    const comparison = compileComparison(condition);
    const { isNegated, holds } = comparison;
    const heldFor = condition.for === undefined ? 0 : parseDuration(condition.for);
    const isStill = heldFor === 0 && comparison.spanOf === undefined;
    const absent = isNegated ? yes : no;
    return (view, now) => {
      const held = view.trait(key);
      if (held === undefined) return absent;
      if (isStill && held.expiresAt === undefined) return someAt(held.value, parts, holds) !== isNegated ? yes : no;
      return judge(held, { comparison, parts, heldFor }, now);
    };
  },

  reads(condition, found) {
    found.traits.add(partsOf(condition.trait)[0]);
  },

  check(condition, path, context): Finding[] {
    const findings = checkComparison(condition, path, context);
    if (condition.for !== undefined && compileComparison(condition).spanOf) {
      findings.push({
        code: 'for_with_moving_date',
        path: `${path}/for`,
        message: `"${condition.is}" already moves with time and cannot be combined with "for".`,
        suggestion: 'Leave "for" out and shift the date instead.',
      });
    }
    return findings;
  },

  actual(condition, view, now) {
    const [key, ...parts] = partsOf(condition.trait);
    const { value, expiresAt = Infinity } = view.trait(key) ?? {};
    return expiresAt <= now ? undefined : valueAt(value, parts);
  },
};

function judge(held: HeldTrait, { comparison, parts, heldFor }: Asked, now: number): Verdict {
  const { value, since, expiresAt } = held;
  const hasExpired = expiresAt !== undefined && expiresAt <= now;
  const { matches, nextCheckAt } = compareValue(comparison, hasExpired ? undefined : value, parts, now);
  const next = hasExpired ? nextCheckAt : earlier(nextCheckAt, expiresAt);
  if (!matches) return verdict(false, next);
  const lastingAt = (hasExpired ? expiresAt : since) + heldFor;
  return heldFor > 0 && now < lastingAt ? verdict(false, earlier(next, lastingAt)) : verdict(true, next);
}
