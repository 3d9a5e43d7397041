import { own } from '../json';
import type { JourneyDefinition } from './journey.schema';
import { stepParts } from './step-kinds';

type Steps = JourneyDefinition['steps'];

/** Rounds that people would go without ever waiting, each once, as the ids along it with the first one repeated. */
export function findLoops(steps: Steps): string[][] {
  const settled = new Set<string>();
  return Object.keys(steps).flatMap((id) => follow(steps, id, [], settled));
}

function follow(steps: Steps, id: string, trail: readonly string[], settled: Set<string>): string[][] {
  const begun = trail.indexOf(id);
  if (begun !== -1) return [[...trail.slice(begun), id]];
  const step = own(steps, id);
  const parts = step ? stepParts(step) : [];
  if (settled.has(id) || parts.some((part) => 'wait' in part || 'localTime' in part || 'session' in part)) return [];
  const loops = parts.flatMap((part) => ('next' in part ? follow(steps, part.next, [...trail, id], settled) : []));
  settled.add(id);
  return loops;
}
