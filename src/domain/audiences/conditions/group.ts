import { facetKey } from '../../groups/facet-key';
import type { CheckContext, CheckNested, ConditionKind, Evaluate, Finding } from '../condition-kind';
import type { GroupCondition, Rule } from '../rule.schema';
import { earlier, no, verdict, type GroupView, type RuleView, type Verdict } from '../rule-view';

/**
 * `{ "group": "household", "traits": Rule }` or `{ "group": "household", "members": Rule, "match": "any" | "all" | "none", "role"? }`. One of
 * several groups is enough; of somebody in no group `none` is true and everything else false.
 */
export const group: ConditionKind<GroupCondition> = {
  compile(condition, nested): Evaluate {
    const { group: type, traits, members, match } = condition;
    if (traits) {
      const ask = nested(traits);
      return (view, now) => some(view.groups(type).map((one) => ask(ofTraits(one), now)));
    }
    // A rule with neither is refused when it is saved.
    if (!members) return () => no;
    const ask = counting(condition, members, nested(members));
    return (view, now) => {
      const groups = view.groups(type);
      return groups.length === 0 ? { matches: match === 'none' } : some(groups.map((one) => ask(view, one, now)));
    };
  },

  reads(condition, found) {
    found.groups.add(condition.group);
  },

  check(condition, path, context, nested): Finding[] {
    if (context.within !== undefined) return [inGroups(path)];
    const { traits, members, match, role } = condition;
    if ((traits === undefined) === (members === undefined)) return [oneOf(path)];
    const findings = traits ? checkNested(traits, 'traits', { path, context, nested }) : [];
    if (members) findings.push(...checkNested(members, 'members', { path, context, nested }));
    const stray =
      traits && [match !== undefined && 'match', role !== undefined && 'role'].filter((one) => one !== false);
    return [...findings, ...(stray ?? []).map((name) => ofMembersOnly(`${path}/${name}`, name))];
  },

  actual({ group: type, members, counted, role }, view) {
    const groups = view.groups(type);
    if (groups.length === 0) return undefined;
    // Of the others alone: the person's own part is what the conditions on a member say of them.
    const facet = members && facetKey({ members, role, ...(counted && { counted }) });
    return groups.map((one) => ({
      members: one.memberCount,
      ...(role !== undefined && { ofRole: one.membersOf(role) }),
      ...(facet !== undefined && { othersThatMatch: one.othersHolding(facet) }),
    }));
  },
};

type Ask = (view: RuleView, one: GroupView, now: number) => Verdict;

/** Counts others as the group says, and the person as they are at this instant. */
function counting(condition: GroupCondition, members: Rule, askSelf: Evaluate): Ask {
  const { role, match = 'any' } = condition;
  const facet = facetKey({ ...condition, members });
  return (view, one, now) => {
    const isOne = role === undefined || one.role === role;
    const self = isOne ? askSelf(view, now) : no;
    const total = role === undefined ? one.memberCount : one.membersOf(role);
    const count = one.othersHolding(facet) + (self.matches ? 1 : 0);
    const matches = match === 'any' ? count > 0 : match === 'none' ? count === 0 : total > 0 && count === total;
    return verdict(matches, self.nextCheckAt);
  };
}

/** A group has traits and nothing else that a rule may ask for. */
const ofTraits = (one: GroupView): RuleView => ({
  id: '',
  trait: (key) => one.trait(key),
  hasIdentifier: () => false,
  consent: () => undefined,
  isMember: () => false,
  listed: () => undefined,
  groups: () => [],
  behaviour: () => no,
});

function some(verdicts: readonly Verdict[]): Verdict {
  const next = verdicts.reduce<number | undefined>((soonest, one) => earlier(soonest, one.nextCheckAt), undefined);
  return verdict(
    verdicts.some(({ matches }) => matches),
    next,
  );
}

interface Place {
  readonly path: string;
  readonly context: CheckContext;
  readonly nested: CheckNested;
}

/** What is asked of many people at once reads no path of one run. */
function checkNested(rule: Rule, within: 'traits' | 'members', { path, context, nested }: Place): Finding[] {
  return nested(rule, { ...context, hasPaths: false, within }, `${path}/${within}`);
}

const inGroups = (path: string): Finding => ({
  code: 'group_in_group',
  path,
  message: 'A rule on a group cannot ask for groups again.',
  suggestion: 'Ask for one group at a time, and join them with "all" or "any".',
});

const oneOf = (path: string): Finding => ({
  code: 'group_asks_nothing',
  path,
  message: 'A condition on a group has either "traits" or "members".',
  suggestion: 'Write one of them, with a rule.',
});

const ofMembersOnly = (path: string, name: string): Finding => ({
  code: 'group_of_members',
  path,
  message: `"${name}" is about members, and this condition is about the traits of the group.`,
  suggestion: `Remove "${name}", or ask for "members".`,
});
