import { compileRule, leavesOf, type CompiledRule } from '../audiences/compile-rule';
import type { Rule } from '../audiences/rule.schema';
import { own } from '../json';
import { partsOf } from '../path';
import { countedOf, facetKey, roleKey, type MembersCondition } from './facet-key';
import type { Group, GroupType } from './group';

/** What is counted of the members of a group: of how many a rule holds, perhaps only among those of a role. */
export interface Facet {
  readonly key: string;
  readonly type: GroupType;
  readonly role?: string;
  readonly rule: CompiledRule;
}

/** What rules ask of groups: what is counted of their members, and which of their traits are read. */
export interface GroupQuestions {
  readonly facets: readonly Facet[];
  /** Top-level traits by type. */
  readonly traits: Readonly<Record<GroupType, readonly string[]>>;
}

export function groupQuestions(rules: readonly Rule[]): GroupQuestions {
  const leaves = rules.flatMap(leavesOf).flatMap((leaf) => ('group' in leaf ? [leaf] : []));
  const counted = leaves.flatMap((leaf) => (leaf.members ? [leaf as MembersCondition] : []));
  const facets = counted.map((condition): Facet => {
    const { group: type, role } = condition;
    return {
      key: facetKey(condition),
      type,
      rule: compileRule(countedOf(condition)),
      ...(role !== undefined && { role }),
    };
  });
  const traitsOf = (type: GroupType): string[] => [
    ...new Set(leaves.filter((leaf) => leaf.group === type).flatMap(({ traits }) => (traits ? traitsIn(traits) : []))),
  ];
  return {
    facets: [...new Map(facets.map((facet) => [`${facet.type}:${facet.key}`, facet])).values()],
    traits: { household: traitsOf('household'), account: traitsOf('account') },
  };
}

const traitsIn = (rule: Rule): string[] =>
  leavesOf(rule).flatMap((leaf) => ('trait' in leaf ? [partsOf(leaf.trait)[0]] : []));

/** All that a group answers to its members' rules, as one text: when it is another, all of them are to be asked again. */
export function answersOf(group: Group, { facets, traits }: GroupQuestions, most: number): string {
  const counts = facets
    .filter(({ type }) => type === group.type)
    .map(({ key, role }) => {
      const count = own(group.holds, key) ?? 0;
      const total = role === undefined ? group.memberCount : (own(group.holds, roleKey(role)) ?? 0);
      return [count > 0, total > 0 && count === total];
    });
  const read = traits[group.type].map((name) => own(group.traits, name) ?? null);
  return JSON.stringify([group.memberCount > most, counts, read]);
}
