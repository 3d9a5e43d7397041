import { checkComparison } from './check-comparison';
import { readOffset } from './comparison';
import type { CheckContext, Finding } from './condition-kind';
import type { Where } from './where.schema';

/** What is wrong with a test of an event's properties. */
export function checkWhere(where: Where, path: string, context: CheckContext): Finding[] {
  const findings = checkComparison(where, path, context);
  if ((where.is !== 'before' && where.is !== 'after') || readOffset(where.value) === undefined) return findings;
  return [
    ...findings,
    {
      code: 'moving_date_in_where',
      path: `${path}/value`,
      message: 'Whether an event matches cannot depend on the time of asking.',
      suggestion: 'Write a fixed date here, and use "within", "first" or "last" for the time of the event.',
    },
  ];
}
