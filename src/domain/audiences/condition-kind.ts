import type { RuleView, Verdict } from './rule-view';

export type Evaluate = (view: RuleView, now: number) => Verdict;

/** What a rule reads, gathered over its conditions. */
export interface Reads {
  readonly traits: Set<string>;
  /** Event names; `*` stands for every event. */
  readonly events: Set<string>;
  readonly audiences: Set<string>;
  readonly consents: Set<string>;
  identifiers: boolean;
  paths: boolean;
}

/** Something to put right in a definition. `path` is a JSON pointer into it. */
export interface Finding {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly suggestion: string;
}

export interface CheckContext {
  /** Whether the caller can supply paths, as journeys can. */
  readonly hasPaths: boolean;
  /** Known audiences; without them references are not checked here. */
  readonly audiences?: ReadonlySet<string>;
}

/** Everything the product knows about one kind of condition. A kind is one file; the table names what was forgotten. */
export interface ConditionKind<Condition> {
  compile(condition: Condition): Evaluate;
  reads(condition: Condition, found: Reads): void;
  check(condition: Condition, path: string, context: CheckContext): Finding[];
}
