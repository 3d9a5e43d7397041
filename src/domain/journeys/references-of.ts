import { leavesOf } from '../audiences/compile-rule';
import type { Rule } from '../audiences/rule.schema';
import type { CompiledJourney } from './compiled-journey';
import type { JourneyDefinition, Step, Trigger } from './journey.schema';

/** Keys of what a journey names besides itself. */
export interface References {
  readonly audiences: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
}

/** Everything a definition names, in its entry, exits and goals and in the triggers, rules and sends of its steps. */
export function referencesOf({ entry, exits = [], goals = [], steps }: JourneyDefinition): References {
  const all = Object.values(steps);
  const triggers = [entry.on, ...[...exits, ...goals].map(({ on }) => on), ...all.flatMap(triggersOf)];
  const rules = [...(entry.if ? [entry.if] : []), ...all.flatMap(rulesOf)];
  return {
    audiences: new Set(
      [...triggers, ...rules.flatMap(leavesOf)].flatMap((one) => ('audience' in one ? one.audience : [])),
    ),
    destinations: new Set(all.flatMap((step) => (step.type === 'send' ? step.destination : []))),
  };
}

const triggersOf = (step: Step): Trigger[] => (step.type === 'wait-for' ? step.first.map(({ on }) => on) : []);

const rulesOf = (step: Step): Rule[] => (step.type === 'branch' ? step.cases.map((one) => one.if) : []);

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
