import type { RuleEvent } from '../../events/event';
import type { Json } from '../../json';
import { onceForEach } from '../../once-for-each';
import * as aggregates from './behaviour-answer';
import type { EdgeRange } from './behaviour-answer';
import * as totals from './behaviour-state';
import type { BehaviourState } from './behaviour-state';
import { measureOf, questionOf, type ComputedCondition } from '../computed/measure';
import { conditionKey, contentKey } from './condition-key';
import { contactsAsked } from './contacts-asked';
import { aggregateOf } from './event-aggregate';
import { answerLog, combineLogs, logEdge, observeLog, pruneLog, type Log } from './occurrences';
import { isPerValue, logPerValue } from './per-value';
import type { Condition, Conditions, EventCondition, SequenceCondition } from '../rule.schema';
import type { Verdict } from '../rule-view';
import { logSequence } from './sequence-log';

/**
 * A condition on what somebody did: a number is worked out over its matches, or they are looked at side by side, in a log; or it compares
 * something computed, which has a state whether or not a condition asks for it.
 */
export type BehaviourCondition = EventCondition | SequenceCondition | ComputedCondition;

/** What a condition asks of behaviour; `undefined` of one that asks for something else. */
export function behaviourOf(condition: Condition): BehaviourCondition | undefined {
  if ('event' in condition || 'sequence' in condition || 'computed' in condition) return condition;
  return 'contacted' in condition ? contactsAsked(condition) : nothingOf(condition);
}

/** A kind that is forgotten here is named by the compiler: without a state it would find nothing. */
type FactKind = 'trait' | 'path' | 'audience' | 'consent' | 'identifier' | 'group' | 'sample' | 'list' | 'due';
const nothingOf: (condition: Conditions[FactKind]) => undefined = () => undefined;

/** The log of a condition that needs one; made ready once for each condition object. */
export const logOf = onceForEach((condition: BehaviourCondition): Log | undefined => {
  if ('computed' in condition) return undefined;
  if ('sequence' in condition) return logSequence(condition);
  return isPerValue(condition) ? logPerValue(condition) : undefined;
});

/** Names of the events that a condition asks for; `*` is any, and alone: an event is observed once, however many parts ask for it. */
export function eventNamesOf(condition: BehaviourCondition): readonly string[] {
  const names =
    'computed' in condition
      ? measureOf(condition.computed).names
      : (logOf(condition)?.names ?? [(condition as EventCondition).event]);
  return names.includes('*') ? ['*'] : names;
}

/** How long an event counts; for good, when absent. */
export const lookBackMs = (condition: BehaviourCondition): number | undefined =>
  'computed' in condition
    ? measureOf(condition.computed).windowMs
    : (logOf(condition) ?? aggregateOf(condition as EventCondition)).windowMs;

/** Content hash of what a condition needs to remember. */
export function behaviourKey(condition: BehaviourCondition): string {
  if ('computed' in condition) return measureOf(condition.computed).stateKey;
  return logOf(condition) ? contentKey(condition as unknown as Json) : conditionKey(condition as EventCondition);
}

export function emptyState(condition: BehaviourCondition): BehaviourState {
  if ('computed' in condition) return measureOf(condition.computed).empty;
  return logOf(condition) ? { seen: [] } : totals.emptyState(condition as EventCondition);
}

/** The state after one more event, applied once. Events may come in any order; with `now`, one that counts no more is not taken up. */
export function observe(
  condition: BehaviourCondition,
  state: BehaviourState,
  event: RuleEvent,
  now?: number,
): BehaviourState {
  if ('computed' in condition) return measureOf(condition.computed).observe(state, event, now);
  const log = logOf(condition);
  return log ? observeLog(log, state, event, now) : totals.observe(condition as EventCondition, state, event, now);
}

/** The state of somebody who did all that two profiles did. */
export function combine(condition: BehaviourCondition, one: BehaviourState, other: BehaviourState): BehaviourState {
  if ('computed' in condition) return measureOf(condition.computed).combine(one, other);
  return logOf(condition) ? combineLogs(one, other) : totals.combine(condition as EventCondition, one, other);
}

/** Drops what can never count again at `now` or later. */
export function prune(condition: BehaviourCondition, state: BehaviourState, now: number): BehaviourState {
  if ('computed' in condition) return measureOf(condition.computed).prune(state, now);
  const log = logOf(condition);
  return log ? pruneLog(log, state, now) : totals.prune(condition as EventCondition, state, now);
}

/** The range of stored events to read before asking for an answer at `now`; `undefined` when the state suffices. */
export function edgeRead(condition: BehaviourCondition, state: BehaviourState, now: number): EdgeRange | undefined {
  if ('computed' in condition) return questionOf(condition).edge(state, now);
  const log = logOf(condition);
  return log ? logEdge(log, state, now) : aggregates.edgeRead(condition as EventCondition, state, now);
}

/** The answer at `now`, no earlier than any observed event. Throws `EdgeEventsMissing` without the events that `edgeRead` names. */
export function answer(
  condition: BehaviourCondition,
  state: BehaviourState,
  now: number,
  edge?: readonly RuleEvent[],
): Verdict {
  if ('computed' in condition) return questionOf(condition).answer(state, now, edge);
  const log = logOf(condition);
  if (!log) return aggregates.answer(condition as EventCondition, state, now, edge);
  const range = logEdge(log, state, now);
  if (range && !edge) throw new aggregates.EdgeEventsMissing(behaviourKey(condition), range);
  return answerLog(log, state, now, edge);
}
