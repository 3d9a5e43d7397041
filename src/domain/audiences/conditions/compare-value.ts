import type { Json } from '../../json';
import type { Comparison, Span } from '../comparison';
import { someAt, type Step } from '../path';
import { earlier, no, verdict, yes, type Verdict } from '../rule-view';

/** Compares the value at the steps, or any of the values where the steps pass through a list. Absent values match negations only. */
export function compareValue(
  comparison: Comparison,
  value: Json | undefined,
  steps: readonly Step[],
  now: number,
): Verdict {
  const { isNegated, holds, spanOf } = comparison;
  if (!spanOf) return someAt(value, steps, holds) !== isNegated ? yes : no;
  let nextCheckAt: number | undefined;
  const matches = someAt(value, steps, (found) => {
    const span = spanOf(found);
    if (!span) return false;
    nextCheckAt = earlier(nextCheckAt, nextFlipOf(span, now));
    return isWithin(span, now);
  });
  return verdict(matches, nextCheckAt);
}

export function isWithin(span: Span, now: number): boolean {
  return span.from <= now && now < span.to;
}

/** When a span begins or ends after now. */
export function nextFlipOf({ from, to }: Span, now: number): number | undefined {
  if (from >= to) return undefined;
  if (now < from) return from;
  return now < to && to !== Infinity ? to : undefined;
}
