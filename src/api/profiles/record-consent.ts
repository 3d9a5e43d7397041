import { consentLimits, readConsent } from '../../domain/consent/read-consent';
import type { Event } from '../../domain/events/event';
import { withKey, type Json, type JsonObject } from '../../domain/json';
import type { ConsentStatus, Profile } from '../../domain/profiles/profile';
import { presentInstant } from '../instant';
import { conflict, invalidRequest } from '../problem';
import type { KeyCall } from '../route';
import { nameOf, ownEvent, recordEvent } from './record-event';

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
  const event = toEvent(call, profile, purpose, input);
  const { fault } = readConsent(event);
  if (fault)
    throw invalidRequest(fault.message, [{ in: 'body', pointer: pointerOf(fault.path), message: fault.message }]);
  const state = await recordEvent(call, event);
  if (state === 'dead')
    throw conflict(
      `The profile cannot hold it; a profile has consent to at most ${consentLimits.statements} purposes.`,
    );
  return state === 'applied';
}

function toEvent(call: KeyCall, profile: Profile, purpose: string, { status, at, proof }: ConsentInput): Event {
  const record: JsonObject = {
    status,
    ...(at !== undefined && { at: presentInstant(at) }),
    ...(proof !== undefined && { proof }),
  };
  const context = { consent: { records: withKey<Json>({}, purpose, record) } };
  return ownEvent(call, 'consent', { kind: 'identify', identifiers: [nameOf(profile)], context });
}

/** The last part of where in the event it is: `/proof`, `/at`. */
const pointerOf = (path: string): string => path.slice(path.lastIndexOf('/'));
