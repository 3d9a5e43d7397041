import fc from 'fast-check';
import { checkRule } from '../domain/audiences/check-rule';
import { operators } from '../domain/audiences/operators';
import type { Rule, TraitCondition, Value } from '../domain/audiences/rule.schema';
import type { RuleEvent } from '../domain/events/event';
import type { Json } from '../domain/json';
import type { Profile } from '../domain/profiles/profile';
import {
  blank,
  contactedCondition,
  epoch,
  eventCondition,
  factRule,
  profile,
  ruleEvent,
  ruleOver,
} from './rule-arbitraries';
import { dates, words } from './value-arbitraries';

/** Somebody and what they did. */
export type Person = readonly [Profile, readonly RuleEvent[]];

/** Rules of every kind that a query may say. */
export const queriedRule: fc.Arbitrary<Rule> = ruleOver(fc.oneof(factRule, eventCondition, contactedCondition));

export const people: fc.Arbitrary<Person[]> = fc.array(fc.tuple(profile, fc.array(ruleEvent, { maxLength: 15 })), {
  minLength: 1,
  maxLength: 12,
});

const scalars = [...words, ...dates, 0, -0.3, 12, 4_000_000_000, true, false] as const;
const values: readonly Json[] = [
  ...[...scalars, null, 'Stra\u00dfe'],
  ...[[], ['gold', 'o\u212a', 1], [null, 12, true], { tier: 'gold' }, {}],
];

/** One for each value that the trait may have. */
export const plainPeople: readonly Person[] = values.map((value) => [
  { ...blank, traits: { tier: { value, at: epoch, since: epoch, source: 'api' } } },
  [],
]);

const comparedWith: readonly (Value | undefined)[] = [
  ...[undefined, ...scalars, 'OK', 'I', 'E', 'now', '-5d', '+30d', '3h', '4w'],
  ...[
    ['Gold', 12, true],
    ['OK', 'I', ''],
    [-0.3, 12],
    [0, 1e10],
  ],
];

const hasLetters = (value: Value | undefined): boolean =>
  /[a-z]/i.test(
    [value]
      .flat()
      .filter((one) => typeof one === 'string')
      .join(),
  );
const isDate = (value: Value | undefined): boolean => dates.some((date) => date === value);

/** What can be asked of that trait: with these every value above meets every comparison. A date is text to most of them. */
export const plainRules: readonly Rule[] = operators
  .flatMap((is) =>
    comparedWith.flatMap((value) =>
      (hasLetters(value) ? [false, true] : [false]).map((ignoreCase) => ({ is, value, ignoreCase })),
    ),
  )
  .filter(({ is, value }) => is === 'before' || is === 'after' || !isDate(value))
  .map(({ value, ignoreCase, ...of }): TraitCondition => {
    return { trait: 'tier', ...of, ...(value !== undefined && { value }), ...(ignoreCase && { ignoreCase }) };
  })
  .filter((rule) => checkRule(rule, { hasPaths: false }).length === 0);
