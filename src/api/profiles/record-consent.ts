import { randomUUID } from 'node:crypto';
import { consentLimits, readConsent } from '../../domain/consent/read-consent';
import type { Event } from '../../domain/events/event';
import { byStrength, usualRules } from '../../domain/identity/identity-rules';
import { withKey, type Json, type JsonObject } from '../../domain/json';
import type { ConsentStatus, Profile } from '../../domain/profiles/profile';
import type { EventDoc } from '../../store/documents';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import { presentInstant } from '../instant';
import { conflict, invalidRequest } from '../problem';
import type { KeyCall } from '../route';
import { waitUntil } from '../wait-until';

export interface ConsentInput {
  readonly status: ConsentStatus;
  readonly at?: number | undefined;
  readonly proof?: JsonObject | undefined;
}

/**
 * Records what a person said of a purpose: an event like any other, with the key's source, that the intake applies. Waits a few seconds
 * for that; answers whether it happened. Throws 400 for a proof that is too long, and 409 when the profile cannot hold more purposes.
 */
export async function recordConsent(
  call: KeyCall,
  profile: Profile,
  purpose: string,
  input: ConsentInput,
): Promise<boolean> {
  const { deps, ws } = call;
  const event = toEvent(call, profile, purpose, input);
  const { fault } = readConsent(event);
  if (fault)
    throw invalidRequest(fault.message, [{ in: 'body', pointer: pointerOf(fault.path), message: fault.message }]);
  const bytes = Buffer.byteLength(JSON.stringify(event));
  const arrival = { lane: 'live' as const, bytes, n: numberArrivals(1) };
  await deps.store.events.insertPending([pendingEventDoc(deps.store.identifiers, ws, event, arrival)]);
  deps.ringIntake(ws, intakePartition);
  const state = await waitUntil(
    async (): Promise<EventDoc['state'] | undefined> =>
      (await deps.store.events.byMessageId(ws, event.messageId))?.state,
    (read) => read !== 'pending',
  );
  if (state === 'dead')
    throw conflict(
      `The profile cannot hold it; a profile has consent to at most ${consentLimits.statements} purposes.`,
    );
  return state === 'applied';
}

function toEvent({ principal, now }: KeyCall, profile: Profile, purpose: string, input: ConsentInput): Event {
  const [strongest] = [...profile.identifiers].sort(byStrength(usualRules));
  if (!strongest) throw conflict('Nothing identifies this profile any more.');
  const { status, at, proof } = input;
  const record: JsonObject = {
    status,
    ...(at !== undefined && { at: presentInstant(at) }),
    ...(proof !== undefined && { proof }),
  };
  const { type, value } = strongest;
  return {
    messageId: `consent-${randomUUID()}`,
    kind: 'identify',
    name: 'identify',
    occurredAt: now,
    receivedAt: now,
    identifiers: [{ type, value }],
    properties: {},
    traits: {},
    context: { consent: { records: withKey<Json>({}, purpose, record) } },
    source: principal.source,
    isTrusted: true,
  };
}

/** The last part of where in the event it is: `/proof`, `/at`. */
const pointerOf = (path: string): string => path.slice(path.lastIndexOf('/'));
