import { z } from 'zod';
import { consentBases, type ConsentProof } from '../../domain/consent/decide-consent';
import { deliveryStatuses } from '../../domain/delivery/delivery';
import { membershipOperations } from '../../domain/delivery/operation';
import { attemptOutcomes } from '../../domain/delivery/item-result';
import { consentStatuses } from '../../domain/profiles/profile';
import type { SandboxRequest } from '../../domain/delivery/sandbox';
import { readJsonText } from '../../domain/json-text';
import type { DeliveryDoc } from '../../store/deliveries';
import { masked, maskText, maskUnder } from '../personal-data';
import { Instant, presentInstant } from '../instant';

export const DeliveryBody = z.strictObject({
  id: z.string(),
  idempotencyKey: z.string(),
  kind: z.enum(['journey', 'audience']),
  destination: z.string(),
  channel: z
    .string()
    .optional()
    .meta({ description: 'Of a send: by what it reaches people, where the destination says' }),
  fallback: z.int().optional().meta({ description: 'Of the nth fallback of a send' }),
  status: z.enum(deliveryStatuses),
  reason: z.string().optional(),
  profileId: z.string(),
  journey: z.string().optional(),
  version: z.int().optional(),
  step: z.string().optional(),
  enrollment: z.string().optional(),
  audience: z.string().optional(),
  operation: z.enum(membershipOperations).optional(),
  because: z
    .literal('holdout')
    .optional()
    .meta({ description: 'Why a member is removed who has not left the audience' }),
  sandbox: z
    .strictObject({ method: z.string(), url: z.string(), body: z.string() })
    .optional()
    .meta({ description: 'Of a test: what would have left; without its headers, and without secrets' }),
  /** Under which consent it was allowed, or withheld. */
  consent: z
    .strictObject({
      purpose: z.string(),
      basis: z.enum(consentBases),
      status: z.enum([...consentStatuses, 'unset']),
      at: Instant.optional(),
      source: z.string().optional(),
      messageId: z.string().optional(),
    })
    .optional(),
  attempts: z.array(
    z.strictObject({
      at: Instant,
      outcome: z.enum(attemptOutcomes),
      code: z.string().optional(),
      latencyMs: z.number(),
    }),
  ),
  causedAt: Instant,
  createdAt: Instant,
  updatedAt: Instant,
});

export function presentDelivery(delivery: DeliveryDoc, sees: boolean) {
  return {
    id: delivery.id,
    idempotencyKey: delivery.idempotencyKey,
    kind: delivery.kind,
    destination: delivery.destination,
    channel: delivery.channel,
    fallback: delivery.fallback,
    status: delivery.status,
    reason: delivery.reason,
    profileId: delivery.profile,
    journey: delivery.journey,
    version: delivery.version,
    step: delivery.step,
    enrollment: delivery.enrollment,
    audience: delivery.audience,
    operation: delivery.operation,
    because: delivery.because,
    ...(delivery.sandbox && { sandbox: sees ? delivery.sandbox : maskedRequest(delivery.sandbox) }),
    ...(delivery.consent && { consent: presentConsent(delivery.consent) }),
    attempts: delivery.attempts.map(({ at, outcome, code, latencyMs }) => ({
      at: presentInstant(at),
      outcome,
      code,
      latencyMs,
    })),
    causedAt: presentInstant(delivery.causedAt),
    createdAt: presentInstant(delivery.createdAt),
    updatedAt: presentInstant(delivery.updatedAt),
  };
}

/** What is written otherwise than in JSON is personal as a whole. */
function maskedRequest({ method, url, body }: SandboxRequest): SandboxRequest {
  const parsed = readJsonText(body);
  const shown = typeof parsed === 'string' ? masked : JSON.stringify(maskUnder([], parsed));
  return { method, url: maskText(url), body: body === '' ? '' : shown };
}

function presentConsent({ at, ...proof }: ConsentProof) {
  return { ...proof, ...(at !== undefined && { at: presentInstant(at) }) };
}
