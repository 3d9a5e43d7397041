import { checkRule } from '../audiences/check-rule';
import type { ComputedType } from '../audiences/computed/measure';
import type { Rule } from '../audiences/rule.schema';
import { pointerPart } from '../json-pointer';
import { error, type JourneyFinding } from './journey-finding';
import type { MeaningContext } from './lint-meaning';
import type { Surroundings } from './lint-surroundings';
import type { EntryTrigger, JourneyDefinition, Trigger } from './journey.schema';

/** What is known besides the definition. An absent set is not checked. */
export interface LintContext extends Surroundings {
  readonly meaning?: MeaningContext;
  readonly destinations?: ReadonlySet<string>;
  readonly audiences?: ReadonlySet<string>;
  /** Those that are kept by hand. */
  readonly manualAudiences?: ReadonlySet<string>;
  readonly purposes?: ReadonlySet<string>;
  readonly hasHouseholds?: boolean;
  /** Drafts too, and the one that is looked at. */
  readonly journeys?: ReadonlySet<string>;
  readonly computed?: ReadonlyMap<string, ComputedType>;
  /** Of every other journey, which ones its steps begin. */
  readonly enrolls?: ReadonlyMap<string, readonly string[]>;
}

export function lintWaitTrigger(
  definition: JourneyDefinition,
  on: Trigger,
  path: string,
  context: LintContext,
): JourneyFinding[] {
  if ('event' in on && on.event === '*')
    return [
      error(
        'wait_for_any_event',
        `${path}/event`,
        'A step cannot wait for just any event.',
        'Name the event that is awaited.',
      ),
    ];
  return lintTrigger(definition, on, path, context);
}

export function lintTrigger(
  { entry }: JourneyDefinition,
  on: Trigger,
  path: string,
  context: LintContext,
): JourneyFinding[] {
  if ('audience' in on) return lintAudience(on.audience, `${path}/audience`, context);
  if ('signal' in on) return [];
  if ('when' in on) return lintWhen(on.when, `${path}/when`, context);
  return Object.entries(on.match ?? {}).flatMap(([inEvent, inRun]) => {
    const at = `${path}/match${pointerPart(inEvent)}`;
    const isOfRun = /^(entry|steps)\./.test(inRun);
    const isThere = hasProperties(entry.on) || !inRun.startsWith('entry.properties');
    if (isOfRun && isThere) return [];
    return [
      error(
        'trigger_never',
        at,
        isOfRun ? `The entry has no properties, and so no "${inRun}".` : `"${inRun}" is not a path of the run.`,
        'Compare with `entry.properties.…` of an entry event, or with `steps.<id>.event.properties.…`.',
      ),
    ];
  });
}

/** What somebody did, who asked, or which date has come, says more than that; who comes or leaves, or for whom a rule holds now, does not. */
export const hasProperties = (on: EntryTrigger): boolean =>
  'event' in on || 'api' in on || 'date' in on || 'schedule' in on;

/** A rule of what is known of a person flips at an instant that is known; one of a run would have to be asked at every instant. */
export function lintWhen(rule: Rule, path: string, context: LintContext): JourneyFinding[] {
  return lintRule(rule, path, context, false).map((finding) =>
    finding.code === 'path_outside_journey' ? { ...finding, ...readsRun } : finding,
  );
}

const readsRun = {
  code: 'when_reads_run',
  message: 'A rule that is waited for reads nothing of the run, so that it is known when time alone makes it hold.',
  suggestion: 'Wait for an event with a "match", and ask for the rest in a branch after it.',
} as const;

export function lintAudience(key: string, path: string, { audiences }: LintContext): JourneyFinding[] {
  if (!audiences || audiences.has(key)) return [];
  return [
    error(
      'unknown_audience',
      path,
      `There is no audience "${key}", so this never happens.`,
      'Create the audience first, or name an existing one.',
    ),
  ];
}

export function lintRule(
  rule: Rule,
  path: string,
  { audiences, journeys, computed }: LintContext,
  hasPaths = true,
): JourneyFinding[] {
  const known = { ...(audiences && { audiences }), ...(journeys && { journeys }), ...(computed && { computed }) };
  return checkRule(rule, { hasPaths, ...known }).map((finding) => ({
    ...finding,
    severity: 'error',
    path: `${path}${finding.path}`,
  }));
}
