import type { Operator } from '../domain/audiences/operators';
import type { Scalar } from './vocabulary';

/** Read from a path when the rule is evaluated. */
export interface From {
  readonly from: string;
}
export interface Told {
  readonly is: Operator;
  readonly value?: Scalar | Scalar[] | From;
}
export interface TextOptions {
  readonly ignoreCase?: boolean;
}

/** The operators as methods: each makes the condition that it completes. */
export class Comparison<Done, Value extends Scalar = Scalar, Options = TextOptions> {
  constructor(private readonly done: (told: Told & Partial<Options>) => Done) {}

  private say(is: Operator, value?: Scalar | readonly Scalar[] | From, options?: Options): Done {
    return this.done({ is, ...(value !== undefined && { value }), ...options } as Told & Partial<Options>);
  }

  equals = (value: Value | From, options?: Options): Done => this.say('equals', value, options);
  notEquals = (value: Value | From, options?: Options): Done => this.say('not_equals', value, options);
  in = (value: readonly Value[] | From, options?: Options): Done => this.say('in', value, options);
  notIn = (value: readonly Value[] | From, options?: Options): Done => this.say('not_in', value, options);
  contains = (value: Scalar | From, options?: Options): Done => this.say('contains', value, options);
  notContains = (value: Scalar | From, options?: Options): Done => this.say('not_contains', value, options);
  startsWith = (value: string | From, options?: Options): Done => this.say('starts_with', value, options);
  endsWith = (value: string | From, options?: Options): Done => this.say('ends_with', value, options);
  set = (options?: Options): Done => this.say('set', undefined, options);
  notSet = (options?: Options): Done => this.say('not_set', undefined, options);
  greaterThan = (value: number | From, options?: Options): Done => this.say('greater_than', value, options);
  atLeast = (value: number | From, options?: Options): Done => this.say('at_least', value, options);
  lessThan = (value: number | From, options?: Options): Done => this.say('less_than', value, options);
  atMost = (value: number | From, options?: Options): Done => this.say('at_most', value, options);
  between = (value: readonly [number, number] | From, options?: Options): Done => this.say('between', value, options);
  before = (value: string | number | From, options?: Options): Done => this.say('before', value, options);
  after = (value: string | number | From, options?: Options): Done => this.say('after', value, options);
  withinLast = (value: string | From, options?: Options): Done => this.say('within_last', value, options);
  withinNext = (value: string | From, options?: Options): Done => this.say('within_next', value, options);
  olderThan = (value: string | From, options?: Options): Done => this.say('older_than', value, options);
}

type NumberTests = 'equals' | 'notEquals' | 'greaterThan' | 'atLeast' | 'lessThan' | 'atMost' | 'between';
/** For numbers; nothing else can be asked of them. */
export type Numbers<Done> = Pick<Comparison<Done, number, never>, NumberTests>;
/** For the first and the last event. */
export type Instants<Done> = Pick<Comparison<Done, Scalar, never>, 'before' | 'after' | 'withinLast' | 'olderThan'>;
/** For properties of an event, whose tests do not move with time. */
export type Tests<Done, Value extends Scalar> = Omit<
  Comparison<Done, Value>,
  'withinLast' | 'withinNext' | 'olderThan'
>;
