import { identifierName } from '../identity/identifier-types';
import type { Event } from '../events/event';
import { readConsent } from './read-consent';
import type { SuppressionList } from './suppression';

/**
 * An event without the identifiers that are on the list as erased; `undefined` when it has no others. One that states a grant is left
 * as it is: who was erased may come back by saying so.
 */
export function withoutErased(event: Event, list: SuppressionList): Event | undefined {
  const kept = event.identifiers.filter((one) => !isErased(list, identifierName(one)));
  if (kept.length === event.identifiers.length || hasGrant(event)) return event;
  return kept.length === 0 ? undefined : { ...event, identifiers: kept };
}

const isErased = (list: SuppressionList, name: string): boolean =>
  list.get(name)?.some(({ reason, scope }) => reason === 'erased' && scope === 'everything') === true;

const hasGrant = (event: Event): boolean =>
  readConsent(event).statements.some(({ status, isRecord }) => isRecord && status === 'granted');
