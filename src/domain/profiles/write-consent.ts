import type { Purposes } from '../consent/purpose';
import { readConsent, type ConsentStatement } from '../consent/read-consent';
import type { Event } from '../events/event';
import { omit } from '../json';
import type { ConsentRecord } from './change-set';
import type { Consent, Profile } from './profile';
import { roomBesideRefusals, roomForStatements } from './untrusted-room';
import { supersedes, unionConsent, type Written } from './write-traits';

type Consents = Profile['consent'];

/** Consent after an event, and which of its statements go on record. */
export interface WrittenConsent extends Written<Consents> {
  readonly statements: readonly ConsentStatement[];
}

/**
 * Consent that an event states, in the forms of `readConsent`. The newest statement wins; of several at the same instant, the denial.
 * On record goes what was stated as one, and what changed something: the banner's state, which every event repeats, does not.
 * What there is no room for is left out of both.
 */
export function writeConsent(consent: Consents, event: Event, purposes: Purposes): WrittenConsent {
  const read = readConsent(event).statements;
  const statements = event.isTrusted ? roomBesideRefusals(consent, read) : roomForStatements(consent, read, purposes);
  if (statements.length === 0) return { facts: consent, changed: [], statements };
  const newest = new Map<string, ConsentStatement>();
  for (const said of statements) {
    const other = newest.get(said.purpose);
    if (!other || supersedes(said, other)) newest.set(said.purpose, said);
  }
  const incoming = Object.fromEntries([...newest].map(([purpose, said]) => [purpose, toConsent(said)] as const));
  const { facts, changed } = unionConsent(consent, incoming);
  const isChanged = new Set(changed);
  const onRecord = statements.filter(
    (said) => said.isRecord || (isChanged.has(said.purpose) && newest.get(said.purpose) === said),
  );
  return { facts, changed, statements: onRecord };
}

const toConsent = (said: ConsentStatement): Consent => omit(said, 'purpose', 'proof', 'isRecord', 'isDated');

/** A statement as it is kept: under the id that the person had when it was applied. */
export function toRecord(
  said: ConsentStatement,
  profile: Profile['id'],
  { receivedAt, isTrusted }: Event,
): ConsentRecord {
  return { ...omit(said, 'isRecord', 'isDated'), profile, receivedAt, isTrusted };
}
