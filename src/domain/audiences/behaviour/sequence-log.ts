import { parseDuration } from '../../duration';
import { compileMatch } from './event-aggregate';
import type { Judgement, Log, Occurrence } from './occurrences';
import type { SequenceCondition } from '../rule.schema';
import { Chains, type ChainSteps } from './sequence-chains';
import { keysAt } from './value-keys';

/** What is asked of a chain, in milliseconds. */
interface Asked {
  readonly steps: ChainSteps;
  readonly spanMs: number;
  readonly startedWithinMs: number;
  /** Only when the span is over. */
  readonly isSettled: boolean;
}

/** One event after another, or none after another. What was measured is when the newest such chain began. */
export function logSequence(condition: SequenceCondition): Log {
  const matchers = condition.sequence.map((step) => compileMatch(step));
  const keysOf = condition.same === undefined ? undefined : keysAt(condition.same);
  const asked = {
    steps: stepsOf(condition),
    spanMs: condition.within === undefined ? Infinity : parseDuration(condition.within),
    startedWithinMs: condition.startedWithin === undefined ? Infinity : parseDuration(condition.startedWithin),
    isSettled: condition.settled === true,
  };
  return {
    names: [...new Set(condition.sequence.map(({ event }) => event))],
    ...(asked.startedWithinMs !== Infinity && { windowMs: asked.startedWithinMs }),
    read: (event) => {
      const is = matchers.flatMap((matches, step) => (matches(event) ? [step] : []));
      const of = keysOf?.({ properties: event.properties });
      if (is.length === 0 || of?.length === 0) return [];
      return [{ at: event.at, is, ...(of && { of }) }];
    },
    judge: (seen, now) => judgeChains(asked, byKey(seen), now),
  };
}

function stepsOf({ sequence }: SequenceCondition): ChainSteps {
  const positive: { step: number; unlessBefore: number[] }[] = [];
  const absent: number[] = [];
  for (const [step, { absent: isAbsent }] of sequence.entries()) {
    if (isAbsent === true) absent.push(step);
    else if (step > 0) positive.push({ step, unlessBefore: absent.splice(0) });
  }
  return { positive, unlessAfter: absent };
}

/** Without `same` all events may follow each other. */
function byKey(seen: readonly Occurrence[]): readonly (readonly Occurrence[])[] {
  const groups = new Map<string, Occurrence[]>();
  for (const occurrence of seen) {
    for (const key of occurrence.of ?? ['']) {
      const group = groups.get(key);
      if (group) group.push(occurrence);
      else groups.set(key, [occurrence]);
    }
  }
  return [...groups.values()];
}

function judgeChains(asked: Asked, groups: readonly (readonly Occurrence[])[], now: number): Judgement {
  let newest = -Infinity;
  let settlesAt = Infinity;
  for (const seen of groups) {
    const found = newestChain(asked, seen, now, newest);
    newest = Math.max(newest, found.startedAt);
    settlesAt = Math.min(settlesAt, found.settlesAt);
  }
  const matches = newest !== -Infinity;
  // A chain that holds does until its start is too old; time alone makes one only by ending a span.
  const next = matches ? newest + asked.startedWithinMs + 1 : settlesAt;
  return { matches, ...(matches && { measured: newest }), ...(next !== Infinity && { nextCheckAt: next }) };
}

/** When the newest chain began that holds, and when the first that does not yet will; starts up to `known` are not looked at. */
function newestChain(asked: Asked, seen: readonly Occurrence[], now: number, known: number) {
  const { steps, spanMs, startedWithinMs, isSettled } = asked;
  const chains = new Chains(seen, steps, spanMs, now);
  const starts = seen.filter(({ at, is }) => is.includes(0) && at > known && at >= now - startedWithinMs);
  const isOpen = ({ at }: Occurrence): boolean => isSettled && at + spanMs >= now;
  const startedAt = chains.newestOf(starts.filter((start) => !isOpen(start)));
  if (startedAt !== -Infinity) return { startedAt, settlesAt: Infinity };
  const settling = starts.find((start) => isOpen(start) && chains.holdsFrom(start));
  return { startedAt, settlesAt: settling === undefined ? Infinity : settling.at + spanMs + 1 };
}
