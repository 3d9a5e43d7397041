import { parseDuration } from '../../duration';
import { grouped } from '../../grouped';
import { aggregates } from '../behaviour/event-aggregate';
import type { Condition, EventCondition, Rule, Where } from '../rule.schema';
import { countsCanBe, type CountDemand } from './counts-can-be';
import { waysOf, type Literal } from './literals';
import { valueCanBe, type Demand } from './value-can-be';

/** The rule of an audience, where it is known: what is asked of its members is asked along. */
type RuleOf = (audience: string) => Rule | undefined;

/**
 * Whether nobody can ever match: by each way to hold, something is asked that cannot be so at once. A rule that only might never hold, or is too
 * large to look at, is not said to.
 */
export function neverHolds(rule: Rule, now: number, ruleOf: RuleOf = () => undefined): boolean {
  const ways = waysOf(unfolded(rule, ruleOf, []));
  return ways !== undefined && !ways.some((way) => canBeTogether(way, now));
}

/** Whether everybody always matches. */
export const alwaysHolds = (rule: Rule, now: number, ruleOf?: RuleOf): boolean =>
  neverHolds({ not: rule }, now, ruleOf);

/** Whether events can have properties that pass all tests. */
export const canPass = (where: readonly Where[], now: number): boolean =>
  [
    ...grouped(
      where.filter(({ property }) => isOneValue(property)),
      ({ property }) => property,
    ).values(),
  ].every((tests) =>
    valueCanBe(
      tests.map((compared): Demand => ({ compared, isTrue: true })),
      now,
    ),
  );

function unfolded(rule: Rule, ruleOf: RuleOf, above: readonly string[]): Rule {
  const inner = (one: Rule): Rule => unfolded(one, ruleOf, above);
  if ('all' in rule) return { all: rule.all.map(inner) };
  if ('any' in rule) return { any: rule.any.map(inner) };
  if ('not' in rule) return { not: inner(rule.not) };
  if (!('audience' in rule) || above.includes(rule.audience)) return rule;
  const found = ruleOf(rule.audience);
  return found ? unfolded(found, ruleOf, [...above, rule.audience]) : rule;
}

function canBeTogether(way: readonly Literal[], now: number): boolean {
  const facts = way.map((literal) => ({ ...literal, about: aboutOf(literal.condition) }));
  return [...grouped(facts, ({ about }) => about).values()].every((literals) => canBeOfOne(literals, now));
}

/** What a condition is about: conditions about one thing can exclude each other, those about two cannot. */
function aboutOf(condition: Condition): string {
  if ('trait' in condition && isOneValue(condition.trait)) return `trait ${condition.trait}`;
  if ('path' in condition && isOneValue(condition.path)) return `path ${condition.path}`;
  if ('consent' in condition) return `consent ${condition.consent}`;
  if ('identifier' in condition) return `identifier ${condition.identifier}`;
  if ('sample' in condition) return `sample ${condition.sample.salt ?? ''}`;
  if ('contacted' in condition) return `contacted ${JSON.stringify(condition.contacted)}`;
  if (isCounted(condition)) return `event ${JSON.stringify([condition.event, condition.where ?? []])}`;
  return JSON.stringify(condition);
}

/** Of a list any element may pass: two comparisons are about two of them. */
const isOneValue = (path: string): boolean => !path.includes('[]');

const isCounted = (condition: Condition): condition is EventCondition =>
  'event' in condition &&
  condition.per === undefined &&
  aggregates.every((name) => name === 'count' || condition[name] === undefined);

function canBeOfOne(literals: readonly Literal[], now: number): boolean {
  const [{ condition } = { condition: undefined }] = literals;
  if (!condition) return true;
  if ('trait' in condition || 'path' in condition)
    return valueCanBe(literals.flatMap(demandsOf), now) && !saysBoth(literals);
  if ('consent' in condition) return consents.some((one) => literals.every((literal) => isConsent(literal, one)));
  if ('identifier' in condition) return [true, false].some((isSet) => literals.every((one) => isKnown(one, isSet)));
  if ('sample' in condition) return shares(literals).some((share) => literals.every((one) => isDrawn(one, share)));
  if ('contacted' in condition) return countsCanBe(literals.flatMap(countsOf));
  if (!isCounted(condition)) return !saysBoth(literals);
  return countsCanBe(literals.flatMap(countsOf), canPass(condition.where ?? [], now) ? Infinity : 0);
}

/** One and the same condition cannot hold and not hold. */
function saysBoth(literals: readonly Literal[]): boolean {
  const said = new Map<string, boolean>();
  return literals.some(({ condition, isTrue }) => {
    const text = JSON.stringify(condition);
    const before = said.get(text);
    said.set(text, isTrue);
    return before !== undefined && before !== isTrue;
  });
}

/** Who has been so for a week is so; who has not may be so all the same. */
function demandsOf({ condition, isTrue }: Literal): Demand[] {
  if (!('trait' in condition || 'path' in condition)) return [];
  const hasLasted = 'for' in condition && condition.for !== undefined;
  return hasLasted && !isTrue ? [] : [{ compared: condition, isTrue }];
}

const consents = ['granted', 'denied', 'revoked', 'unset'] as const;

const isConsent = ({ condition, isTrue }: Literal, recorded: (typeof consents)[number]): boolean =>
  'consent' in condition &&
  (recorded === condition.is || (recorded === 'revoked' && condition.is === 'denied')) === isTrue;

const isKnown = ({ condition, isTrue }: Literal, isSet: boolean): boolean =>
  'identifier' in condition && (isSet === (condition.is === 'set')) === isTrue;

const percentOf = ({ condition }: Literal): number => ('sample' in condition ? condition.sample.percent : 0);

/** Of each part into which percentages divide all people, one. */
function shares(literals: readonly Literal[]): number[] {
  const bounds = [0, ...literals.map(percentOf), 100].sort((a, b) => a - b);
  return bounds
    .slice(1)
    .flatMap((bound, index) => (bound > (bounds[index] ?? 0) ? [(bound + (bounds[index] ?? 0)) / 2] : []));
}

const isDrawn = (literal: Literal, share: number): boolean => share < percentOf(literal) === literal.isTrue;

const atLeastOne = { is: 'at_least', value: 1 } as const;

function countsOf({ condition, isTrue }: Literal): CountDemand[] {
  if (!('event' in condition || 'contacted' in condition)) return [];
  const { count: compared = atLeastOne, within } = condition;
  return [{ windowMs: within === undefined ? Infinity : parseDuration(within), compared, isTrue }];
}
