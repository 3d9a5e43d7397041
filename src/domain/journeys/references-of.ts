import { leavesOf } from '../audiences/compile-rule';
import type { Rule } from '../audiences/rule.schema';
import { isJsonObject } from '../json';
import { parsePath } from '../path';
import type { CompiledJourney } from './compiled-journey';
import { enteredVersions } from './entered-version';
import type { EntryTrigger, JourneyDefinition, Step, Trigger } from './journey.schema';
import type { StepPart } from './step-kind';
import { stepParts } from './step-kinds';

/** Keys of what a journey names besides itself. */
export interface References {
  readonly audiences: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
  readonly purposes: ReadonlySet<string>;
  /** Computed traits that rules, updates and emitted events read; what mappings read is not looked at here. */
  readonly computed: ReadonlySet<string>;
}

/** Everything a definition names, in its entry, exits and goals and in the triggers, rules and sends of its steps. */
export function referencesOf(definition: JourneyDefinition): References {
  const { purpose } = definition;
  const parts = partsOf(definition);
  const triggers = triggersOf(definition);
  const rules = rulesOf(definition);
  return {
    audiences: new Set([
      ...[...triggers, ...rules.flatMap(leavesOf)].flatMap((one) => ('audience' in one ? one.audience : [])),
      ...parts.flatMap((part) => ('manual' in part ? part.manual : [])),
    ]),
    destinations: new Set(parts.flatMap((part) => ('destination' in part ? part.destination : []))),
    purposes: new Set(purpose === undefined ? [] : [purpose]),
    computed: new Set([
      ...[...rules, ...writersOf(definition)].flatMap(computedIn),
      ...namesIn('computed', definition),
    ]),
  };
}

/** Traits that hold a date which somebody waits for. */
export const traitsWaitedBy = (definition: JourneyDefinition): string[] => namesIn('traits', definition);

/** Of the dates that are waited for, the names of those that are read from one root. */
const namesIn = (wanted: string, { steps }: JourneyDefinition): string[] =>
  Object.values(steps)
    .flatMap(stepParts)
    .flatMap((part) => {
      const [root, name] = ('date' in part && parsePath(part.date.at)) || [];
      return root === wanted && typeof name === 'string' ? [name] : [];
    });

/** Of its entry, its triggers and its steps. */
export const rulesOf = (definition: JourneyDefinition): Rule[] => [
  ...(definition.entry.if ? [definition.entry.if] : []),
  ...whensOf(definition),
  ...partsOf(definition).flatMap((part) => ('rule' in part ? [part.rule] : [])),
];

/** Rules that somebody waits for, to begin, to end or to go on. */
export const whensOf = (definition: JourneyDefinition): Rule[] =>
  triggersOf(definition).flatMap((on) => ('when' in on ? [on.when] : []));

const partsOf = ({ steps }: JourneyDefinition): StepPart[] => Object.values(steps).flatMap(stepParts);

const triggersOf = (definition: JourneyDefinition): (Trigger | EntryTrigger)[] => {
  const { entry, exits = [], goals = [], updates = [] } = definition;
  return [
    entry.on,
    ...[...exits, ...goals, ...updates].map(({ on }) => on),
    ...partsOf(definition).flatMap((part) => ('trigger' in part ? [part.trigger] : [])),
  ];
};

const writersOf = ({ steps }: JourneyDefinition): Step[] =>
  Object.values(steps).filter(({ type }) => type === 'update' || type === 'emit' || type === 'enroll');

/** What is compared, or written, and with what: wherever a path is named. */
function computedIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(computedIn);
  if (!isJsonObject(node)) return [];
  return Object.entries(node).flatMap(([name, field]) => {
    if ((name !== 'from' && name !== 'path') || typeof field !== 'string') return computedIn(field);
    const [root, key] = parsePath(field) ?? [];
    return root === 'computed' && typeof key === 'string' ? [key] : [];
  });
}

/** Keys of the journeys that people enter, or will when they are resumed, and that a version names which they may enter. */
export function journeysNaming(
  versions: readonly CompiledJourney[],
  kind: keyof References,
  key: string,
): readonly string[] {
  return journeysThat(versions, (definition) => referencesOf(definition)[kind].has(key));
}

/** The same of a version of which something else is so. */
export function journeysThat(
  versions: readonly CompiledJourney[],
  isIt: (definition: JourneyDefinition) => boolean,
): readonly string[] {
  const naming = enteredVersions(versions)
    .filter(({ status }) => status === 'published' || status === 'paused')
    .filter(({ definition }) => isIt(definition))
    .map((journey) => journey.key);
  return [...new Set(naming)].sort();
}
