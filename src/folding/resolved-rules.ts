import { resolveComputed, type ComputedValues } from '../domain/audiences/computed/resolve-computed';
import { leavesOf } from '../domain/audiences/compile-rule';
import type { EditedAudience } from '../domain/audiences/prepared';
import type { Rule } from '../domain/audiences/rule.schema';
import { withCounted } from '../domain/groups/counted-rules';
import type { WorkspaceId } from '../domain/ids';
import type { AudienceDoc, NextVersion } from '../store/documents';
import type { Store } from '../store/store';

type Written = Pick<AudienceDoc, 'key' | 'ruleJson'> & { readonly next?: Pick<NextVersion, 'ruleJson'> };

/** Rules of a workspace with what they name in the place of the names: what is computed, and the audiences that members of groups are counted by. */
export interface ResolvedRules {
  /** An audience that rests on an edited one by what it counts of members is edited with it. */
  readonly audiences: readonly EditedAudience[];
  /** Any rule, as it counts now. */
  readonly resolve: (rule: Rule) => Rule;
  /** Any rule, as it will count once all that is being prepared serves; absent while nothing is. */
  readonly resolveNext?: (rule: Rule) => Rule;
}

export function resolvedRules(written: readonly Written[], computed: ComputedValues): ResolvedRules {
  const resolverOf = (jsonOf: (audience: Written) => string) => {
    const rules = new Map(
      written.map((audience) => [audience.key, resolveComputed(JSON.parse(jsonOf(audience)) as Rule, computed)]),
    );
    return (rule: Rule): Rule => withCounted(resolveComputed(rule, computed), (key) => rules.get(key));
  };
  const resolve = resolverOf(({ ruleJson }) => ruleJson);
  if (written.every(({ next }) => next === undefined))
    return { audiences: written.map(({ key, ruleJson }) => ({ key, rule: resolve(parse(ruleJson)) })), resolve };
  const resolveNext = resolverOf(({ ruleJson, next }) => next?.ruleJson ?? ruleJson);
  const audiences = written.map(({ key, ruleJson, next }): EditedAudience => {
    const rule = resolve(parse(ruleJson));
    const other = resolveNext(parse(next?.ruleJson ?? ruleJson));
    const isEdited = next !== undefined || JSON.stringify(rule) !== JSON.stringify(other);
    return { key, rule, ...(isEdited && { next: other }) };
  });
  return { audiences, resolve, resolveNext };
}

const parse = (json: string): Rule => JSON.parse(json) as Rule;

/** How rules of a journey count now. Other audiences are read only where a rule counts members of groups. */
export async function readResolve(
  store: Pick<Store, 'audiences'>,
  ws: WorkspaceId,
  rules: readonly Rule[],
  computed: ComputedValues,
): Promise<ResolvedRules['resolve']> {
  const isCounting = rules.flatMap(leavesOf).some((leaf) => 'group' in leaf && leaf.members !== undefined);
  return resolvedRules(isCounting ? await store.audiences.list(ws) : [], computed).resolve;
}
