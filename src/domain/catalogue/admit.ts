import type { EventLearning, PropertyLearning } from './learning';
import { mostValues } from './sample-value';

/** What the catalogue holds of an event already: its paths, and of each the samples. */
export type EventShape = Map<string, Set<string> | 'many'>;

/**
 * What of a span may be added to what is held, within the bounds; the shape then knows it, too. What does not fit is counted as
 * `unlearned`.
 */
export function admit(learning: EventLearning, shape: EventShape, mostProperties: number): EventLearning {
  const properties = new Map<string, PropertyLearning>();
  let { unlearned } = learning;
  for (const [path, property] of learning.properties) {
    const held = shape.get(path);
    if (held === undefined && shape.size >= mostProperties) {
      unlearned += property.count;
      continue;
    }
    const values = join(held, property.values);
    shape.set(path, values);
    properties.set(path, values === 'many' ? { ...property, values } : property);
  }
  return { ...learning, properties, unlearned };
}

function join(held: Set<string> | 'many' | undefined, seen: PropertyLearning['values']): Set<string> | 'many' {
  if (held === 'many' || seen === 'many') return 'many';
  const all = new Set([...(held ?? []), ...seen.keys()]);
  return all.size > mostValues ? 'many' : all;
}
