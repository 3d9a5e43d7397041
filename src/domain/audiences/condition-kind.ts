import type { ComputedType } from './computed/measure';
import type { Rule } from './rule.schema';
import type { Json } from '../json';
import type { RuleView, TellingView, Verdict } from './rule-view';

export type Evaluate = (view: RuleView, now: number) => Verdict;

/** What a rule reads, gathered over its conditions. */
export interface Reads {
  readonly traits: Set<string>;
  /** Event names; `*` stands for every event. */
  readonly events: Set<string>;
  readonly audiences: Set<string>;
  readonly consents: Set<string>;
  /** Types of groups whose traits or members are read. */
  readonly groups: Set<string>;
  /** Lists that are kept by hand. */
  readonly lists: Set<string>;
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
  /** Keys of journeys, drafts too; without them references are not checked here. */
  readonly journeys?: ReadonlySet<string>;
  /** What is computed, by key, and of which type it is; without them neither is checked here. */
  readonly computed?: ReadonlyMap<string, ComputedType>;
  /** Of a rule inside a condition on a group, what it is about; it cannot be about groups again. */
  readonly within?: 'traits' | 'members';
}

/** How a kind that holds rules has them made ready, and checked. */
export type CompileNested = (rule: Rule) => Evaluate;
export type CheckNested = (rule: Rule, context: CheckContext, path: string) => Finding[];

/** Everything the product knows about one kind of condition. A kind is one file; the table names what was forgotten. */
export interface ConditionKind<Condition> {
  compile(condition: Condition, nested: CompileNested): Evaluate;
  reads(condition: Condition, found: Reads): void;
  check(condition: Condition, path: string, context: CheckContext, nested: CheckNested): Finding[];
  /** What there is of what the condition asks for, for people to read; `undefined` where there is nothing. */
  actual(condition: Condition, view: TellingView, now: number): Json | undefined;
}
