import { behaviourKey, eventNamesOf, type BehaviourCondition } from '../behaviour/behaviour';
import type { ConditionKind } from '../condition-kind';

/** What conditions on behaviour have in common: the view answers, from what it remembers or from what is stored. */
export const behaviour: Pick<ConditionKind<BehaviourCondition>, 'compile' | 'reads'> = {
  compile(condition) {
    const key = behaviourKey(condition);
    return (view, now) => view.behaviour(condition, key, now);
  },
  reads(condition, found) {
    for (const name of eventNamesOf(condition)) found.events.add(name);
  },
};
