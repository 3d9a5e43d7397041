import type { KeyedCondition } from '../compile-rule';
import type { ComputedValue } from './computed-value.schema';
import { measureOf, type ComputedCondition } from './measure';

/** A value as what a profile remembers of it, whether or not a rule compares it. */
export function remembered(value: ComputedValue): KeyedCondition {
  const condition: ComputedCondition = { computed: value, at: 'computed.value', is: 'set' };
  return { key: measureOf(value).stateKey, condition };
}
