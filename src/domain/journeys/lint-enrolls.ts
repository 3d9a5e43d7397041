import { error, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition } from './journey.schema';
import { stepParts } from './step-kinds';

interface Known {
  readonly journeys?: ReadonlySet<string>;
  readonly enrolls?: ReadonlyMap<string, readonly string[]>;
}

/** Which journeys the steps of a journey begin. */
export const enrolledBy = ({ steps }: Pick<JourneyDefinition, 'steps'>): readonly string[] =>
  Object.values(steps)
    .flatMap(stepParts)
    .flatMap((part) => ('journey' in part ? [part.journey] : []));

/** Journeys that a step begins: they must be there, and not come back to this one. */
export function lintEnrolls(definition: JourneyDefinition, { journeys, enrolls = new Map() }: Known): JourneyFinding[] {
  return Object.entries(definition.steps).flatMap(([id, step]) =>
    stepParts(step).flatMap((part) => {
      if (!('journey' in part)) return [];
      const path = `/steps/${id}${part.path}`;
      const round = wayBack(part.journey, definition.key, enrolls, new Set());
      if (round) return [cycle(path, [definition.key, ...round])];
      return !journeys || journeys.has(part.journey) ? [] : [unknown(path, part.journey)];
    }),
  );
}

/** The journeys from one to another, by what their steps begin; nothing where there is no way. */
function wayBack(
  from: string,
  to: string,
  enrolls: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): readonly string[] | undefined {
  if (from === to) return [to];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const next of enrolls.get(from) ?? []) {
    const way = wayBack(next, to, enrolls, seen);
    if (way) return [from, ...way];
  }
  return undefined;
}

const cycle = (path: string, round: readonly string[]): JourneyFinding =>
  error(
    'journey_cycle',
    path,
    `The journeys ${round.join(' → ')} begin one another without end.`,
    'Have the last one end, or lead back to a step of its own through a wait.',
  );

const unknown = (path: string, key: string): JourneyFinding =>
  error('unknown_journey', path, `There is no journey "${key}".`, 'Save it first, or name an existing one.');
