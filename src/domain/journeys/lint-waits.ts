import { own } from '../json';
import { partsOf } from '../path';
import { weekdays } from '../zone';
import { compileJourney, defaultLifetime } from './compiled-journey';
import { hasProperties } from './lint-triggers';
import { error, warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition } from './journey.schema';
import { dayMs, parseDuration } from '../duration';
import type { StepPart } from './step-kind';
import type { DateOf, LocalTimeWait, WaitWindow } from './wait-fields.schema';

type Rest = StepPart & ({ wait: string } | { localTime: LocalTimeWait } | { date: DateOf } | { window: WaitWindow });

/** How long a run may stay at a step. */
export const isRest = (part: StepPart): part is Rest =>
  'wait' in part || 'localTime' in part || 'date' in part || 'window' in part;

export function lintRest(definition: JourneyDefinition, part: Rest): JourneyFinding[] {
  if ('wait' in part) return lintDuration(definition, part.wait, part.path);
  if ('date' in part) return lintDate(definition, part.date, part.path);
  return lintDays(definition, 'window' in part ? part.window.days : part.localTime.days, part.path);
}

function lintDuration(definition: JourneyDefinition, duration: string, path: string): JourneyFinding[] {
  if (parseDuration(duration) < lifetimeOf(definition)) return [];
  const message = `A wait of ${duration} does not end within the journey's lifetime of ${definition.lifetime ?? defaultLifetime}.`;
  return [error('wait_beyond_lifetime', path, message, 'Shorten the wait, or set a longer "lifetime".')];
}

/** Until a time of day on some days, or until a window opens: the longest of them should fit into the lifetime. */
function lintDays(definition: JourneyDefinition, days: readonly string[] | undefined, path: string): JourneyFinding[] {
  const longest = longestGap(days ?? weekdays);
  if (longest * dayMs < lifetimeOf(definition)) return [];
  const message = `This may take ${longest} ${longest === 1 ? 'day' : 'days'}, and the journey's lifetime is ${definition.lifetime ?? defaultLifetime}.`;
  return [warning('wait_beyond_lifetime', path, message, 'Allow more days, or set a longer "lifetime".')];
}

function lintDate(definition: JourneyDefinition, { at }: DateOf, path: string): JourneyFinding[] {
  const why = whyNever(definition, at);
  if (why === undefined) return [];
  return [
    error(
      'date_never',
      `${path}/at`,
      why,
      'Read it from `traits.…`, `entry.properties.…`, `steps.<id>.event.properties.…`, `computed.…`, `household.traits.…` or `account.traits.…`.',
    ),
  ];
}

const lifetimeOf = (definition: JourneyDefinition): number => compileJourney(definition, 0, 'draft').lifetimeMs;

/** Days from one that is named to the next. */
function longestGap(days: readonly string[]): number {
  const named = weekdays.flatMap((day, index) => (days.includes(day) ? [index] : []));
  const [first = 0] = named;
  return Math.max(...named.map((day, index) => (named[index + 1] ?? first + weekdays.length) - day));
}

const roots: ReadonlySet<unknown> = new Set(['traits', 'entry', 'steps', 'computed', 'household', 'account']);

function whyNever({ entry, steps }: JourneyDefinition, path: string): string | undefined {
  const [root, name] = partsOf(path);
  if (!roots.has(root)) return `Nothing is ever found at "${path}".`;
  if (root === 'entry' && name === 'properties' && !hasProperties(entry.on))
    return `The entry has no properties, and so no "${path}".`;
  if (root !== 'steps') return undefined;
  return own(steps, String(name))?.type === 'wait-for' ? undefined : `"${path}" is of no step that catches an event.`;
}
