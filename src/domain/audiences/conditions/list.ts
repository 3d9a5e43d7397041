import type { ConditionKind } from '../condition-kind';
import type { ListCondition } from '../manual-audience';
import { no, yes } from '../rule-view';

/** `{ "list": "vip@1" }`: was put on it by hand. What a manual audience means; nobody can write it in a rule. */
export const list: ConditionKind<ListCondition> = {
  compile:
    ({ list: name }) =>
    (view) =>
      view.listed(name)?.isOn === true ? yes : no,
  reads(condition, found) {
    found.lists.add(condition.list);
  },
  check: () => [],
  actual: ({ list: name }, view) => {
    const said = view.listed(name);
    return said && { by: 'hand', isIn: said.isOn, at: new Date(said.at).toISOString(), source: said.source };
  },
};
