import { parseDuration } from '../../duration';
import type { RuleEvent } from '../../events/event';
import type { Json } from '../../json';
import { partsOf, someAt } from '../../path';
import type { BehaviourState } from '../behaviour/behaviour-state';
import { contentKey } from '../behaviour/condition-key';
import { compileComparison } from '../comparison';
import { compileMatch, thresholdsOf } from '../behaviour/event-aggregate';
import { verdict, type Verdict } from '../rule-view';
import { computedLimits, type ScoreValue } from './computed-value.schema';
import type { Asked, Measure, Question } from './measure';

/** What a score adds up to at an instant, from which it decays. */
type Score = NonNullable<BehaviourState['score']>;

/** No number of an event, times anything, counts for more. */
const mostOfOne = computedLimits.points ** 2;

/**
 * Points for what somebody does, each worth half as much after every half-life: Σ points · 2^(−age / halfLife). All of them decay alike, so
 * that one number at one instant is the whole state. It is told, and compared, rounded to a millionth of a point and twelve digits: far above
 * what adding in another order changes, so that neither a merge nor a late event shows.
 */
export function measureScore(value: ScoreValue): Measure {
  const halfLifeMs = value.halfLife === undefined ? Infinity : parseDuration(value.halfLife);
  const signals = value.score.map(compileSignal);
  const pointsOf = (event: RuleEvent): number => signals.reduce((sum, points) => sum + points(event), 0);
  const at = ({ value: score, at: since }: Score, now: number): number => score * 2 ** (-(now - since) / halfLifeMs);
  const add = (one: Score, other: Score): Score => {
    const later = Math.max(one.at, other.at);
    return { value: at(one, later) + at(other, later), at: later };
  };
  const told = (score: Score | undefined, now: number): number =>
    score === undefined ? 0 : rounded(at(score, Math.max(now, score.at)));
  const recalled = (events: readonly RuleEvent[], now: number): Score => ({
    value: events
      .filter((event) => event.at <= now)
      .reduce((sum, event) => sum + at({ value: pointsOf(event), at: event.at }, now), 0),
    at: now,
  });
  return {
    type: 'number',
    names: [...new Set(value.score.map(({ event }) => event))],
    stateKey: contentKey(value as unknown as Json),
    empty: {},
    observe: (state, event) => {
      const points = pointsOf(event);
      if (points === 0) return state;
      const score = { value: points, at: event.at };
      return { score: state.score ? add(state.score, score) : score };
    },
    combine: (one, other) => {
      const [first = other.score, second] = [one.score, one.score && other.score];
      if (first === undefined) return {};
      return { score: second === undefined ? first : add(first, second) };
    },
    prune: (state) => state,
    edge: () => undefined,
    tell: ({ score }, now) => told(score, now),
    recall: (events, now) => told(recalled(events, now), now),
    ask: (asked): Question => {
      const judge = judgeScore(asked, at, halfLifeMs);
      return {
        edge: () => undefined,
        answer: ({ score }, now) => judge(score, Math.max(now, score?.at ?? now)),
        recall: (events, now) => judge(recalled(events, now), now),
      };
    },
  };
}

function compileSignal({ points, ...asked }: ScoreValue['score'][number]): (event: RuleEvent) => number {
  const matches = compileMatch(asked);
  if (typeof points === 'number') return (event) => (matches(event) ? points : 0);
  const { property, times = 1 } = points;
  const parts = partsOf(property);
  return (event) => {
    let sum = 0;
    if (matches(event))
      someAt(event.properties, parts, (found) => {
        if (typeof found === 'number') sum += bounded(found * times);
        return false;
      });
    return bounded(sum);
  };
}

const bounded = (points: number): number => Math.min(mostOfOne, Math.max(-mostOfOne, points));

// Never -0, which JSON does not know.
const rounded = (score: number): number => Number(Number(score.toPrecision(12)).toFixed(6)) + 0;

/**
 * A score only comes nearer to nothing while nothing happens: past each number it is compared with, and to nothing in the end. When that is,
 * is found by looking: what decides an answer is the rounded value, and no formula tells its instant exactly.
 */
function judgeScore(
  asked: Asked,
  exactly: (score: Score, now: number) => number,
  halfLifeMs: number,
): (score: Score | undefined, now: number) => Verdict {
  const { holds, isNegated } = compileComparison(asked);
  const thresholds = [...new Set(thresholdsOf(asked.value))];
  const isSo = (score: number): boolean => holds(score) !== isNegated;
  return (score, now) => {
    const exact = score === undefined ? 0 : exactly(score, now);
    const present = rounded(exact);
    const matches = isSo(present);
    if (score === undefined || present === 0 || halfLifeMs === Infinity) return verdict(matches, undefined);
    const size = (then: number): number => Math.abs(rounded(exactly(score, then)));
    const about = (level: number): number => now + halfLifeMs * Math.log2(Math.abs(exact) / Math.max(level, smallest));
    const crossings = thresholds
      .filter((threshold) => threshold === 0 || Math.sign(threshold) === Math.sign(present))
      .map(Math.abs)
      .filter((threshold) => threshold <= Math.abs(present))
      .flatMap((threshold) => [
        firstInstant((then) => size(then) <= threshold, now, about(threshold + smallest)) ?? [],
        (threshold === 0
          ? undefined
          : firstInstant((then) => size(then) < threshold, now, about(threshold - smallest))) ?? [],
      ])
      .flat();
    const flips = crossings.filter((then) => isSo(rounded(exactly(score, then))) !== matches);
    return verdict(matches, flips.length === 0 ? undefined : Math.min(...flips));
  };
}

/** What is less is told as nothing, and no number told is further from what it is. */
const smallest = 5e-7;
/** Far beyond every date: what has not come by then never does. */
const never = 8.64e15;

/** The first instant after `now` from which on something stays so, looked for from about where it must be; `undefined` where it is so already, or never. */
function firstInstant(isPast: (then: number) => boolean, now: number, about: number): number | undefined {
  if (isPast(now)) return undefined;
  let [low, high, stride] = [now, Math.max(now + 1, Math.floor(about)), 1];
  if (isPast(high)) {
    for (; high - stride > now && isPast(high - stride); stride *= 2) high -= stride;
    low = Math.max(now, high - stride);
  }
  for (; !isPast(high); stride *= 2) {
    low = high;
    high += stride;
    if (high > never) return undefined;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isPast(middle)) high = middle;
    else low = middle;
  }
  return high;
}
