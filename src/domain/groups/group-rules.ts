import type { Json, JsonObject } from '../json';
import { firstAt, partsOf } from '../path';
import { groupTypes, type GroupType } from './group';
import type { GroupPolicy } from './group-policy.schema';

/** Members of a household beyond which it is taken for an apartment house, unless the policy says otherwise. Accounts have no bound. */
const usualMost: Readonly<Record<GroupType, number>> = { household: 20, account: Infinity };

/** A workspace's policy, ready for every event. */
export interface GroupRules {
  readonly mostOf: (type: GroupType) => number;
  readonly takesPublic: (type: GroupType) => boolean;
  readonly ways: readonly Way[];
  /** Top-level traits that the ways read. */
  readonly traits: ReadonlySet<string>;
}

/** One way to be a group. */
interface Way {
  readonly type: GroupType;
  readonly paths: readonly string[];
}

/** What makes a rule-made group one, as text to be hashed: its traits and their values. */
export interface RuleMadeGroup {
  readonly type: GroupType;
  readonly content: string;
}

export function groupRules(policy: GroupPolicy): GroupRules {
  const ways = groupTypes.flatMap((type) => (policy[type]?.by ?? []).map((paths): Way => ({ type, paths })));
  return {
    mostOf: (type) => policy[type]?.most ?? usualMost[type],
    takesPublic: (type) => policy[type]?.public === true,
    ways,
    traits: new Set(ways.flatMap(({ paths }) => paths.map((path) => partsOf(path)[0]))),
  };
}

/** The groups that somebody's traits put them into: for each way whose traits are all there. */
export function ruleMadeGroups({ ways }: Pick<GroupRules, 'ways'>, traits: JsonObject): RuleMadeGroup[] {
  return ways.flatMap(({ type, paths }) => {
    const values = paths.map((path) => comparable(firstAt(traits, path)));
    return values.includes(undefined) ? [] : [{ type, content: JSON.stringify([type, paths, values]) }];
  });
}

/** People write one address in many ways: case, spaces and forms of a letter do not tell two apart. */
function comparable(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  const text = String(value).normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();
  return text === '' ? undefined : text;
}
