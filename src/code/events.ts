import type { EventCondition, SequenceCondition } from '../domain/audiences/rule.schema';
import type { EventTrigger } from '../domain/journeys/journey.schema';
import { Comparison, type Instants, type Numbers, type Tests } from './comparison';
import { made, type Made } from './made';
import type { AnyVocabulary, PropertyPaths, ValueAt, Vocabulary } from './vocabulary';

type Aggregate = 'count' | 'sum' | 'min' | 'max' | 'average' | 'first' | 'last';
type Fields = Omit<EventCondition, 'event'>;
type Properties<V extends Vocabulary, Name> = Name extends keyof V['events'] ? V['events'][Name] : object;

/**
 * An event that somebody sent: a trigger, or, with what is asked of it, a rule. As it stands it is both. Each call answers
 * another one, so that any may be kept and used again.
 */
export class EventPiece<V extends Vocabulary, Name extends string, Kind extends 'either' | 'rule'> implements Made<
  Kind,
  EventCondition
> {
  constructor(
    readonly kind: Kind,
    private readonly name: Name,
    private readonly fields: Fields = {},
  ) {}

  toJSON = (): EventCondition => ({ event: this.name, ...this.fields });

  /** Only those of which this holds: `.where('category', (is) => is.equals('shoes'))`. */
  where<Path extends PropertyPaths<V, Name>>(
    property: Path,
    test: (is: Tests<object, ValueAt<Properties<V, Name>, Path>>) => object,
  ): EventPiece<V, Name, Kind> {
    const is = new Comparison<object, ValueAt<Properties<V, Name>, Path>>((told) => ({ property, ...told }));
    const one = test(is) as NonNullable<Fields['where']>[number];
    return new EventPiece(this.kind, this.name, { ...this.fields, where: [...(this.fields.where ?? []), one] });
  }

  /** As a trigger: only where these paths of the event have the values at those of the run. */
  match(this: EventPiece<V, Name, 'either'>, match: Readonly<Record<string, string>>): Made<'trigger', EventTrigger> {
    return made('trigger', { ...(this.toJSON() as EventTrigger), match });
  }

  within = (within: string) => this.asking({ within });
  /** In journeys, instead of `within`: what has happened since the `entry`, or since a step, as `step:<id>`. */
  since = (since: NonNullable<EventCondition['since']>) => this.asking({ since });
  per = (per: PropertyPaths<V, Name>) => this.asking({ per });
  /** With `per`: a value does not qualify that such an event has. */
  without = (event: Made<'rule', EventCondition>) =>
    this.asking({ without: event.toJSON() as NonNullable<Fields['without']> });

  count = (): Numbers<EventPiece<V, Name, 'rule'>> => this.numbers('count');
  atLeast = (times: number) => this.count().atLeast(times);
  atMost = (times: number) => this.count().atMost(times);
  exactly = (times: number) => this.count().equals(times);
  never = () => this.exactly(0);
  sum = (property: PropertyPaths<V, Name>) => this.numbers('sum', property);
  min = (property: PropertyPaths<V, Name>) => this.numbers('min', property);
  max = (property: PropertyPaths<V, Name>) => this.numbers('max', property);
  average = (property: PropertyPaths<V, Name>) => this.numbers('average', property);
  /** When the oldest match was. */
  first = (): Instants<EventPiece<V, Name, 'rule'>> => this.compared('first');
  last = (): Instants<EventPiece<V, Name, 'rule'>> => this.compared('last');

  private numbers = (aggregate: Aggregate, property?: string): Numbers<EventPiece<V, Name, 'rule'>> =>
    this.compared(aggregate, property);

  private compared(aggregate: Aggregate, property?: string) {
    return new Comparison<EventPiece<V, Name, 'rule'>, number, never>((told) =>
      this.asking({ [aggregate]: { ...(property !== undefined && { property }), ...(told as object) } }),
    );
  }

  private asking = (more: Fields): EventPiece<V, Name, 'rule'> =>
    new EventPiece('rule', this.name, { ...this.fields, ...more });
}

type SequenceStep = SequenceCondition['sequence'][number];
/** An event of a sequence: one that happened, or `absent(event)`. */
export type SequencePart = Made<'either', EventCondition> | Made<'absent', SequenceStep>;

/** One event after another, or none after another. */
export class SequencePiece implements Made<'rule', SequenceCondition> {
  readonly kind = 'rule';
  constructor(private readonly fields: SequenceCondition) {}
  toJSON = (): SequenceCondition => this.fields;

  /** A path in which the events of a chain agree. */
  same = (same: string) => new SequencePiece({ ...this.fields, same });
  within = (within: string) => new SequencePiece({ ...this.fields, within });
  startedWithin = (startedWithin: string) => new SequencePiece({ ...this.fields, startedWithin });
  settled = () => new SequencePiece({ ...this.fields, settled: true });
}

export const sequenceOf = (parts: readonly SequencePart[]): SequencePiece =>
  new SequencePiece({ sequence: parts.map((part) => part.toJSON() as SequenceStep) });

/** Not seen from the step before it to the one after it. */
export const absent = (event: Made<'either', EventCondition>): Made<'absent', SequenceStep> =>
  made('absent', { ...(event.toJSON() as SequenceStep), absent: true });

export const eventOf = <Name extends string>(name: Name): EventPiece<AnyVocabulary, Name, 'either'> =>
  new EventPiece('either', name);
