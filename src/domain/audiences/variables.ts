import type { ComputedValue } from './computed/computed-value.schema';
import { partsOf } from '../path';
import { computedIn } from './computed/measure';
import type { ComputedValues } from './computed/resolve-computed';
import type { AudienceVariables, Variable } from './variables.schema';

export const isFrom = (variable: Variable): variable is { readonly from: string } => Object.hasOwn(variable, 'from');

/** Those that are worked out of what somebody did, by name. */
export function inlineValuesOf(variables: AudienceVariables): ComputedValues {
  const entries = Object.entries(variables).flatMap(([name, variable]): [string, ComputedValue][] =>
    isFrom(variable) ? [] : [[name, variable]],
  );
  return Object.fromEntries(entries);
}

/** Keys of the computed traits that they read; `undefined` in the place of a path to none. */
export const computedKeysIn = (variables: AudienceVariables): readonly (string | undefined)[] =>
  Object.values(variables).flatMap((variable) => {
    if (!isFrom(variable) || partsOf(variable.from)[0] !== 'computed') return [];
    return [computedIn(variable.from)?.key];
  });
