import { z } from 'zod';
import { isExposure } from '../../domain/events/shown';
import { enrollmentStatuses, isSending, type Enrollment, type Shows } from '../../domain/journeys/enrollment';
import { explainRun } from '../../domain/journeys/explain-run';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { deliveryStatuses } from '../../domain/delivery/delivery';
import type { DeliveryDoc } from '../../store/deliveries';
import { triggerName } from '../../domain/journeys/steps/wait-for';
import { parseWaitKey } from '../../domain/journeys/wait-keys';
import type { ApiDeps } from '../deps';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskObject, maskText } from '../personal-data';

export const EnrollmentBody = z.strictObject({
  id: z.string(),
  journey: z.string(),
  version: z.int(),
  profileId: z.string(),
  /** Of a run entered per household: its key, who began it, and whether it has been decided to whom it speaks. */
  household: z.strictObject({ key: z.string(), actor: z.string(), hasRecipient: z.boolean() }).optional(),
  status: z.enum(enrollmentStatuses).exclude(['starting']),
  step: z.string(),
  enteredAt: Instant,
  endedAt: Instant.optional(),
  reason: z.string().optional(),
  /** Names of events, and audience edges, as the definition has them. */
  waitingFor: z.array(z.string()),
  dueAt: Instant.optional(),
  /** At a step that shows content: where, and until when, unless its person's session decides. */
  shows: z
    .strictObject({ slot: z.string(), priority: z.int(), content: AnyObject, until: Instant.optional() })
    .optional(),
  workflowId: z.string(),
  test: z
    .literal(true)
    .optional()
    .meta({ description: 'Of a made-up person: nothing leaves, and no figure counts it' }),
  /** Absent where nobody said where the Temporal UI is. */
  temporalUrl: z.string().optional(),
});
export const EnrollmentDetail = EnrollmentBody.extend({
  why: z
    .string()
    .meta({ description: 'A sentence: what the run waits for, until when, and what then; or how it ended' }),
  lastSend: z
    .strictObject({
      deliveryId: z.string(),
      step: z.string(),
      destination: z.string(),
      status: z.enum(deliveryStatuses),
      reason: z.string().optional(),
      attempts: z.int(),
      at: Instant,
    })
    .optional(),
  /** Bounded to the last 200 steps. */
  path: z.array(
    z.strictObject({
      step: z.string(),
      visit: z.int(),
      at: Instant,
      outcome: z.string().optional(),
      /** Why what the step sent has not arrived. */
      why: z.string().optional(),
      /** The version it was made under, of a run that is of a newer one since. */
      version: z.int().optional(),
      /** Of content: in how many sessions it was shown. */
      shown: z.int().optional(),
      /** The person's `timezone` is no zone, and that of the journey or the workspace was taken. */
      warning: z.literal('zone-invalid').optional(),
    }),
  ),
  sends: z.int(),
  /** Updates whose properties were too much to hold beside those of the entry. */
  updatesRefused: z.int().optional(),
  /** An attempt to deliver is under way, also of a run that has just ended. */
  sending: z.literal(true).optional(),
  conversions: z.array(
    z.strictObject({ goal: z.string(), at: Instant, value: z.number().optional(), currency: z.string().optional() }),
  ),
});

/** Traits by which a wait may move, and what is told of content, are not what it is for. */
function shownKey(key: string): string[] {
  const waited = parseWaitKey(key);
  if ('trait' in waited || ('event' in waited && isExposure(waited.event))) return [];
  return [triggerName(waited)];
}

const presentShows = ({ slot, priority, content, until }: Shows) => ({
  ...{ slot, priority, content: maskObject(content) },
  ...(until !== undefined && { until: presentInstant(until) }),
});

type Links = Pick<ApiDeps, 'temporalUi'>;

export function presentEnrollment(run: Enrollment, links: Links) {
  const { id, journey, version, profile, status, step, enteredAt, endedAt, reason, dueAt, workflowId } = run;
  return {
    id,
    journey,
    version,
    profileId: profile,
    ...(run.household && { household: { ...run.household, key: maskText(run.household.key) } }),
    status: status === 'starting' ? ('active' as const) : status,
    step,
    enteredAt: presentInstant(enteredAt),
    ...(endedAt !== undefined && { endedAt: presentInstant(endedAt) }),
    ...(reason !== undefined && { reason }),
    waitingFor: [...new Set(run.waitingFor.flatMap(shownKey))],
    // After the end it only tells that the workflow has yet to notice.
    ...(dueAt !== undefined && endedAt === undefined && { dueAt: presentInstant(dueAt) }),
    ...(run.shows && { shows: presentShows(run.shows) }),
    workflowId,
    ...(run.test && { test: true as const }),
    ...temporalUrl(workflowId, links),
  };
}

/** A run with what is known of it elsewhere: its definition, and the newest of its sends. */
export interface KnownRun {
  readonly run: Enrollment;
  readonly definition: JourneyDefinition | undefined;
  readonly lastSend: DeliveryDoc | undefined;
}

export function presentEnrollmentDetail({ run, definition, lastSend }: KnownRun, links: Links) {
  const delivery = lastSend && { step: lastSend.step ?? '', status: lastSend.status, reason: lastSend.reason };
  return {
    ...presentEnrollment(run, links),
    why: explainRun({ definition, run, ...(delivery && { delivery }) }),
    ...(lastSend && { lastSend: presentSend(lastSend) }),
    path: run.path.map((entry) => ({ ...entry, at: presentInstant(entry.at) })),
    sends: run.effects,
    ...(run.updatesRefused !== undefined && { updatesRefused: run.updatesRefused }),
    ...(isSending(run) && { sending: true as const }),
    conversions: run.conversions.map(({ goal, at, value, currency }) => ({
      goal,
      at: presentInstant(at),
      ...(value !== undefined && { value }),
      ...(currency !== undefined && { currency }),
    })),
  };
}

const presentSend = ({ id, step = '', destination, status, reason, attempts, createdAt }: DeliveryDoc) => ({
  ...{ deliveryId: id, step, destination, status, attempts: attempts.length, at: presentInstant(createdAt) },
  ...(reason !== undefined && { reason }),
});

function temporalUrl(workflowId: string, { temporalUi }: Links) {
  if (!temporalUi) return {};
  const { url, namespace } = temporalUi;
  return { temporalUrl: `${url}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}` };
}
