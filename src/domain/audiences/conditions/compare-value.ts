import type { Json } from '../../json';
import { someAt, type PathPart } from '../../path';
import type { Comparison, Span } from '../comparison';
import { earlier, no, verdict, yes, type Verdict } from '../rule-view';

/** Compares the value at the parts of a path, or any of the values where they pass through a list. Absent values match negations only. */
export function compareValue(
  comparison: Comparison,
  value: Json | undefined,
  parts: readonly PathPart[],
  now: number,
): Verdict {
  const { isNegated, holds, spanOf } = comparison;
  if (!spanOf) return someAt(value, parts, holds) !== isNegated ? yes : no;
  let nextCheckAt: number | undefined;
  const matches = someAt(value, parts, (found) => {
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
