import { leavesOf } from '../audiences/compile-rule';
import type { CompiledJourney } from './compiled-journey';
import type { JourneyDefinition } from './journey.schema';
import { stepParts } from './step-kinds';

/** Keys of what a journey names besides itself. */
export interface References {
  readonly audiences: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
  readonly purposes: ReadonlySet<string>;
}

/** Everything a definition names, in its entry, exits and goals and in the triggers, rules and sends of its steps. */
export function referencesOf(definition: JourneyDefinition): References {
  const { entry, exits = [], goals = [], steps, purpose } = definition;
  const parts = Object.values(steps).flatMap(stepParts);
  const triggers = [
    entry.on,
    ...[...exits, ...goals].map(({ on }) => on),
    ...parts.flatMap((part) => ('trigger' in part ? [part.trigger] : [])),
  ];
  const rules = [...(entry.if ? [entry.if] : []), ...parts.flatMap((part) => ('rule' in part ? [part.rule] : []))];
  return {
    audiences: new Set(
      [...triggers, ...rules.flatMap(leavesOf)].flatMap((one) => ('audience' in one ? one.audience : [])),
    ),
    destinations: new Set(parts.flatMap((part) => ('destination' in part ? part.destination : []))),
    purposes: new Set(purpose === undefined ? [] : [purpose]),
  };
}

/** Keys of the journeys that people enter, or will when they are resumed, and whose newest version names it. */
export function journeysNaming(
  versions: readonly CompiledJourney[],
  kind: keyof References,
  key: string,
): readonly string[] {
  const newest = new Map<string, CompiledJourney>();
  for (const journey of versions)
    if (journey.version > (newest.get(journey.key)?.version ?? 0)) newest.set(journey.key, journey);
  return [...newest.values()]
    .filter(({ status }) => status === 'published' || status === 'paused')
    .filter(({ definition }) => referencesOf(definition)[kind].has(key))
    .map((journey) => journey.key)
    .sort();
}
