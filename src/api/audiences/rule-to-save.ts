import { kindOf, manualRule, type AudienceKind } from '../../domain/audiences/manual-audience';
import type { AudienceDefinition, Rule } from '../../domain/audiences/rule.schema';
import type { AudienceDoc } from '../../store/documents';
import { conflict, invalidDefinition } from '../problem';
import { ruleOf } from './presenter';

/** What is there under the key. */
interface SavedOver {
  readonly before: AudienceDoc | undefined;
  /** Higher than any version that there was, also of an audience that was deleted. */
  readonly nextVersion: number;
}

/**
 * The rule that an audience is saved with: its own, or of a manual one the list that it began with. Throws 400 for a kind with a rule, or
 * without, that does not go with it, and 409 where the kind is to be another.
 */
export function ruleToSave(definition: AudienceDefinition, { before, nextVersion }: SavedOver): Rule {
  const { key, kind = 'live', rule } = definition;
  const fault = faultOf(kind, rule);
  if (fault !== undefined) throw invalidDefinition([{ in: 'body', pointer: '/rule', message: fault }]);
  const present = before && ruleOf(before);
  if (present && kindOf(present) !== kind)
    throw conflict(`The audience "${key}" is ${kindOf(present)}, and stays so; save the other under a key of its own.`);
  return rule ?? present ?? manualRule(key, nextVersion);
}

function faultOf(kind: AudienceKind, rule: Rule | undefined): string | undefined {
  if (kind === 'manual') return rule && manualWithRule;
  return rule ? undefined : liveWithoutRule;
}

const manualWithRule =
  'A manual audience has no rule: people are put into it by hand. Leave "rule" out, or leave "kind" out for a live audience.';
const liveWithoutRule =
  'A live audience has a rule. Write one, or "kind": "manual" for an audience that people are put into by hand.';
