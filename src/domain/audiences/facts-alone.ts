import { compileRule } from './compile-rule';
import type { Rule } from './rule.schema';
import type { RuleView } from './rule-view';

/** What a rule answers by what is known without any event; `undefined` where an event may decide. */
export type FactsAlone = (view: RuleView, now: number) => boolean | undefined;

/** Of people whom traits, consent or identifiers decide, nobody need read the past. `audiences`: the rules of those it may refer to. */
export function factsAlone(
  rule: Rule,
  audiences: ReadonlyMap<string, Rule>,
  above: readonly string[] = [],
): FactsAlone {
  const inner = (one: Rule): FactsAlone => factsAlone(one, audiences, above);
  if ('all' in rule) return unless(rule.all.map(inner), false);
  if ('any' in rule) return unless(rule.any.map(inner), true);
  if ('not' in rule) return opposite(inner(rule.not));
  if ('audience' in rule) return ofAudience(rule.audience, audiences, above);
  const { dependsOn, evaluate } = compileRule(rule);
  if (dependsOn.events.length > 0 || dependsOn.groups.length > 0) return unknown;
  return (view, now) => evaluate(view, now).matches;
}

const unknown: FactsAlone = () => undefined;

function ofAudience(key: string, audiences: ReadonlyMap<string, Rule>, above: readonly string[]): FactsAlone {
  const rule = audiences.get(key);
  return rule && !above.includes(key) ? factsAlone(rule, audiences, [...above, key]) : unknown;
}

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
