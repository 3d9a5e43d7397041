import { own } from '../json';
import type { JourneyDefinition } from './journey.schema';
import { exitsOf } from './step-exits';

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
  if (!step || settled.has(id) || step.type === 'wait' || step.type === 'wait-for') return [];
  const loops = exitsOf(step).flatMap(({ to }) => follow(steps, to, [...trail, id], settled));
  settled.add(id);
  return loops;
}
