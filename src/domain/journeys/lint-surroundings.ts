import { leavesOf } from '../audiences/compile-rule';
import { behaviourOf, eventNamesOf } from '../audiences/behaviour/behaviour';
import { contentKey } from '../audiences/behaviour/condition-key';
import type { Rule } from '../audiences/rule.schema';
import { parseDuration } from '../duration';
import { isOwn } from '../events/own';
import type { Json } from '../json';
import { partsOf } from '../path';
import { traitOfDate } from './due-entry';
import { lintSamePriority } from './lint-content';
import { warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition, StepOf } from './journey.schema';
import { placedParts, placedTriggers } from './placed-parts';

/** What a workspace has seen and has: only what is given is looked at. */
export interface Surroundings {
  /** Names of events that were ever received, and of traits that anybody was ever said to have, by their outermost names. */
  readonly seen?: { readonly events: ReadonlySet<string>; readonly traits: ReadonlySet<string> };
  /** What people enter of other journeys at present. */
  readonly others?: readonly JourneyDefinition[];
  /** How long events are kept. */
  readonly eventsKeptMs?: number;
}

/** What can be said of a journey only beside what its workspace has. All of it is a warning: what was never seen may come. */
export const lintSurroundings = (definition: JourneyDefinition, around: Surroundings): JourneyFinding[] => [
  ...lintSeen(definition, around),
  ...lintKept(definition, around),
  ...(around.others ?? []).flatMap((other) => [
    ...lintSameMessage(definition, other),
    ...lintSamePriority(definition, other),
  ]),
];

function lintSeen(definition: JourneyDefinition, { seen }: Surroundings): JourneyFinding[] {
  if (!seen) return [];
  const emitted = Object.values(definition.steps).flatMap((step) => (step.type === 'emit' ? [step.event] : []));
  const isUnseen = (name: string): boolean =>
    name !== '*' && !isOwn(name) && !seen.events.has(name) && !emitted.includes(name);
  const written = traitsWritten(definition);
  const isNoTrait = (name: string): boolean => !seen.traits.has(name) && !written.includes(name);
  return [
    ...placedTriggers(definition).flatMap(({ on, path }) =>
      'event' in on && isUnseen(on.event) ? [neverReceived(on.event, `${path}/event`)] : [],
    ),
    ...datesOf(definition)
      .filter(isNoTrait)
      .map((name) => neverSeen(name, '/entry/on/date')),
    ...placedRules(definition).flatMap(({ rule, path }) => [
      ...namesIn(rule)
        .filter(isUnseen)
        .map((name) => neverReceived(name, path)),
      ...traitsIn(rule)
        .filter(isNoTrait)
        .map((name) => neverSeen(name, path)),
    ]),
  ];
}

/** Traits that the journey says of people itself. */
export const traitsWritten = ({ steps }: JourneyDefinition): string[] =>
  Object.values(steps).flatMap((step) =>
    step.type === 'update' ? Object.keys({ ...step.set, ...step.increment }) : [],
  );

const placedRules = (definition: JourneyDefinition): { readonly rule: Rule; readonly path: string }[] => [
  ...(definition.entry.if ? [{ rule: definition.entry.if, path: '/entry/if' }] : []),
  ...placedTriggers(definition).flatMap(({ on, path }) =>
    'when' in on ? [{ rule: on.when, path: `${path}/when` }] : [],
  ),
  ...placedParts(definition).flatMap((part) => ('rule' in part ? [part] : [])),
];

function datesOf({ entry: { on } }: JourneyDefinition): string[] {
  const name = 'date' in on ? traitOfDate(on.date) : undefined;
  return name === undefined ? [] : [name];
}

const namesIn = (rule: Rule): string[] => [
  ...new Set(
    leavesOf(rule).flatMap((leaf) => {
      const asked = behaviourOf(leaf);
      return asked ? eventNamesOf(asked) : [];
    }),
  ),
];

const traitsIn = (rule: Rule): string[] => [
  ...new Set(leavesOf(rule).flatMap((leaf) => ('trait' in leaf ? [partsOf(leaf.trait)[0]] : []))),
];

const neverReceived = (name: string, path: string): JourneyFinding =>
  warning(
    'event_never_received',
    path,
    `No event "${name}" was ever received.`,
    'Compare its spelling with the catalogue, or send it.',
  );

/** Also of mappings, which their destinations know how to read. */
export const neverSeen = (name: string, path: string): JourneyFinding =>
  warning(
    'trait_never_seen',
    path,
    `Nobody was ever said to have the trait "${name}".`,
    'Compare its spelling with the catalogue, or send it.',
  );

/** What a wait looks back for is in the store as long as events are kept. */
function lintKept(definition: JourneyDefinition, { eventsKeptMs = Infinity }: Surroundings): JourneyFinding[] {
  return placedParts(definition).flatMap((part) => {
    if (!('wait' in part) || parseDuration(part.wait) <= eventsKeptMs) return [];
    const days = Math.floor(eventsKeptMs / 86_400_000);
    const message = `Events are kept for ${days} days, and this may last longer: a rule after it does not know of those before.`;
    return [warning('wait_beyond_retention', part.path, message, 'Shorten it, or keep events for longer.')];
  });
}

/** Two journeys that the same things begin, and that send the same. */
function lintSameMessage(definition: JourneyDefinition, other: JourneyDefinition): JourneyFinding[] {
  if (other.key === definition.key || textOf(other.entry.on) !== textOf(definition.entry.on)) return [];
  const theirs = new Set(sendsOf(other).map(({ text }) => text));
  return sendsOf(definition)
    .filter(({ text }) => theirs.has(text))
    .map(({ path }) =>
      warning(
        'same_message',
        path,
        `The journey "${other.key}" sends the same message to the same people.`,
        'Enter one of them only, or let an exit or a condition keep them apart.',
      ),
    );
}

const sendsOf = ({ steps }: JourneyDefinition): { readonly path: string; readonly text: string }[] =>
  Object.entries(steps).flatMap(([id, step]) =>
    step.type === 'send' ? [{ path: `/steps/${id}`, text: messageOf(step) }] : [],
  );

const messageOf = ({ destination, action, mapping }: StepOf<'send'>): string =>
  textOf({ destination, action, mapping });

/** Whatever order its fields were written in. */
const textOf = (value: object): string => contentKey(JSON.parse(JSON.stringify(value)) as Json);
