import { own } from '../json';
import { lintContent } from './lint-content';
import { lintHoldout } from './lint-holdout';
import { lintHousehold } from './lint-household';
import { lintEnrolls } from './lint-enrolls';
import { lintSplits } from './lint-splits';
import { findLoops } from './find-loops';
import { lintEntry } from './lint-entry';
import { lintRule, lintTrigger, lintWaitTrigger, type LintContext } from './lint-triggers';
import { lintSince } from './since';
import { isRest, lintRest } from './lint-waits';
import { lintMeaning } from './lint-meaning';
import { lintSurroundings } from './lint-surroundings';
import { error, warning, type JourneyFinding } from './journey-finding';
import { placedParts } from './placed-parts';
import type { JourneyDefinition } from './journey.schema';
import type { StepPart } from './step-kind';
import { stepParts } from './step-kinds';

/** What only the whole of a journey can show. */
export function lintJourney(definition: JourneyDefinition, context: LintContext = {}): JourneyFinding[] {
  return [
    ...lintGraph(definition),
    ...placedParts(definition).flatMap((part) => lintPart(definition, part, context)),
    ...lintEntry(definition, context),
    ...lintHousehold(definition, context),
    ...lintHoldout(definition),
    ...lintSplits(definition),
    ...lintEnrolls(definition, context),
    ...(definition.exits ?? []).flatMap(({ on }, index) => lintTrigger(definition, on, `/exits/${index}/on`, context)),
    ...(definition.goals ?? []).flatMap(({ on }, index) => lintTrigger(definition, on, `/goals/${index}/on`, context)),
    ...(definition.updates ?? []).flatMap(({ on }, index) =>
      lintTrigger(definition, on, `/updates/${index}/on`, context),
    ),
    ...lintPurpose(definition, context),
    ...(context.meaning ? lintMeaning(definition, context.meaning) : []),
    ...lintSurroundings(definition, context),
  ];
}

function lintGraph(definition: JourneyDefinition): JourneyFinding[] {
  const { steps, start } = definition;
  const exits = placedParts(definition).filter((part) => 'next' in part);
  const dangling = [{ next: start, path: '/start' }, ...resumptions(definition), ...exits].filter(
    ({ next }) => own(steps, next) === undefined,
  );
  const reached = reachable(definition);
  return [
    ...dangling.map(({ next, path }) =>
      error('dangling_step', path, `There is no step "${next}".`, 'Name an existing step, or add this one.'),
    ),
    ...Object.keys(steps)
      .filter((id) => !reached.has(id))
      .map((id) =>
        error(
          'unreachable_step',
          `/steps/${id}`,
          `Nothing leads to the step "${id}".`,
          'Lead to it from another step, or remove it.',
        ),
      ),
    ...findLoops(steps).map((loop) =>
      error(
        'loop_without_wait',
        `/steps/${loop[0]}`,
        `The steps ${loop.join(' → ')} go round without a wait.`,
        'Put a "wait" or "wait-for" step into the loop.',
      ),
    ),
  ];
}

/** Where updates take runs. */
const resumptions = ({ updates = [] }: JourneyDefinition): { next: string; path: string }[] =>
  updates.flatMap(({ resumeAt }, index) =>
    resumeAt === undefined ? [] : [{ next: resumeAt, path: `/updates/${index}/resumeAt` }],
  );

function reachable(definition: JourneyDefinition): Set<string> {
  const { steps, start } = definition;
  const reached = new Set<string>();
  const next = [start, ...resumptions(definition).map((one) => one.next)];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    const step = own(steps, id);
    if (!step || reached.has(id)) continue;
    reached.add(id);
    next.push(...stepParts(step).flatMap((part) => ('next' in part ? [part.next] : [])));
  }
  return reached;
}

function lintPart(definition: JourneyDefinition, part: StepPart, context: LintContext): JourneyFinding[] {
  if (isRest(part)) return lintRest(definition, part);
  if ('trigger' in part) return lintWaitTrigger(definition, part.trigger, part.path, context);
  if ('rule' in part)
    return [...lintRule(part.rule, part.path, context), ...lintSince(definition, part.rule, part.path)];
  if ('content' in part) return lintContent(definition, part.content, part.path);
  if ('goal' in part) return lintGoal(definition, part.goal, part.path);
  if ('manual' in part) return lintManual(part.manual, part.path, context);
  // Where steps lead is the graph's.
  return 'destination' in part ? lintDestination(part.destination, part.path, context) : [];
}

function lintDestination(key: string, path: string, { destinations }: LintContext): JourneyFinding[] {
  if (!destinations || destinations.has(key)) return [];
  return [
    error(
      'unknown_destination',
      path,
      `There is no destination "${key}".`,
      'Create the destination first, or name an existing one.',
    ),
  ];
}

function lintGoal({ goals = [] }: JourneyDefinition, key: string, path: string): JourneyFinding[] {
  if (goals.some((goal) => goal.key === key)) return [];
  return [
    error('unknown_goal', path, `The journey has no goal "${key}".`, 'Name one of its "goals", or add this one.'),
  ];
}

function lintManual(key: string, path: string, { audiences, manualAudiences }: LintContext): JourneyFinding[] {
  if (!manualAudiences || manualAudiences.has(key)) return [];
  const isKnown = audiences?.has(key) === true;
  return [
    error(
      isKnown ? 'audience_by_rule' : 'unknown_audience',
      path,
      isKnown ? `The audience "${key}" is kept by its rule; nobody is put into it.` : `There is no audience "${key}".`,
      isKnown
        ? 'Name one with "kind": "manual", or change what its rule asks for.'
        : 'Create it first, with "kind": "manual".',
    ),
  ];
}

function lintPurpose(definition: JourneyDefinition, { purposes }: LintContext): JourneyFinding[] {
  const { purpose } = definition;
  const parts = placedParts(definition);
  const hasSend = parts.some((part) => 'destination' in part);
  if (!hasSend && !parts.some((part) => 'content' in part)) return [];
  if (purpose === undefined) return hasSend ? [missingPurpose] : [];
  if (!purposes || purposes.has(purpose)) return [];
  return [
    warning(
      'unknown_purpose',
      '/purpose',
      `The purpose "${purpose}" is not defined, so whoever has said nothing of it is sent to.`,
      'Define it under /v1/purposes, or name one that is.',
    ),
  ];
}

const missingPurpose = warning(
  'missing_purpose',
  '/purpose',
  'The journey sends without a purpose, so no refusal of consent can hold it back.',
  'Name the purpose people consent to.',
);
