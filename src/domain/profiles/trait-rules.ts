import { allImports, isOfImport } from '../imports/import-events';
import { own, type Json } from '../json';
import type { Trait } from './profile';

/**
 * Which of several statements a trait keeps. `newest`: the last that was made · `first`: the earliest · `sources`: that of the source listed
 * first, and of one source the newest · `union` and `sum`: the newest, and where two profiles become one, what both have together.
 */
export type TraitRule = 'newest' | 'first' | 'union' | 'sum' | { readonly sources: readonly string[] };
/** By name of the trait; of the others the newest statement counts. */
export type TraitRules = Readonly<Record<string, TraitRule>>;

export const ruleOf = (rules: TraitRules, name: string): TraitRule => own(rules, name) ?? 'newest';

/** Whether a statement takes the place of what is there. Of two of one instant the later arrival does, where the rule leaves it open. */
export function takes(rule: TraitRule, present: Trait, said: Trait): boolean {
  if (rule === 'first') return isBefore(said, present);
  const rank = typeof rule === 'string' ? 0 : rankOf(rule.sources, said) - rankOf(rule.sources, present);
  return rank === 0 ? said.at >= present.at : rank < 0;
}

/** The same, where it is not left to the order of arrival. */
export const outdoes = (rule: TraitRule, said: Trait, present: Trait): boolean =>
  takes(rule, present, said) && !takes(rule, said, present);

/** What is left of the trait of two profiles that become one; of two of one instant the survivor's, where the rule leaves it open. */
export function united(rule: TraitRule, survivor: Trait, absorbed: Trait): Trait {
  const both = rule === 'union' || rule === 'sum' ? add(rule, survivor, absorbed) : undefined;
  if (both) return both;
  return outdoes(rule, absorbed, survivor) ? absorbed : survivor;
}

/** The place in the list; behind all of it for sources that are not there. */
function rankOf(sources: readonly string[], { source }: Trait): number {
  const place = sources.findIndex((one) => one === source || (one === allImports && isOfImport(source)));
  return place === -1 ? sources.length : place;
}

/**
 * A deletion states nothing, and of a value that was said again the beginning counts. Of several at one instant any, but the same in
 * whatever order they come.
 */
function isBefore(said: Trait, present: Trait): boolean {
  if ((said.value === null) !== (present.value === null)) return said.value !== null;
  return compare(placeInTime(said), placeInTime(present)) < 0;
}

const placeInTime = ({ since, value, at, source, expiresAt = Infinity }: Trait) =>
  [since, textOf(value), at, source, expiresAt] as const;

/** Both together; nothing where that has no meaning, such as texts to be added, or values with an end of their own. */
function add(rule: 'union' | 'sum', a: Trait, b: Trait): Trait | undefined {
  if (a.expiresAt !== undefined || b.expiresAt !== undefined) return undefined;
  const value = together(rule, a.value, b.value);
  if (value === undefined) return undefined;
  const newest = compare([a.at, a.source], [b.at, b.source]) > 0 ? a : b;
  return { value, at: newest.at, since: Math.max(a.since, b.since), source: newest.source };
}

/** A deletion adds nothing to what the other has. */
function together(rule: 'union' | 'sum', a: Json, b: Json): Json | undefined {
  if (a === null || b === null) return a ?? b;
  return rule === 'sum' ? sumOf(a, b) : unionOf(a, b);
}

/** Of two numbers, if that is one. */
export function sumOf(a: Json, b: Json): number | undefined {
  const sum = typeof a === 'number' && typeof b === 'number' ? a + b : NaN;
  return Number.isFinite(sum) ? sum : undefined;
}

/** Each once, in an order of their own, so that it is the same whoever absorbs whom. */
function unionOf(a: Json, b: Json): Json {
  const items = [a, b].flatMap((value) => (Array.isArray(value) ? (value as readonly Json[]) : [value]));
  const distinct = new Map(items.map((item) => [textOf(item), item]));
  return [...distinct]
    .sort(([one, first], [other, second]) => compare(sortKey(first, one), sortKey(second, other)))
    .map(([, item]) => item);
}

const sortKey = (item: Json, text: string): readonly [number, string] => [
  typeof item === 'number' ? item : Infinity,
  text,
];

const textOf = (value: Json): string => JSON.stringify(value);

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? one;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
