import { readEventInstant } from '../events/event-time';
import { effectiveAt, type Event } from '../events/event';
import { kindOf, shortPointerPart, type Rejection } from '../events/rejection';
import { isJsonObject, own, type Json, type JsonObject } from '../json';
import { consentStatuses, type Consent } from '../profiles/profile';

/** Bounds of what one event says of consent, and of the proof kept with one statement, counted as JSON text. */
export const consentLimits = { statements: 200, purposeLength: 256, proofLength: 2_048 } as const;

/** What an event says of one purpose. */
export interface ConsentStatement extends Consent {
  readonly purpose: string;
  readonly messageId: string;
  /** Form, wording, hash of an address: whatever shows that it was said. */
  readonly proof?: JsonObject;
  /** Stated as a record, not as the state of a banner that every event repeats. */
  readonly isRecord: boolean;
  /** It, or its event, says when; and no time that was still to come when the event was received. */
  readonly isDated: boolean;
}

type When = Pick<ConsentStatement, 'at' | 'isDated'>;
type Source = Pick<Event, 'context' | 'occurredAt' | 'receivedAt' | 'sentOccurredAt' | 'source' | 'messageId'>;

export interface ConsentRead {
  readonly statements: readonly ConsentStatement[];
  /** The first record that cannot be read, and is left out. The door refuses the event for it. */
  readonly fault?: Rejection;
}

const nothing: ConsentRead = { statements: [] };

/**
 * What an event of any kind says of consent. Two forms, which may stand side by side:
 * Segment's `context.consent.categoryPreferences: { purpose: boolean }`, said at the event's own time, and
 * `context.consent.records: { purpose: { status, at?, proof? } }`, said at its `at` but never after the event was received.
 */
export function readConsent(event: Source): ConsentRead {
  const stated = event.context['consent'];
  if (!isJsonObject(stated)) return nothing;
  const records = readRecords(event, own(stated, 'records'));
  return { ...records, statements: [...readPreferences(event, stated), ...records.statements] };
}

function readPreferences(event: Source, stated: JsonObject): ConsentStatement[] {
  const preferences = own(stated, 'categoryPreferences');
  if (!isJsonObject(preferences)) return [];
  const said = saidWith(event);
  return Object.entries(preferences)
    .filter(([, isGranted]) => typeof isGranted === 'boolean')
    .map(([purpose, isGranted]) => {
      const status = isGranted ? 'granted' : 'denied';
      return statement(event, { purpose, status, ...said, isRecord: false });
    });
}

function readRecords(event: Source, records: Json | undefined): ConsentRead {
  if (records === undefined || records === null) return nothing;
  if (!isJsonObject(records))
    return faulty('', `records is ${kindOf(records)}; send an object with a key per purpose.`);
  const entries = Object.entries(records);
  if (entries.length > consentLimits.statements)
    return faulty('', `records names more than ${consentLimits.statements} purposes; send fewer at a time.`);
  const read = entries.map(([purpose, record]) => readRecord(event, purpose, record));
  const fault = read.find((one) => 'code' in one);
  return { statements: read.filter((one) => 'purpose' in one), ...(fault && { fault }) };
}

function readRecord(event: Source, purpose: string, record: Json): ConsentStatement | Rejection {
  const path = shortPointerPart(purpose);
  if (purpose === '' || purpose.length > consentLimits.purposeLength)
    return reject(path, `A purpose has a name of 1 to ${consentLimits.purposeLength} characters.`);
  if (!isJsonObject(record)) return reject(path, `A record is an object; this is ${kindOf(record)}.`);
  const status = consentStatuses.find((one) => one === own(record, 'status'));
  if (!status) return reject(`${path}/status`, `status is none of ${consentStatuses.join(', ')}; send one of them.`);
  const said = whenSaid(event, record);
  if (said === undefined)
    return reject(`${path}/at`, 'at is not a date of 1970 to 2100; send RFC 3339 such as 2026-05-01T09:00:00Z.');
  const proof = own(record, 'proof') ?? undefined;
  const wrong = proof === undefined ? undefined : wrongProof(proof);
  if (wrong !== undefined) return reject(`${path}/proof`, wrong);
  return { ...statement(event, { purpose, status, ...said, isRecord: true }), ...(isJsonObject(proof) && { proof }) };
}

/** When a record says it was said. Nobody consents in the future, where no later denial would reach. */
function whenSaid(event: Source, record: JsonObject): When | undefined {
  const stated = own(record, 'at') ?? undefined;
  if (stated === undefined) return saidWith(event);
  const at = readEventInstant(stated);
  if (at === undefined) return undefined;
  return { at: Math.min(at, event.receivedAt), isDated: at <= event.receivedAt };
}

/** At the event's own time, as rules see it. */
const saidWith = (event: Source): When => ({
  at: effectiveAt(event),
  isDated: (event.sentOccurredAt ?? Infinity) <= event.receivedAt,
});

function wrongProof(proof: Json): string | undefined {
  if (!isJsonObject(proof)) return `proof is ${kindOf(proof)}; send an object.`;
  if (JSON.stringify(proof).length <= consentLimits.proofLength) return undefined;
  return `proof is longer than ${consentLimits.proofLength} characters of JSON; name the document instead of sending it.`;
}

const statement = (
  { source, messageId }: Source,
  said: Omit<ConsentStatement, 'source' | 'messageId' | 'proof'>,
): ConsentStatement => ({ ...said, source, messageId });

const reject = (path: string, message: string): Rejection => ({
  code: 'invalid_consent',
  path: `/context/consent/records${path}`,
  message,
});

const faulty = (path: string, message: string): ConsentRead => ({ statements: [], fault: reject(path, message) });
