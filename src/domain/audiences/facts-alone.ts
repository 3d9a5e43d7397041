import { compileRule } from './compile-rule';
import type { Rule } from './rule.schema';
import type { RuleView } from './rule-view';
import { unfoldAudiences } from './unfold-audiences';

/** What a rule answers by what is known without any event; `undefined` where an event may decide. */
export type FactsAlone = (view: RuleView, now: number) => boolean | undefined;

const mostConditions = 500;

/** Of people whom traits, consent or identifiers decide, nobody need read the past. `audiences`: the rules of those it may refer to. */
export const factsAlone = (rule: Rule, audiences: ReadonlyMap<string, Rule>): FactsAlone =>
  alone(unfoldAudiences(rule, (key) => audiences.get(key), mostConditions));

function alone(rule: Rule): FactsAlone {
  if ('all' in rule) return unless(rule.all.map(alone), false);
  if ('any' in rule) return unless(rule.any.map(alone), true);
  if ('not' in rule) return opposite(alone(rule.not));
  const { dependsOn, evaluate } = compileRule(rule);
  const isOfOthers = dependsOn.audiences.length + dependsOn.groups.length > 0;
  if (isOfOthers || dependsOn.events.length > 0) return unknown;
  return (view, now) => evaluate(view, now).matches;
}

const unknown: FactsAlone = () => undefined;

/** One that answers `decisive` decides; the others only all together. */
function unless(children: readonly FactsAlone[], decisive: boolean): FactsAlone {
  return (view, now) => {
    let isKnown = true;
    for (const child of children) {
      const found = child(view, now);
      if (found === decisive) return decisive;
      if (found === undefined) isKnown = false;
    }
    return isKnown ? !decisive : undefined;
  };
}

function opposite(child: FactsAlone): FactsAlone {
  return (view, now) => {
    const found = child(view, now);
    return found === undefined ? undefined : !found;
  };
}
