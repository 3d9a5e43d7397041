import { partsOf } from '../../path';
import type { BehaviourCondition } from './behaviour';
import { aggregateNameOf, type ComputedValue } from '../computed/computed-value.schema';
import { aggregateOf } from './event-aggregate';
import type { EventCondition, SequenceCondition, Where } from '../rule.schema';

/** The properties of events that a condition reads, by their outermost names: whoever reads stored events for it needs no others. */
export function propertiesRead(condition: BehaviourCondition): readonly string[] {
  if ('computed' in condition) return propertiesMeasured(condition.computed);
  return 'sequence' in condition ? inSequence(condition) : namesIn(inEvent(condition));
}

/** The same of a value of what somebody did. */
export const propertiesMeasured = (value: ComputedValue): readonly string[] => namesIn(inComputed(value));

const namesIn = (paths: readonly (string | undefined)[]): string[] => [
  ...new Set(paths.flatMap((path) => (path === undefined ? [] : String(partsOf(path)[0])))),
];

const inWhere = (where: readonly Where[] | undefined): string[] => (where ?? []).map(({ property }) => property);

function inEvent(condition: EventCondition): (string | undefined)[] {
  const { where, per, without } = condition;
  return [...inWhere(where), aggregateOf(condition).property, per, ...inWhere(without?.where), without?.per];
}

/** `same` begins with `properties`. */
function inSequence({ sequence, same }: SequenceCondition): string[] {
  const ofChains = same === undefined ? [] : [String(partsOf(same)[1])];
  return [...new Set([...namesIn(sequence.flatMap(({ where }) => inWhere(where))), ...ofChains])];
}

function inComputed(value: ComputedValue): (string | undefined)[] {
  if ('score' in value)
    return value.score.flatMap(({ where, points }) => [
      ...inWhere(where),
      typeof points === 'number' ? undefined : points.property,
    ]);
  const measured = value[aggregateNameOf(value)];
  return [...inWhere(value.where), typeof measured === 'string' ? measured : undefined];
}
