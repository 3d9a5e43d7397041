import type { RuleEvent } from '../../events/event';
import type { EdgeRange } from './behaviour-answer';
import type { BehaviourState } from './behaviour-state';
import type { Verdict } from '../rule-view';

/** What is kept of one event for a condition that has to see events side by side. Plain JSON. */
export interface Occurrence {
  readonly at: number;
  /** Which of the condition's parts the event is for, by their number. */
  readonly is: readonly number[];
  /** The values under which it counts. */
  readonly of?: readonly string[];
  /** The numbers it adds. */
  readonly values?: readonly number[];
}

/** Also tells what was found: a number, or an instant. */
export interface Judgement extends Verdict {
  readonly measured?: number;
}

/** A condition over occurrences, made ready. */
export interface Log {
  readonly names: readonly string[];
  /** How long an occurrence counts; for good, when absent. */
  readonly windowMs?: number;
  /** What to keep of an event; nothing, of most. */
  read(event: RuleEvent): readonly Occurrence[];
  /** `seen` in the order of time, none after `now`, none older than the window. */
  judge(seen: readonly Occurrence[], now: number): Judgement;
}

/** How much of the newest occurrences one profile keeps for one condition: each weighs one, and one for each value and number. */
export const mostWeight = 256;

const weightOf = ({ of = [], values = [] }: Occurrence): number => 1 + of.length + values.length;

/** The state after one more event. Events may come in any order. */
export function observeLog(log: Log, state: BehaviourState, event: RuleEvent, now = -Infinity): BehaviourState {
  const occurrences = log.read(event);
  if (occurrences.length === 0 || event.at < lowerOf(log, now)) return state;
  return logState([...(state.seen ?? []), ...occurrences], state.droppedUntil);
}

export function combineLogs(one: BehaviourState, other: BehaviourState): BehaviourState {
  const dropped = Math.max(one.droppedUntil ?? -Infinity, other.droppedUntil ?? -Infinity);
  return logState([...(one.seen ?? []), ...(other.seen ?? [])], dropped);
}

/** Drops what can never count again at `now` or later. */
export function pruneLog(log: Log, state: BehaviourState, now: number): BehaviourState {
  const lower = lowerOf(log, now);
  const { seen = [], droppedUntil = -Infinity } = state;
  const isOver = (seen[0]?.at ?? Infinity) < lower || (state.droppedUntil !== undefined && droppedUntil < lower);
  if (!isOver) return state;
  return logState(
    seen.filter(({ at }) => at >= lower),
    droppedUntil < lower ? undefined : droppedUntil,
  );
}

/** The stored events to read before an answer at `now`: as far as occurrences were dropped that still count. */
export function logEdge(log: Log, state: BehaviourState, now: number): EdgeRange | undefined {
  const lower = lowerOf(log, asOf(state, now));
  const { droppedUntil } = state;
  if (droppedUntil === undefined || droppedUntil < lower) return undefined;
  return { from: Math.max(lower, firstInstant), to: droppedUntil + 1 };
}

/** The answer at `now`; `edge` are the events of the range that `logEdge` names, more do no harm. */
export function answerLog(log: Log, state: BehaviourState, now: number, edge: readonly RuleEvent[] = []): Judgement {
  const { seen = [], droppedUntil = -Infinity } = state;
  const at = asOf(state, now);
  const dropped = edge.filter((event) => event.at <= droppedUntil).flatMap((event) => log.read(event));
  return log.judge(within(log, [...sorted(dropped), ...seen], at), at);
}

/** The plain definition: everything that happened, and nothing remembered. */
export function recallLog(log: Log, events: readonly RuleEvent[], now: number): Judgement {
  const past = events.filter(({ at }) => at <= now);
  return log.judge(within(log, sorted(past.flatMap((event) => log.read(event))), now), now);
}

/** Of the first instant that a date can have. */
const firstInstant = -8.64e15;

const lowerOf = ({ windowMs }: Log, now: number): number => (windowMs === undefined ? -Infinity : now - windowMs);
const asOf = ({ seen }: BehaviourState, now: number): number => Math.max(now, seen?.at(-1)?.at ?? now);
const within = (log: Log, seen: readonly Occurrence[], now: number): readonly Occurrence[] =>
  log.windowMs === undefined ? seen : seen.filter(({ at }) => at >= lowerOf(log, now));

/** The newest instants whose occurrences fit, each whole, so that the state is one of what happened and not of its order. */
function logState(occurrences: readonly Occurrence[], droppedBefore = -Infinity): BehaviourState {
  const known = sorted(occurrences.filter(({ at }) => at > droppedBefore));
  let dropped = droppedBefore;
  let weight = 0;
  for (let index = known.length - 1; index >= 0; index -= 1) {
    const occurrence = known[index] as Occurrence;
    weight += weightOf(occurrence);
    if (weight > mostWeight) {
      dropped = occurrence.at;
      break;
    }
  }
  const seen = dropped === droppedBefore ? known : known.filter(({ at }) => at > dropped);
  return { seen, ...(dropped !== -Infinity && { droppedUntil: dropped }) };
}

/** By content at one instant, so that the order of arrival does not show. */
function sorted(occurrences: readonly Occurrence[]): Occurrence[] {
  const isInOrder = occurrences.every(({ at }, index) => index === 0 || (occurrences[index - 1] as Occurrence).at < at);
  return isInOrder
    ? [...occurrences]
    : occurrences.toSorted((one, other) => one.at - other.at || byContent(one, other));
}

function byContent(one: Occurrence, other: Occurrence): number {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  return first === second ? 0 : first < second ? -1 : 1;
}
