import { dueRule, type Due } from '../audiences/due';
import { hiddenKey } from '../audiences/hidden-audience';
import type { Rule } from '../audiences/rule.schema';
import { onceForEach } from '../once-for-each';
import { parsePath } from '../path';
import type { CompiledJourney } from './compiled-journey';
import type { Enrollment, EntryCause } from './enrollment';
import type { JourneyDefinition } from './journey.schema';
import { triggers, type Cause } from './trigger';

/** The trait that an entry by date reads, by its outermost name; nothing where the path is of something else. */
export function traitOfDate(path: string): string | undefined {
  const [root, name] = parsePath(path) ?? [];
  return root === 'traits' && typeof name === 'string' ? name : undefined;
}

const inTraits = (path: string): string => path.slice('traits'.length).replace(/^\./, '');

/** The rule that begins to hold when the date of an entry comes; one object for each definition. */
export const dueRuleOf = onceForEach((definition: JourneyDefinition): Rule | undefined => {
  const { entry, zone } = definition;
  if (!('date' in entry.on) || traitOfDate(entry.on.date) === undefined) return undefined;
  const { date, offset } = entry.on;
  return dueRule({
    due: inTraits(date),
    ...(offset !== undefined && { offset }),
    ...(zone !== undefined && { zone }),
  });
});

/** The hidden audience of those whose date has come. */
export function dueAudience(definition: JourneyDefinition): string | undefined {
  const due = dueRuleOf(definition);
  return due && hiddenKey(due);
}

/** Whether a cause is what a journey's entry waits for. */
export function isEntry(definition: JourneyDefinition, cause: Cause): boolean {
  const audience = dueAudience(definition);
  if (audience === undefined) return triggers(definition.entry.on, cause);
  return cause.kind === 'edge' && cause.edge === 'entered' && cause.audience === audience;
}

/** For people: what has happened when a date has come. */
const dateComes = 'a date comes';

/** What an entry by date says of a run: it happened when the date came, whenever that was noticed. */
export const entryOfDate = ({ date, at }: Due): Pick<EntryCause, 'at' | 'name' | 'properties'> => ({
  ...{ name: dateComes, at, properties: { date } },
});

/**
 * Why an edge begins nothing. Of dates: whom the publication of the version finds with a date that was over begins nothing by that; a date
 * that came since does, also where the person is looked at for the first time.
 */
export function whyEdgeIgnored(
  { maxEventAgeMs, definition, publishedAt = Infinity }: CompiledJourney,
  cause: Extract<Cause, { kind: 'edge' }>,
  at: number,
  now: number,
): 'edge-starts-nothing' | 'too-old' | undefined {
  const isByDate = 'date' in definition.entry.on;
  const isSince = isByDate && cause.isByDefinition === true && at >= publishedAt;
  if (!cause.startsJourneys && !isSince) return 'edge-starts-nothing';
  return isByDate && now - at > maxEventAgeMs ? 'too-old' : undefined;
}

/** Another zone, or another offset, has one date come again; it begins one run all the same. */
export function hasBegunBy({ entry }: JourneyDefinition, came: EntryCause, earlier: readonly Enrollment[]): boolean {
  return 'date' in entry.on && earlier.some((run) => run.entry.properties['date'] === came.properties['date']);
}
