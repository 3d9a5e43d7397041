import { parseDuration } from '../../duration';
import { aggregateOf, compileMatch, type Aggregate } from './event-aggregate';
import type { Judgement, Log, Occurrence } from './occurrences';
import { judgeMeasured, measureMatches, nextBreak, type Match } from './plain-aggregate';
import type { EventCondition } from '../rule.schema';
import { keysAt } from './value-keys';

type PerCondition = EventCondition & { readonly per: string };

export const isPerValue = (condition: EventCondition): condition is PerCondition => condition.per !== undefined;

const counted = 0;
const against = 1;

/** What happened under one value. */
interface OfValue {
  readonly matches: Match[];
  /** The newest event that speaks against it. */
  against: number;
}

/**
 * Works a condition out for each value of a property by itself: "three views of one category". It holds when some value that was seen in
 * the window qualifies, and nothing that `without` asks for has it in its own window. What was measured is how many such values there are.
 */
export function logPerValue(condition: PerCondition): Log {
  const aggregate = aggregateOf(condition);
  const { without } = condition;
  const keysOf = keysAt(condition.per);
  const isAgainst = without ? compileMatch(without) : () => false;
  const keysAgainst = without ? keysAt(without.per) : () => [];
  const againstMs = without?.within === undefined ? Infinity : parseDuration(without.within);
  const windowMs = Math.max(aggregate.windowMs ?? Infinity, without ? againstMs : 0);
  return {
    names: [...new Set([condition.event, ...(without ? [without.event] : [])])],
    ...(windowMs !== Infinity && { windowMs }),
    read: (event) => {
      const found = aggregate.matches(event) ? keysOf(event.properties) : [];
      const lost = isAgainst(event) ? keysAgainst(event.properties) : [];
      const values = aggregate.property === undefined ? {} : { values: aggregate.valuesOf(event) };
      return [
        ...(found.length > 0 ? [{ at: event.at, is: [counted], of: found, ...values }] : []),
        ...(lost.length > 0 ? [{ at: event.at, is: [against], of: lost }] : []),
      ];
    },
    judge: (seen, now) => judgeValues(aggregate, againstMs, byValue(seen), now),
  };
}

function byValue(seen: readonly Occurrence[]): OfValue[] {
  const found = new Map<string, OfValue>();
  for (const { at, is, of = [], values = [0] } of seen) {
    for (const key of of) {
      const known = found.get(key) ?? { matches: [], against: -Infinity };
      found.set(key, known);
      if (is[0] === counted) known.matches.push({ at, values });
      else known.against = Math.max(known.against, at);
    }
  }
  return [...found.values()];
}

function judgeValues(aggregate: Aggregate, againstMs: number, values: readonly OfValue[], now: number): Judgement {
  const { windowMs = Infinity } = aggregate;
  let next = Infinity;
  let measured = 0;
  for (const value of values) {
    const matches = value.matches.filter(({ at }) => at >= now - windowMs);
    if (matches.length === 0) continue;
    const forgivenAt = value.against + againstMs + 1;
    const isAgainst = value.against !== -Infinity && now < forgivenAt;
    next = Math.min(next, nextBreak(aggregate, matches, now), isAgainst ? forgivenAt : Infinity);
    if (!isAgainst && judgeMeasured(aggregate, measureMatches(aggregate, matches), now)) measured += 1;
  }
  return { matches: measured > 0, measured, ...(next !== Infinity && { nextCheckAt: next }) };
}
