import type { Occurrence } from './occurrences';

/** The steps of a sequence by their numbers; what must not happen stands before the step that it is looked for before. */
export interface ChainSteps {
  /** After the first. */
  readonly positive: readonly Positive[];
  /** What must not happen after the last positive step. */
  readonly unlessAfter: readonly number[];
}

interface Positive {
  readonly step: number;
  readonly unlessBefore: readonly number[];
}

/** Events that end a part of a chain, and when the newest such part began: an older one leaves no more room for what follows. */
type Reached = ReadonlyMap<Occurrence, number>;

/**
 * Chains that go over every step and hold up to the end of their span, or to `now`. An event follows another of the same instant or an
 * earlier one, and never itself; what is absent did not happen from the one step to the other, both instants included, other than as these
 * very events. `seen` and all starts are in the order of time, none after `now`.
 */
export class Chains {
  readonly #isClear: (from: Occurrence, to: number) => boolean;

  constructor(
    readonly seen: readonly Occurrence[],
    readonly steps: ChainSteps,
    readonly spanMs: number,
    readonly now: number,
  ) {
    this.#isClear = clearOf(seen, steps.unlessAfter);
  }

  /** The instant of the newest of `starts` from which a chain holds; `-Infinity` for none. */
  newestOf(starts: readonly Occurrence[]): number {
    const { positive, unlessAfter } = this.steps;
    if (positive.length === 0 || unlessAfter.length === 0 || this.spanMs === Infinity) return this.#newest(starts);
    // Of two chains to one event the one that began earlier may hold and the other not: its span ends before what must not happen.
    return starts.findLast((start) => this.holdsFrom(start))?.at ?? -Infinity;
  }

  holdsFrom(start: Occurrence): boolean {
    return this.#newest([start]) !== -Infinity;
  }

  #newest(starts: readonly Occurrence[]): number {
    const { steps, spanMs, now } = this;
    let reached: Reached = new Map(starts.map((start) => [start, start.at]));
    for (const positive of steps.positive) reached = this.#follow(reached, positive);
    let newest = -Infinity;
    for (const [last, startedAt] of reached)
      if (startedAt > newest && this.#isClear(last, Math.min(now, startedAt + spanMs))) newest = startedAt;
    return newest;
  }

  /** Goes one step on: once through what was seen, however many are at one instant, since whoever sends events chooses their times. */
  #follow(from: Reached, { step, unlessBefore }: Positive): Reached {
    const reached = new Map<Occurrence, number>();
    let newest = -Infinity;
    for (const events of instantsOf(this.#after(from))) {
      const instant = new Instant(events, from, unlessBefore);
      for (const event of events) {
        const startedAt = event.is.includes(step) ? instant.before(event, newest) : -Infinity;
        if (startedAt !== -Infinity && event.at - startedAt <= this.spanMs) reached.set(event, startedAt);
      }
      newest = instant.after(newest);
    }
    return reached;
  }

  /** What may follow these. */
  #after(from: Reached): readonly Occurrence[] {
    const [first] = from.keys();
    if (!first) return [];
    const newest = [...from.values()].reduce((one, other) => Math.max(one, other));
    return this.seen.slice(countUpTo(this.seen, first.at - 1), countUpTo(this.seen, newest + this.spanMs));
  }
}

/** The events of one instant, some of which end parts of chains. */
class Instant {
  /** What must not happen here. */
  readonly #absent: readonly Occurrence[];
  /** The two to which the newest parts lead: an event does not follow itself. */
  readonly #here: readonly [Occurrence | undefined, Occurrence | undefined];

  constructor(
    events: readonly Occurrence[],
    readonly from: Reached,
    unlessBefore: readonly number[],
  ) {
    this.#absent = unlessBefore.length === 0 ? [] : events.filter((event) => isOf(event, unlessBefore));
    this.#here = newestTwo(events, (event) => this.#startOf(event));
  }

  /** When the newest part began that an event of this instant may follow; `earlier` is of the instants before. */
  before(event: Occurrence, earlier: number): number {
    const [first, second] = this.#here;
    const others = this.#absent.length <= 2 ? this.#absent.filter((one) => one !== event) : this.#absent;
    return others.length > 0 ? this.#alone(others) : Math.max(earlier, this.#startOf(first === event ? second : first));
  }

  /** The same for events of later instants. */
  after(earlier: number): number {
    return this.#absent.length > 0 ? this.#alone(this.#absent) : Math.max(earlier, this.#startOf(this.#here[0]));
  }

  /** What must not happen may be, itself, the step before. */
  #alone([one, another]: readonly Occurrence[]): number {
    return another ? -Infinity : this.#startOf(one);
  }

  #startOf(event: Occurrence | undefined): number {
    return (event && this.from.get(event)) ?? -Infinity;
  }
}

function newestTwo(
  events: readonly Occurrence[],
  startOf: (event: Occurrence | undefined) => number,
): readonly [Occurrence | undefined, Occurrence | undefined] {
  let [first, second]: (Occurrence | undefined)[] = [];
  for (const event of events) {
    if (startOf(event) > startOf(first)) [first, second] = [event, first];
    else if (startOf(event) > startOf(second)) second = event;
  }
  return [first, second];
}

function* instantsOf(seen: readonly Occurrence[]): Generator<readonly Occurrence[]> {
  for (let from = 0; from < seen.length;) {
    const { at } = seen[from] as Occurrence;
    let to = from + 1;
    while (seen[to]?.at === at) to += 1;
    yield seen.slice(from, to);
    from = to;
  }
}

const isOf = ({ is }: Occurrence, steps: readonly number[]): boolean => is.some((step) => steps.includes(step));

/** Answers whether none of some steps happened from an event to an instant, other than as this very event. */
function clearOf(seen: readonly Occurrence[], steps: readonly number[]): (from: Occurrence, to: number) => boolean {
  if (steps.length === 0) return () => true;
  const found = seen.filter((event) => isOf(event, steps));
  return (from, to) => countUpTo(found, to) - countUpTo(found, from.at - 1) <= (isOf(from, steps) ? 1 : 0);
}

/** How many are at an instant or before it. */
function countUpTo(seen: readonly Occurrence[], at: number): number {
  let low = 0;
  let high = seen.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seen[middle] as Occurrence).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
