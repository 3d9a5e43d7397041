import { readConsent } from '../consent/read-consent';
import { effectiveAt, type Event, type Identifier } from '../events/event';
import { usualTypes, type IdentifierTypes } from '../identity/workspace-types';
import { isOfImport } from '../imports/import-events';
import type { EventContent } from '../profiles/change-set';
import { scrubObject, isTextOf } from './scrub';

/** Of what is refused for naming somebody erased. */
export const erasedCode = 'erased';
/** The same, of a row of a file or table. */
export const rowOfErased = { code: erasedCode, message: 'The row names somebody who was erased.' } as const;

/**
 * What becomes of an event that names somebody erased: `lifted` identifiers are theirs anew, `content` is what is left of the event
 * without the others.
 */
export type Admission =
  'as-it-is' | 'refused' | { readonly lifted: readonly Identifier[]; readonly content?: EventContent };

/**
 * An erased identifier is dropped from the event, and the event with it when nobody else is named. Only consent that was granted
 * after the erasure lifts it: from a public key, which anybody can read, no identifier that names a person.
 */
export function admitAfterErasure(
  event: Event,
  erasedAt: (identifier: Identifier) => number | undefined,
  { isKnown }: Pick<IdentifierTypes, 'isKnown'> = usualTypes,
): Admission {
  const named = event.identifiers.filter((identifier) => erasedAt(identifier) !== undefined);
  if (named.length === 0) return 'as-it-is';
  const grantedAt = latestGrant(event);
  const mayLift = (identifier: Identifier): boolean =>
    grantedAt > (erasedAt(identifier) ?? Infinity) && (event.isTrusted || !isKnown(identifier.type));
  const lifted = named.filter(mayLift);
  const dropped = named.filter((identifier) => !lifted.includes(identifier));
  if (dropped.length === 0) return { lifted };
  if (dropped.length === event.identifiers.length) return 'refused';
  return { lifted, content: contentWithout(event, dropped) };
}

/**
 * When the event says that consent was granted last. Only a record is a statement that somebody made then: the preferences of a banner are
 * repeated with every event, and those of a table with every time it is read. Of a file, which may have been written long before it was
 * handed in, only one that says when.
 */
function latestGrant(event: Event): number {
  const granted = readConsent(event).statements.filter(
    ({ isRecord, isDated, status }) => isRecord && status === 'granted' && (isDated || !isOfImport(event.source)),
  );
  return Math.max(-Infinity, ...granted.map(({ at }) => Math.min(at, effectiveAt(event))));
}

function contentWithout(event: Event, dropped: readonly Identifier[]): EventContent {
  const isErased = isTextOf(dropped);
  return {
    identifiers: event.identifiers.filter((identifier) => !dropped.includes(identifier)),
    properties: scrubObject(event.properties, isErased),
    traits: scrubObject(event.traits, isErased),
    context: scrubObject(event.context, isErased),
  };
}
