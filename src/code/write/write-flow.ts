import type { JourneyDefinition, Step, StepOf } from '../../domain/journeys/journey.schema';
import { omit, own, type Json } from '../../domain/json';
import { stepParts } from '../../domain/journeys/step-kinds';
import { call, chain, hasOnly, literal, options } from './expression';
import { writeRule, writeTrigger } from './write-rule';

/** Writes what one way out of a step leads to; nothing where that is what comes after the step. */
type Into = (target: string) => string | undefined;

/** The call for each kind of step. */
const calls: { readonly [Type in Step['type']]: (step: StepOf<Type>, into: Into) => string } = {
  wait: (step) =>
    call(
      '.wait',
      step.for !== undefined && hasOnly(step, 'type', 'for', 'next') ? literal(step.for) : told(step, 'type', 'next'),
    ),
  'wait-for': ({ first, onTimeout, ...step }, into) =>
    call(
      '.waitFor',
      told(step, 'type'),
      ...first.map((one) => call('on', writeTrigger(one.on), into(one.next))),
      elsewhere(into(onTimeout)),
    ),
  branch: ({ cases, else: others }, into) =>
    call('.branch', ...cases.map((one) => call('when', writeRule(one.if), into(one.next))), elsewhere(into(others))),
  split: ({ experiment, variants, ...step }, into) =>
    call(
      '.split',
      literal(experiment),
      told(step, 'type'),
      ...variants.map(({ key, weight, next }) => call('variant', literal(key), literal(weight), into(next))),
    ),
  send: ({ destination, ...step }) => call('.send', literal(destination), options(omit(step, 'type', 'next'))),
  personalise: ({ slot, ...step }) => call('.personalise', literal(slot), told(step, 'type', 'next')),
  update: (step) => call('.update', told(step, 'type', 'next')),
  emit: ({ event, properties }) =>
    call('.emit', literal(event), properties === undefined ? undefined : literal(properties)),
  audience: ({ audience, do: does }) => call(does === 'add' ? '.addTo' : '.removeFrom', literal(audience)),
  enroll: ({ journey, ...step }) => call('.enroll', literal(journey), options(omit(step, 'type', 'next'))),
  exit: ({ reason }) => call('.exit', reason === undefined ? undefined : literal(reason)),
};

/** The fields of a step, but for those that the call says by itself. */
const told = <One extends object, Key extends keyof One>(step: One, ...known: readonly Key[]): string =>
  literal(omit(step, ...known) as unknown as Json);
const elsewhere = (flow: string | undefined) => flow && call('otherwise', flow);

const writeStep = <Type extends Step['type']>(step: StepOf<Type> & { readonly type: Type }, into: Into): string =>
  calls[step.type](step, into);

type Steps = JourneyDefinition['steps'];
interface Writing {
  readonly steps: Steps;
  /** Steps that are written, or are about to be. */
  readonly seen: Set<string>;
}

/** All steps as the calls that make them; what nothing leads to comes last. */
export function writeSteps({ start, steps }: JourneyDefinition): string[] {
  const writing: Writing = { steps, seen: new Set() };
  const main = writeFlow(writing, start, undefined);
  const apart = Object.keys(steps).flatMap((id) =>
    writing.seen.has(id) ? [] : [call('.apart', chain('flow()', writeFlow(writing, id, undefined)))],
  );
  return [...main, ...apart];
}

/** From a step on, until what comes `after` the step that holds the flow. */
function writeFlow(writing: Writing, from: string, after: string | undefined): string[] {
  const links: string[] = [];
  let at: string | undefined = from;
  while (at !== after) {
    if (at === undefined) return [...links, '.end()'];
    const step: Step | undefined = own(writing.steps, at);
    if (step === undefined || writing.seen.has(at)) return [...links, call('.goTo', literal(at))];
    writing.seen.add(at);
    const onward: Onward = onwardOf(writing, step, after);
    const into: Into = (target) => {
      const flow = writeFlow(writing, target, onward.after);
      return flow.length > 0 ? chain('flow()', flow) : undefined;
    };
    links.push(`${writeStep(step, into)}${call('.as', literal(at))}`);
    if (onward.isOver) return links;
    if (onward.joins !== undefined) writing.seen.delete(onward.joins);
    at = onward.to;
  }
  return links;
}

interface Onward {
  readonly to: string | undefined;
  /** What flows inside the step fall through to. */
  readonly after: string | undefined;
  /** A step that several of them lead to, which is written after the step that parts them. */
  readonly joins?: string;
  readonly isOver?: true;
}

function onwardOf(writing: Writing, step: Step, after: string | undefined): Onward {
  if (step.type === 'exit') return { to: undefined, after, isOver: true };
  if ('next' in step || !isForked(step)) return { to: (step as { next?: string }).next, after };
  const joins = joinOf(writing, nextsOf(step), after);
  if (joins === undefined) return { to: undefined, after, isOver: true };
  writing.seen.add(joins);
  return { to: joins, after: joins, joins };
}

const forked: readonly Step['type'][] = ['wait-for', 'branch', 'split'];
const isForked = ({ type }: Step): boolean => forked.includes(type);
const nextsOf = (step: Step): string[] => stepParts(step).flatMap((part) => ('next' in part ? [part.next] : []));

/** The nearest step that is not written yet and that more than one way comes to. */
function joinOf(writing: Writing, ways: readonly string[], after: string | undefined): string | undefined {
  const reached = ways.map((way) => reachedFrom(writing, way, after));
  const nearest = [...(reached[0] ?? []), ...reached.flatMap((steps) => [...steps])];
  return nearest.find((id) => reached.filter((steps) => steps.has(id)).length > 1);
}

function reachedFrom({ steps, seen }: Writing, way: string, after: string | undefined): Set<string> {
  const reached = new Set<string>();
  const isOpen = (id: string) => id !== after && !seen.has(id) && !reached.has(id) && own(steps, id) !== undefined;
  let edge = [way].filter(isOpen);
  while (edge.length > 0) {
    for (const id of edge) reached.add(id);
    edge = [...new Set(edge.flatMap((id) => nextsOf(own(steps, id) as Step)))].filter(isOpen);
  }
  return reached;
}
