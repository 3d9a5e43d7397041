import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { Event } from '../../domain/events/event';
import { enrollmentId, workspaceId, type WorkspaceId } from '../../domain/ids';
import type { Next } from '../../domain/journeys/next';
import type { Store } from '../../store/store';
import { advanceRun } from './advance';
import { deliverStep } from './deliver';
import type { DeliveryMetrics } from '../delivery/delivery-metrics';
import type { JourneySender } from './journey-sender';

/** A day of attempts, as the webhook standard's schedule has it. */
export const usualRetryBudgetSeconds = 24 * 3_600;

export interface JourneyDeps {
  readonly store: Pick<
    Store,
    | 'connection'
    | 'enrollments'
    | 'journeys'
    | 'profiles'
    | 'events'
    | 'memberships'
    | 'identifiers'
    | 'deliveries'
    | 'purposes'
    | 'suppressions'
    | 'groups'
    | 'workspaces'
    | 'sendPlaces'
    | 'householdSends'
    | 'computedTraits'
    | 'audiences'
    | 'experiments'
    | 'impact'
    | 'activity'
  >;
  readonly sender: JourneySender;
  /** Accepts an event of ours like one from outside, and rings its intake. A repeated `messageId` changes nothing. */
  readonly recordEvent: (ws: WorkspaceId, event: Event) => Promise<void>;
  /** Says that an event of ours waits. Never rejects: the clock comes to what is pending. */
  readonly ringIntake: (ws: WorkspaceId) => Promise<void>;
  /** Has a run look how things stand. */
  readonly ringRun: (workflowId: string) => Promise<void>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly metrics: Pick<DeliveryMetrics, 'timerLateness' | 'withheld'>;
  /** How long attempts of one delivery go on. */
  readonly retryBudgetSeconds: number;
  /** After how long without anything of a person their session is over. */
  readonly sessionMs: number;
}

interface Ref {
  readonly ws: string;
  readonly enrollment: string;
  /** Workflow time: what waits are measured with, so that a test may skip it. */
  readonly now: number;
}
export interface AdvanceInput extends Ref {
  /** A delivery whose retries are over. */
  readonly gaveUp?: { readonly step: string; readonly visit: number };
}
export interface DeliverInput extends Ref {
  readonly step: string;
  readonly visit: number;
}

export type JourneyActivities = ReturnType<typeof createJourneyActivities>;

export function createJourneyActivities(deps: JourneyDeps) {
  return {
    /** Takes steps until one needs time or the outside, and answers what the workflow does about it. */
    advance: ({ ws, enrollment, now, gaveUp }: AdvanceInput): Promise<Next> =>
      advanceRun(deps, { ws: workspaceId(ws), id: enrollmentId(enrollment), now, ...(gaveUp && { gaveUp }) }),

    /** One attempt to deliver the present step, then `advance`. Fails, to be retried, when nothing was delivered for now. */
    deliver: ({ ws, enrollment, now, step, visit }: DeliverInput): Promise<Next> => {
      const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
      // `now` is of when it was asked for: an attempt is later by what lay between, and by how long it waited for a worker.
      const elapsedMs = Math.max(
        0,
        currentAttemptScheduledTimestampMs - scheduledTimestampMs,
        deps.clock() - scheduledTimestampMs,
      );
      return deliverStep(deps, {
        ws: workspaceId(ws),
        id: enrollmentId(enrollment),
        now: now + elapsedMs,
        step,
        visit,
      });
    },
  };
}
