import type { Json, JsonObject } from '../json';
import { firstAt, partsOf } from '../path';
import { readInstantIn, shifted, zoneOf, zoneTrait } from '../zone';
import type { Rule } from './rule.schema';
import type { RuleView } from './rule-view';

/** A date of somebody has come. What an entry by date means; nobody can write it in a rule. */
export interface DueCondition {
  /** A path of a trait. */
  readonly due: string;
  readonly offset?: string;
  /** For people whose own zone is not known: the journey's, else the workspace's. */
  readonly zone?: string;
}

export const dueRule = (condition: DueCondition): Rule => condition satisfies DueCondition as unknown as Rule;

/** The condition of a rule that is one on a date. */
export const dueOf = (rule: Rule): DueCondition | undefined =>
  'due' in rule ? (rule as unknown as DueCondition) : undefined;

/** The rule where the workspace is: people live there of whom neither themselves nor the journey says where. */
export function inZone(rule: Rule, zone: string | undefined): Rule {
  const condition = dueOf(rule);
  return condition && condition.zone === undefined && zone !== undefined ? dueRule({ ...condition, zone }) : rule;
}

/** A date, as it was written, and when it comes there where the person lives. */
export interface Due {
  readonly date: Json;
  readonly at: number;
}

/** The date that somebody has; nothing where there is none, or what is there is none. Of several in a list it is the first. */
export function readDue(view: Pick<RuleView, 'trait'>, condition: DueCondition, now: number): Due | undefined {
  const traitAt = (name: string): JsonObject => {
    const held = view.trait(name);
    return held === undefined || (held.expiresAt ?? Infinity) <= now ? {} : { [name]: held.value };
  };
  const [trait] = partsOf(condition.due);
  const date = firstAt(traitAt(trait), condition.due);
  if (date === undefined) return undefined;
  const { zone } = zoneOf(traitAt(zoneTrait), condition.zone);
  const at = readInstantIn(date, zone);
  if (at === undefined) return undefined;
  return { date, at: condition.offset === undefined ? at : shifted(at, condition.offset, zone) };
}
