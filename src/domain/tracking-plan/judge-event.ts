import type { Event } from '../events/event';
import type { ParsedEvent } from '../events/parse-event';
import type { Rejection } from '../events/rejection';
import type { CompiledPlan } from './compile-plan';
import { actionOf, type Violation } from './violation';

/** What the door does with one event: takes it, as it is or flagged; keeps it out of the profiles until the plan fits; refuses it. */
export type Judged =
  | { readonly event: Event; readonly bytes: number; readonly violations?: readonly Violation[] }
  | {
      readonly stage: 'rejected' | 'quarantined';
      readonly rejection: Rejection;
      readonly messageId?: string;
      /** Of one that could be read. */
      readonly event?: Event;
    };

/** What is kept of one flagged event; more would tell nobody more. */
const mostFlags = 20;

/** The verdict of the plan on an event that has been read; without a plan, everything that could be read is taken. */
export function judgeEvent(parsed: ParsedEvent, plan: CompiledPlan | undefined): Judged {
  if (!('event' in parsed)) return { stage: 'rejected', ...parsed };
  const { event } = parsed;
  const violations = plan?.violations(event) ?? [];
  const action = actionOf(violations);
  if (action === undefined) return parsed;
  if (action === 'flag') return { ...parsed, violations: violations.slice(0, mostFlags) };
  // The first of the hardest: what has to be mended for the event to get in.
  const { path, message } = violations.find((violation) => violation.action === action) as Violation;
  return {
    stage: action === 'quarantine' ? 'quarantined' : 'rejected',
    rejection: { code: 'plan_violation', path, message },
    messageId: event.messageId,
    event,
  };
}
