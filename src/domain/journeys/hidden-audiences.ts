import { hiddenKey } from '../audiences/hidden-audience';
import type { Rule } from '../audiences/rule.schema';
import type { CompiledJourney } from './compiled-journey';
import { dueRuleOf } from './due-entry';
import type { JourneyDefinition } from './journey.schema';
import { whensOf } from './references-of';

/** An audience of those for whom a trigger's rule holds, with the ruleset version since which it is asked for. */
export interface HiddenAudience {
  readonly key: string;
  readonly rule: Rule;
  readonly sinceRuleset: number;
}

/** Of every version that somebody may be in: the same rule is one audience, since the first that asks for it. */
export function hiddenAudiences(journeys: readonly CompiledJourney[]): HiddenAudience[] {
  const found = new Map<string, HiddenAudience>();
  for (const { definition, sinceRuleset } of journeys)
    for (const rule of awaited(definition)) {
      const key = hiddenKey(rule);
      const since = Math.min(found.get(key)?.sinceRuleset ?? sinceRuleset, sinceRuleset);
      found.set(key, { key, rule, sinceRuleset: since });
    }
  return [...found.values()];
}

function awaited(definition: JourneyDefinition): Rule[] {
  const due = dueRuleOf(definition);
  return [...whensOf(definition), ...(due ? [due] : [])];
}
