import type { ClientSession } from 'mongodb';
import { checkRule } from '../../domain/audiences/check-rule';
import { measureOf, type ComputedType } from '../../domain/audiences/computed/measure';
import type { ComputedValues } from '../../domain/audiences/computed/resolve-computed';
import { computedKeysIn } from '../../domain/audiences/variables';
import type { AudienceDefinition, Rule } from '../../domain/audiences/rule.schema';
import { faultsOf, invalidDefinition } from '../problem';
import type { KeyCall } from '../route';

/** Which type each is of. */
export const computedTypesOf = (computed: ComputedValues): Map<string, ComputedType> =>
  new Map(Object.entries(computed).map(([key, value]) => [key, measureOf(value).type]));

/** Throws 400 for a rule that reads something computed which there is not, or compares it as what it is not. */
export function refuseComputed(rule: Rule, computed: ComputedValues): void {
  const findings = checkRule(rule, { hasPaths: false, computed: computedTypesOf(computed) });
  if (findings.length === 0) return;
  throw invalidDefinition(faultsOf(findings, '/rule'));
}

/** The same for an audience that is being saved, its variables too. */
export async function refuseUnknownComputed(
  { deps, ws }: KeyCall,
  { variables = {} }: AudienceDefinition,
  rule: Rule,
  session: ClientSession,
): Promise<void> {
  const computed = await deps.store.computedTraits.values(ws, session);
  refuseComputed(rule, computed);
  const unknown = Object.entries(variables).flatMap(([name, variable]) =>
    computedKeysIn({ [name]: variable }).some((key) => key === undefined || !Object.hasOwn(computed, key))
      ? [{ in: 'body' as const, pointer: `/variables/${name}/from`, message: noSuchTrait }]
      : [],
  );
  if (unknown.length > 0) throw invalidDefinition(unknown);
}

const noSuchTrait = 'There is no such computed trait; write "computed." and the key of one that is saved.';
