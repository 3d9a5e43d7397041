import { nextFires } from '../cron';
import { traitOfDate } from './due-entry';
import { error, warning, type JourneyFinding } from './journey-finding';
import type { EntryTrigger, JourneyDefinition, ScheduleTrigger } from './journey.schema';
import { lintAudience, lintRule, lintTrigger, type LintContext } from './lint-triggers';
import { lintSinceAtEntry } from './since';

/** What can be said of how a journey begins. */
export function lintEntry(definition: JourneyDefinition, context: LintContext): JourneyFinding[] {
  const { if: rule, reentry } = definition.entry;
  return [
    ...(rule ? [...lintRule(rule, '/entry/if', context), ...lintSinceAtEntry(rule, '/entry/if')] : []),
    ...lintReentry(reentry),
    ...lintOn(definition, context),
    ...lintKey(definition),
    ...lintRepeats(definition),
  ];
}

function lintOn(definition: JourneyDefinition, context: LintContext): JourneyFinding[] {
  const { on } = definition.entry;
  if ('api' in on) return [];
  if ('schedule' in on) return lintSchedule(definition, on, context);
  return 'date' in on ? lintDate(on.date) : lintTrigger(definition, on, '/entry/on', context);
}

function lintDate(path: string): JourneyFinding[] {
  if (traitOfDate(path) !== undefined) return [];
  const message = `"${path}" is no trait of the person, so nobody knows when it comes.`;
  return [
    error('date_no_trait', '/entry/on/date', message, 'Name a trait that holds a date, such as "traits.renews_at".'),
  ];
}

function lintSchedule(
  { entry: { key, reentry } }: JourneyDefinition,
  { schedule, zone, audience }: ScheduleTrigger,
  context: LintContext,
): JourneyFinding[] {
  const isNever = nextFires(schedule, zone, 0, 1).length === 0;
  const isOnce = key === undefined && (reentry?.again ?? 'never') === 'never';
  return [
    ...lintAudience(audience, '/entry/on/audience', context),
    ...(isNever ? [neverFires] : []),
    ...(isOnce ? [entersOnce] : []),
  ];
}

const neverFires = error(
  'schedule_never',
  '/entry/on/schedule',
  'There is no such day, so nobody is ever asked.',
  'Name a day that is in the calendar.',
);
const entersOnce = warning(
  'schedule_once',
  '/entry/reentry',
  'Each person enters once, at the first instant, and never again.',
  'Write "reentry": { "again": "always" }, or "key": "properties.at".',
);

/** What the entry says of a run, beside what an event has. */
function givenBy(on: EntryTrigger): readonly string[] | undefined {
  if ('event' in on || 'api' in on) return undefined;
  if ('schedule' in on) return ['at'];
  return 'date' in on ? ['date'] : [];
}

function lintKey({ entry: { on, key } }: JourneyDefinition): JourneyFinding[] {
  const given = givenBy(on);
  if (key === undefined || !given || given.some((name) => key === `properties.${name}`)) return [];
  const [name] = given;
  const message = `This entry has no ${name === undefined ? 'properties' : `"${key}"`}, so nobody would ever enter with this key.`;
  const remedy =
    name === undefined ? 'Remove the key, or enter on an event.' : `Remove the key, or write "properties.${name}".`;
  return [error('entry_never', '/entry/key', message, remedy)];
}

/** Who is asked for, or has a date, begins once: nothing says that they would begin again. */
function lintRepeats({ entry: { on }, steps }: JourneyDefinition): JourneyFinding[] {
  if (!('api' in on || 'date' in on)) return [];
  const message = `A journey that ${'api' in on ? 'is asked for' : 'begins by a date'} is not entered again by what happens, so this time-out never begins anew.`;
  return Object.entries(steps).flatMap(([id, step]) =>
    step.type === 'wait-for' && step.onRepeat === 'reset'
      ? [warning('repeat_never', `/steps/${id}/onRepeat`, message, 'Remove "onRepeat", or enter on an event.')]
      : [],
  );
}

function lintReentry(reentry: JourneyDefinition['entry']['reentry']): JourneyFinding[] {
  if (reentry?.max === undefined || reentry.whileInside === 'parallel') return [];
  const message = 'There is one run at a time, so "max" says nothing.';
  return [
    error('max_without_parallel', '/entry/reentry/max', message, 'Write "whileInside": "parallel", or remove it.'),
  ];
}
