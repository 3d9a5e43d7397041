import { historyView } from './history-view';
import { blank, epoch } from '../../testing/rule-arbitraries';
import type { JsonObject } from '../json';
import { bindPaths } from './bind-paths';
import { compileRule } from './compile-rule';
import type { Rule } from './rule.schema';

const rule: Rule = {
  any: [
    { event: 'Order', where: [{ property: 'cart', is: 'equals', value: { from: 'entry.properties.cart' } }] },
    { trait: 'city', is: 'not_equals', value: { from: 'entry.properties.city' } },
  ],
};

describe('bindPaths', () => {
  it('puts in the values found at the paths, everywhere', () => {
    expect(bindPaths(rule, { entry: { properties: { cart: 'c1', city: 'Bern' } } })).toEqual({
      any: [
        { event: 'Order', where: [{ property: 'cart', is: 'equals', value: 'c1' }] },
        { trait: 'city', is: 'not_equals', value: 'Bern' },
      ],
    });
  });

  it.each<JsonObject>([{}, { x: null }, { x: { nested: 1 } }, { x: [null] }])(
    'compares with nothing where the entry is %j: positive fails, negation holds',
    (entry) => {
      const bound = (one: Rule) => compileRule(bindPaths(one, { entry }));
      const view = historyView(
        { ...blank, traits: { city: { value: 'Bern', at: epoch, since: epoch, source: 'api' } } },
        [],
      );
      expect(bound({ trait: 'city', is: 'equals', value: { from: 'entry.x' } }).evaluate(view, epoch).matches).toBe(
        false,
      );
      expect(bound({ trait: 'city', is: 'not_equals', value: { from: 'entry.x' } }).evaluate(view, epoch).matches).toBe(
        true,
      );
    },
  );

  it('comes before compiling: an unbound rule is refused', () => {
    expect(() => compileRule(rule)).toThrow('bind the paths of a rule before compiling it');
  });
});
