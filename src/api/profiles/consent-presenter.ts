import { z } from 'zod';
import { consentBases, decideConsent } from '../../domain/consent/decide-consent';
import type { Purposes } from '../../domain/consent/purpose';
import type { JsonObject } from '../../domain/json';
import { consentStatuses, type Profile } from '../../domain/profiles/profile';
import type { ConsentRecordDoc } from '../../store/consent-records';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskObject } from '../personal-data';
import type { Sight } from './presenter';

/** How a person stands to one purpose: what they said last, and whether that allows, as the purpose is defined. */
export const ConsentStateBody = z.strictObject({
  purpose: z.string(),
  status: z.enum([...consentStatuses, 'unset']),
  isAllowed: z.boolean(),
  basis: z.enum(consentBases),
  at: Instant.optional(),
  source: z.string().optional(),
  messageId: z.string().optional(),
});
export const ConsentRecordBody = z.strictObject({
  purpose: z.string(),
  status: z.enum(consentStatuses),
  at: Instant,
  receivedAt: Instant,
  source: z.string(),
  messageId: z.string(),
  /** Whether a secret key or Heddle's API said so, not a browser. */
  isTrusted: z.boolean(),
  proof: AnyObject.optional(),
});

/** The purposes that are defined, and those the person spoke of. */
export function presentStates(profile: Profile, purposes: Purposes) {
  const names = new Set([...purposes.keys(), ...Object.keys(profile.consent)]);
  return [...names].sort().map((purpose) => presentState(profile, purpose, purposes));
}

export function presentState({ consent }: Profile, purpose: string, purposes: Purposes) {
  const { isAllowed, proof } = decideConsent(purpose, consent, purposes);
  const { status = 'unset', basis = 'undefined-purpose', at, source, messageId } = proof ?? {};
  return { purpose, status, isAllowed, basis, source, messageId, ...(at !== undefined && { at: presentInstant(at) }) };
}

export function presentRecord(record: ConsentRecordDoc, { seesPersonalData }: Pick<Sight, 'seesPersonalData'>) {
  const { purpose, status, source, messageId, isTrusted, proofJson } = record;
  const proof = proofJson === undefined ? undefined : (JSON.parse(proofJson) as JsonObject);
  const shown = proof && (seesPersonalData ? proof : maskObject(proof));
  return {
    ...{ purpose, status, source, messageId, isTrusted },
    at: presentInstant(record.at),
    receivedAt: presentInstant(record.receivedAt),
    ...(shown && { proof: shown }),
  };
}
