import type { RuleEvent } from '../../events/event';
import type { Json } from '../../json';
import { onceForEach } from '../../once-for-each';
import { anyElement, partsOf, type PathPart } from '../../path';
import type { EdgeRange } from '../behaviour/behaviour-answer';
import type { BehaviourState } from '../behaviour/behaviour-state';
import type { Compared } from '../comparison';
import type { Verdict } from '../rule-view';
import type { ComputedValue } from './computed-value.schema';
import { measureNumber } from './measure-number';
import { measureScore } from './measure-score';
import { measureValues } from './measure-values';

/** A condition on something computed. Made of a `path` that begins with `computed`; nobody can write it in a rule. */
export interface ComputedCondition extends Compared {
  readonly computed: ComputedValue;
  /** The path as it was written: `computed.score`. */
  readonly at: string;
}

/** What a value is; of `any` it is whatever the events say. */
export type ComputedType = 'number' | 'list' | 'any';

/** A value of what somebody did, made ready. States are bounded, and functions of the events seen, never of their order. */
export interface Measure {
  readonly type: ComputedType;
  /** Events that count; `*` is any. */
  readonly names: readonly string[];
  /** How long one counts; for good, when absent. */
  readonly windowMs?: number;
  /** Content hash of what has to be remembered. */
  readonly stateKey: string;
  readonly empty: BehaviourState;
  observe(state: BehaviourState, event: RuleEvent, now?: number): BehaviourState;
  combine(one: BehaviourState, other: BehaviourState): BehaviourState;
  prune(state: BehaviourState, now: number): BehaviourState;
  /** Stored events to read before the value can be told at `now`. */
  edge(state: BehaviourState, now: number): EdgeRange | undefined;
  /** The value at `now`; `undefined` where there is none. */
  tell(state: BehaviourState, now: number, edge?: readonly RuleEvent[]): Json | undefined;
  /** The same by the plain definition, from everything that happened. */
  recall(events: readonly RuleEvent[], now: number): Json | undefined;
  /** A comparison with it, made ready. */
  ask(test: Asked): Question;
}

export interface Asked extends Compared {
  /** Of a list, what follows its name: nothing, or any element. */
  readonly parts: readonly PathPart[];
}

export interface Question {
  /** Stored events to read before an answer at `now`. */
  edge(state: BehaviourState, now: number): EdgeRange | undefined;
  answer(state: BehaviourState, now: number, edge?: readonly RuleEvent[]): Verdict;
  recall(events: readonly RuleEvent[], now: number): Verdict;
}

/** The measure of a value; made ready once for each value object. */
export const measureOf = onceForEach((value: ComputedValue): Measure => {
  if ('score' in value) return measureScore(value);
  return measureNumber(value) ?? measureValues(value);
});

/** The comparison of a condition; made ready once for each condition object. */
export const questionOf = onceForEach(({ computed, at, ...compared }: ComputedCondition): Question =>
  measureOf(computed).ask({ ...compared, parts: partsOf(at).slice(2) }),
);

/** Of a path such as `computed.cart[]` the key of what it reads, and whether that is taken element by element; `undefined` of other paths. */
export function computedIn(path: string): { readonly key: string; readonly isOfElements: boolean } | undefined {
  const [root, key, ...rest] = partsOf(path);
  if (root !== 'computed' || typeof key !== 'string' || rest.length > 1) return undefined;
  if (rest.length === 1 && rest[0] !== anyElement) return undefined;
  return { key, isOfElements: rest.length === 1 };
}
