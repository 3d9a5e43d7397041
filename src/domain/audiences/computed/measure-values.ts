import { parseDuration } from '../../duration';
import type { RuleEvent } from '../../events/event';
import { isJsonObject, type Json } from '../../json';
import { partsOf, someAt } from '../../path';
import { EdgeEventsMissing, type EdgeRange } from '../behaviour/behaviour-answer';
import type { BehaviourState } from '../behaviour/behaviour-state';
import { contentKey } from '../behaviour/condition-key';
import { compileComparison } from '../comparison';
import { compareValue } from '../conditions/compare-value';
import { aggregateOf, compileMatch, passes } from '../behaviour/event-aggregate';
import type { EventCondition } from '../rule.schema';
import { earlier, verdict, type Verdict } from '../rule-view';
import { aggregateNameOf, computedLimits, type EventValue } from './computed-value.schema';
import type { Asked, Measure, Question } from './measure';
import { droppingBefore, holding, type Held, type Keeping } from './held-values';

type Name = 'first' | 'last' | 'unique' | 'list';

/** Longer texts are no values. */
export const longestValue = 255;
/** Where the kept ones do not decide, what is older is read from stored events. */
const mostKept = { first: 64, unique: 256 } as const;

/** What a kind of value keeps, and what it is of everything that happened. */
interface ValueKind {
  readonly keeping: Keeping;
  /** Of what counts at some instant, newest first. */
  readonly told: (held: readonly Held[]) => Json | undefined;
  /** The first whose leaving makes the value another. */
  readonly leaves: (held: readonly Held[]) => Held | undefined;
}

/** The values of one definition, by what is remembered of them and by what happened. */
interface Memory {
  readonly name: Name;
  readonly kind: ValueKind;
  readonly windowMs: number;
  readonly stateKey: string;
  readonly read: (event: RuleEvent) => readonly Held[];
  readonly edge: (state: BehaviourState, now: number) => EdgeRange | undefined;
  /** What counts at `now`, of the state and of stored events of the range that `edge` names. */
  readonly heldAt: (state: BehaviourState, now: number, events?: readonly RuleEvent[]) => readonly Held[];
  readonly recalled: (events: readonly RuleEvent[], now: number) => readonly Held[];
}

/** The first or last value of a property, how many different ones, or a list of these. */
export function measureValues(value: EventValue): Measure {
  const memory = memoryOf(value);
  const { name, kind, windowMs, stateKey, read, edge, heldAt, recalled } = memory;
  const keep = (held: readonly Held[], droppedUntil?: number) => droppingBefore(kind.keeping, held, droppedUntil);
  return {
    type: name === 'unique' ? 'number' : name === 'list' ? 'list' : 'any',
    names: [value.event],
    ...(windowMs !== Infinity && { windowMs }),
    stateKey,
    empty: { seen: [] },
    observe: (state, happened, now = -Infinity) => {
      const found = happened.at < now - windowMs ? [] : read(happened);
      return found.length === 0 ? state : keep([...holding(state), ...found], state.droppedUntil);
    },
    combine: (one, other) =>
      keep(
        [...holding(one), ...holding(other)],
        Math.max(one.droppedUntil ?? -Infinity, other.droppedUntil ?? -Infinity),
      ),
    prune: (state, now) => {
      const { seen = [], droppedUntil = -Infinity } = state;
      const lower = now - windowMs;
      const isOver = seen.some(({ at }) => at < lower) || (state.droppedUntil !== undefined && droppedUntil < lower);
      const left = holding(state).filter(({ at }) => at >= lower);
      return isOver ? keep(left, droppedUntil < lower ? -Infinity : droppedUntil) : state;
    },
    edge,
    tell: (state, now, events) => kind.told(heldAt(state, now, events)),
    recall: (events, now) => kind.told(recalled(events, now)),
    ask: (asked) => askValues(memory, asked),
  };
}

function memoryOf(value: EventValue): Memory {
  const name = aggregateNameOf(value) as Name;
  const { event, where, within } = value;
  const windowMs = within === undefined ? Infinity : parseDuration(within);
  const kind = kindOf(name, value, windowMs);
  const read = reader(value, name);
  const most = name === 'list' ? mostListed(value) : null;
  const stateKey = contentKey([name, event, (where ?? null) as Json, value[name] ?? null, within ?? null, most]);
  const edge = (state: BehaviourState, now: number): EdgeRange | undefined => {
    const { droppedUntil } = state;
    const lower = asOf(state, now) - windowMs;
    if (droppedUntil === undefined || droppedUntil < lower) return undefined;
    return { from: Math.max(lower, firstInstant), to: droppedUntil + 1 };
  };
  return {
    ...{ name, kind, windowMs, stateKey, read, edge },
    heldAt: (state, now, events) => {
      const range = edge(state, now);
      if (range && !events) throw new EdgeEventsMissing(stateKey, range);
      const { droppedUntil = -Infinity } = state;
      const lower = asOf(state, now) - windowMs;
      const older = (events ?? []).filter(({ at }) => at <= droppedUntil && at >= lower).flatMap(read);
      return kind.keeping.arrange([...inWindow(state, now, windowMs), ...older]);
    },
    recalled: (events, now) =>
      kind.keeping.arrange(events.filter(({ at }) => at <= now && at >= now - windowMs).flatMap(read)),
  };
}

