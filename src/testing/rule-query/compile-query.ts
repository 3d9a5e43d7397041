import { eventNamesOf } from '../../domain/audiences/behaviour/behaviour';
import { compileRule } from '../../domain/audiences/compile-rule';
import { kindNameOf, type Kind } from '../../domain/audiences/condition-kinds';
import type { Condition, Conditions, Rule } from '../../domain/audiences/rule.schema';
import type { Asking } from './comparison';
import { contactedQuery, eventQuery } from './event-query';
import { and, not, or, type Expression } from './expression';
import { audienceQuery, consentQuery, identifierQuery, listQuery } from './fact-queries';
import { beyondQueries, type QueryKind } from './query-kind';
import { traitQuery } from './trait-query';

/** A kind that is forgotten here is named by the compiler. */
const kinds: { readonly [Name in Kind]: QueryKind<Conditions[Name]> } = {
  trait: traitQuery,
  event: eventQuery,
  contacted: contactedQuery,
  audience: audienceQuery,
  consent: consentQuery,
  identifier: identifierQuery,
  list: listQuery,
  // Values of one run, counts that groups keep, a hash, events side by side, what is worked out of them as it decays, and calendars of zones.
  path: beyondQueries,
  computed: beyondQueries,
  group: beyondQueries,
  sample: beyondQueries,
  sequence: beyondQueries,
  due: beyondQueries,
};

/** A rule as one question to the database. */
export interface RuleQuery {
  /** True of a stored profile that the rule holds of, whose events it is given as `events`. */
  readonly expression: Expression;
  /** Names of the events that it asks for; all, when absent. */
  readonly events: readonly string[] | undefined;
}

/**
 * What a rule asks at `now`, of MongoDB: a third definition beside closures and histories, for tests to compare. `undefined` of a rule
 * with a condition that cannot be asked there.
 */
export function compileQuery(rule: Rule, now: number): RuleQuery | undefined {
  let variables = 0;
  const asking = { now, fresh: () => `v${(variables += 1)}` };
  const expression = queryOf(rule, asking);
  if (expression === undefined) return undefined;
  const names = new Set(compileRule(rule).conditions.flatMap(({ condition }) => eventNamesOf(condition)));
  return { expression, events: names.has('*') ? undefined : [...names] };
}

function queryOf(rule: Rule, asking: Asking): Expression | undefined {
  if ('all' in rule) return joinedBy(and, rule.all, asking);
  if ('any' in rule) return joinedBy(or, rule.any, asking);
  if (!('not' in rule)) return conditionQuery(rule, asking);
  const one = queryOf(rule.not, asking);
  return one === undefined ? undefined : not(one);
}

function joinedBy(join: typeof and, rules: readonly Rule[], asking: Asking): Expression | undefined {
  const all = rules.map((rule) => queryOf(rule, asking));
  return all.every((one) => one !== undefined) ? join(...all) : undefined;
}

/** A condition is of the kind whose name is one of its keys. */
const conditionQuery = <Asked extends Condition>(condition: Asked, asking: Asking): Expression | undefined =>
  (kinds[kindNameOf(condition)] as unknown as QueryKind<Asked>)(condition, asking);
