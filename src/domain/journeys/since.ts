import { leavesOf } from '../audiences/compile-rule';
import { recall } from '../audiences/history-view';
import type { Rule } from '../audiences/rule.schema';
import type { TellingView } from '../audiences/rule-view';
import type { RuleEvent } from '../events/event';
import { own } from '../json';
import type { Enrollment } from './enrollment';
import { error, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition } from './journey.schema';

/** A stored event as a run looks back at it. */
export type PastEvent = RuleEvent & { readonly messageId: string };

/** What a rule sees of the past of a run: of a condition with `since`, only what has happened from there on. */
export function runView(
  view: TellingView,
  events: readonly PastEvent[],
  run: Pick<Enrollment, 'entry' | 'path'>,
): TellingView {
  return {
    ...view,
    behaviour: (condition, key, now) =>
      'since' in condition && condition.since !== undefined
        ? recall(condition, eventsSince(condition.since, events, run), now)
        : view.behaviour(condition, key, now),
  };
}

/** The entry itself has not happened since the entry. At a step that the run has not come to nothing has. */
function eventsSince(
  since: string,
  events: readonly PastEvent[],
  { entry, path }: Pick<Enrollment, 'entry' | 'path'>,
): RuleEvent[] {
  if (since === 'entry') return events.filter(({ at, messageId }) => at >= entry.at && messageId !== entry.messageId);
  const from = path.findLast(({ step }) => step === since.slice(stepMark.length))?.at ?? Infinity;
  return events.filter(({ at }) => at >= from);
}

const stepMark = 'step:';

/** `since` of a rule in a step: of a step that there is. An entry has nothing yet to look back to. */
export function lintSince({ steps }: JourneyDefinition, rule: Rule, path: string): JourneyFinding[] {
  return sinces(rule)
    .filter((since) => since !== 'entry' && own(steps, since.slice(stepMark.length)) === undefined)
    .map((since) =>
      error(
        'dangling_since',
        path,
        `There is no step "${since.slice(stepMark.length)}" since which to look.`,
        'Name an existing step, or write "since": "entry".',
      ),
    );
}

export const lintSinceAtEntry = (rule: Rule, path: string): JourneyFinding[] =>
  sinces(rule).map(() =>
    error(
      'since_outside_journey',
      path,
      'Nothing has happened since the entry while it is being decided.',
      'Write "within" with a duration.',
    ),
  );

const sinces = (rule: Rule): string[] =>
  leavesOf(rule).flatMap((leaf) => ('since' in leaf && leaf.since !== undefined ? [leaf.since] : []));