function askValues({ name, kind, windowMs, edge, heldAt, recalled }: Memory, asked: Asked): Question {
  const isCount = name === 'unique';
  const judge = isCount ? judgeCount(asked, windowMs) : judgeValue(asked, kind, windowMs);
  const isEnough = isCount ? enough(asked) : () => false;
  const edgeOf = (state: BehaviourState, now: number) =>
    isEnough(inWindow(state, now, windowMs).length) ? undefined : edge(state, now);
  return {
    edge: edgeOf,
    answer: (state, now, events) => {
      const held = edgeOf(state, now)
        ? heldAt(state, now, events)
        : kind.keeping.arrange(inWindow(state, now, windowMs));
      return judge(held, asOf(state, now));
    },
    recall: (events, now) => judge(recalled(events, now), now),
  };
}

function inWindow(state: BehaviourState, now: number, windowMs: number): Held[] {
  const lower = asOf(state, now) - windowMs;
  return holding(state).filter(({ at }) => at >= lower);
}

/** Of the first instant that a date can have. */
const firstInstant = -8.64e15;
const asOf = ({ seen = [] }: BehaviourState, now: number): number =>
  seen.reduce((newest, { at }) => Math.max(newest, at), now);
const mostListed = ({ max }: EventValue): number => (typeof max === 'number' ? max : computedLimits.list);

function kindOf(name: Name, value: EventValue, windowMs: number): ValueKind {
  const oldest = (held: readonly Held[]) => held.at(-1);
  if (name === 'last')
    return { keeping: keepNewest(1), told: ([newest]) => newest && parse(newest), leaves: ([newest]) => newest };
  if (name === 'first') {
    const told = (held: readonly Held[]) => (held.length === 0 ? undefined : parse(held.at(-1) as Held));
    const keeping = windowMs === Infinity ? keepOldest : { arrange: newestFirst, most: mostKept.first };
    return { keeping, told, leaves: oldest };
  }
  if (name === 'unique')
    return { keeping: { arrange: different, most: mostKept.unique }, told: (held) => held.length, leaves: oldest };
  const most = mostListed(value);
  const told = (held: readonly Held[]) => (held.length === 0 ? undefined : held.map(parse));
  return { keeping: { arrange: (held) => different(held).slice(0, most) }, told, leaves: oldest };
}

const keepNewest = (most: number): Keeping => ({ arrange: (held) => newestFirst(held).slice(0, most) });
const keepOldest: Keeping = { arrange: (held) => newestFirst(held).slice(-1) };

const parse = ({ text }: Held): Json => JSON.parse(text) as Json;

/** By text at one instant, so that the order of arrival does not show. */
function newestFirst(held: readonly Held[]): Held[] {
  return held.toSorted(
    (one, other) => other.at - one.at || (one.text < other.text ? -1 : one.text > other.text ? 1 : 0),
  );
}

/** Each value once, where it was seen last. */
function different(held: readonly Held[]): Held[] {
  const found = new Map<string, Held>();
  for (const one of newestFirst(held)) if (!found.has(one.text)) found.set(one.text, one);
  return [...found.values()];
}

/** The values of an event, as texts; only their number counts where they are counted. */
function reader(value: EventValue, name: Name): (event: RuleEvent) => readonly Held[] {
  const parts = partsOf(value[name] ?? '');
  const matches = compileMatch(value);
  return (event) => {
    const found: Json[] = [];
    if (matches(event))
      someAt(event.properties, parts, (one) => {
        if (isValue(one)) found.push(one);
        return false;
      });
    const chosen = name === 'first' ? found.slice(0, 1) : name === 'last' ? found.slice(-1) : found;
    return chosen.map((one) => ({ at: event.at, text: name === 'unique' ? shortened(one) : JSON.stringify(one) }));
  };
}

const isValue = (found: Json): boolean =>
  !Array.isArray(found) && !isJsonObject(found) && (typeof found !== 'string' || found.length <= longestValue);

const longestText = 40;
function shortened(found: Json): string {
  const text = JSON.stringify(found);
  return text.length <= longestText ? text : contentKey(found);
}

type Judge = (held: readonly Held[], now: number) => Verdict;

function judgeValue(asked: Asked, { told, leaves }: ValueKind, windowMs: number): Judge {
  const comparison = compileComparison(asked);
  return (held, now) => {
    const { matches, nextCheckAt } = compareValue(comparison, told(held), asked.parts, now);
    const leaving = leaves(held);
    return verdict(matches, earlier(nextCheckAt, leaving && leaving.at + windowMs + 1));
  };
}

const countOf = ({ is, value }: Asked) =>
  aggregateOf({ event: '*', count: { is, ...(value !== undefined && { value }) } } as EventCondition);

/** Values leave one after another, the one that was seen first of all; without new events there are only ever fewer. */
function judgeCount(asked: Asked, windowMs: number): Judge {
  const aggregate = countOf(asked);
  return (held) => {
    const matches = passes(aggregate, held.length);
    const flipped = aggregate.boundaries.find(
      (fewer) => fewer >= 0 && fewer < held.length && passes(aggregate, fewer) !== matches,
    );
    const leaving = flipped === undefined ? undefined : held[flipped];
    return verdict(matches, leaving && leaving.at + windowMs + 1);
  };
}

/** Whether more values, however many, would make no other answer. */
function enough(asked: Asked): (count: number) => boolean {
  const aggregate = countOf(asked);
  return (count) =>
    aggregate.boundaries
      .filter((boundary) => boundary >= count)
      .every((boundary) => [boundary, boundary + 1].every((n) => passes(aggregate, n) === passes(aggregate, count)));
}
