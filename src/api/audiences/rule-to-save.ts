import { kindOf, manualRule } from '../../domain/audiences/manual-audience';
import type { AudienceDefinition, Rule } from '../../domain/audiences/rule.schema';
import type { AudienceDoc } from '../../store/documents';
import { conflict, invalidDefinition } from '../problem';
import { ruleOf } from './presenter';

/**
 * The rule that an audience is saved with: its own, or of a manual one the list that it began with. `ever` is what is stored under the key,
 * also of an audience that was deleted. Throws 400 for a kind with a rule, or without, that does not go with it, and 409 where the kind is
 * to be another.
 */
export function ruleToSave({ key, kind = 'live', rule }: AudienceDefinition, ever: AudienceDoc | undefined): Rule {
  if (kind === 'manual' && rule) throw invalidDefinition([{ in: 'body', pointer: '/rule', message: manualWithRule }]);
  if (kind === 'live' && !rule) throw invalidDefinition([{ in: 'body', pointer: '/rule', message: liveWithoutRule }]);
  const before = ever && ever.deletedAt === undefined ? ruleOf(ever) : undefined;
  if (before && kindOf(before) !== kind)
    throw conflict(`The audience "${key}" is ${kindOf(before)}, and stays so; save the other under a key of its own.`);
  if (rule) return rule;
  return before ?? manualRule(key, (ever?.version ?? 0) + 1);
}

const manualWithRule =
  'A manual audience has no rule: people are put into it by hand. Leave "rule" out, or leave "kind" out for a live audience.';
const liveWithoutRule =
  'A live audience has a rule. Write one, or "kind": "manual" for an audience that people are put into by hand.';
