import type {
  CheckContext,
  CheckNested,
  CompileNested,
  ConditionKind,
  Evaluate,
  Finding,
  Reads,
} from './condition-kind';
import { audience } from './conditions/audience';
import { computed } from './conditions/computed';
import { consent } from './conditions/consent';
import { contacted } from './conditions/contacted';
import { due } from './conditions/due';
import { event } from './conditions/event';
import { group } from './conditions/group';
import { identifier } from './conditions/identifier';
import { list } from './conditions/list';
import { path } from './conditions/path';
import { sequence } from './conditions/sequence';
import { sample } from './conditions/sample';
import { trait } from './conditions/trait';
import type { Json } from '../json';
import type { Condition, Conditions } from './rule.schema';
import type { TellingView } from './rule-view';

export type Kind = keyof Conditions;

const kinds: { readonly [Name in Kind]: ConditionKind<Conditions[Name]> } = {
  trait,
  path,
  event,
  sequence,
  audience,
  consent,
  contacted,
  identifier,
  group,
  sample,
  list,
  computed,
  due,
};

export const compileCondition = (condition: Condition, nested: CompileNested): Evaluate =>
  conditionKindOf(condition).compile(condition, nested);
export const readsOf = (condition: Condition, found: Reads): void => conditionKindOf(condition).reads(condition, found);
export const checkCondition = (
  condition: Condition,
  at: string,
  context: CheckContext,
  nested: CheckNested,
): Finding[] => conditionKindOf(condition).check(condition, at, context, nested);

export const actualOf = (condition: Condition, view: TellingView, now: number): Json | undefined =>
  conditionKindOf(condition).actual(condition, view, now);
/** The name of the kind that a condition is of. */
export const kindNameOf = (condition: Condition): Kind => {
  const kind = (Object.keys(kinds) as Kind[]).find((name) => Object.hasOwn(condition, name));
  if (kind === undefined) throw new Error(`No kind of condition has the keys ${Object.keys(condition).join(', ')}.`);
  return kind;
};

/** A condition is of the kind whose name is one of its keys; the schema lets exactly one through. */
function conditionKindOf<Found extends Condition>(condition: Found): ConditionKind<Found> {
  return kinds[kindNameOf(condition)] as unknown as ConditionKind<Found>;
}
