import { dayMs } from '../duration';
import type { Event } from '../events/event';
import { isNumberedRow } from '../imports/import-events';
import { isPulledId } from '../pulls/pulled-id';
import type { RetentionPolicy } from './retention.schema';

/** These say what is, and change nothing by being said again. */
const facts: ReadonlySet<Event['kind']> = new Set(['identify', 'group', 'alias']);

export const tooOld = {
  code: 'too_old',
  message:
    'It happened before the time for which the workspace keeps events; leave the row out, or keep events for longer.',
} as const;

/**
 * Whether retention removes what happened then. A row of a table or a file is read again without knowing that its event was applied and is
 * gone: taken, it would count twice.
 */
export function isTooOld(
  { kind, occurredAt }: Pick<Event, 'kind' | 'occurredAt'>,
  retention: RetentionPolicy | undefined,
  now: number,
): boolean {
  const { events: days } = retention ?? {};
  return days !== undefined && !facts.has(kind) && occurredAt < now - days * dayMs;
}

type Received = Pick<Event, 'kind' | 'messageId' | 'source' | 'receivedAt' | 'sentOccurredAt'> & {
  readonly lane: 'live' | 'bulk';
  readonly n: number;
};

/**
 * Whether its id is to be remembered when the event is removed: its file or table may say it again under that id, without a time of its
 * own (of the past) by which it would be too old then. Not of rows whose id is of no other file, nor of facts that are said anew at each
 * reading.
 */
export function isToBeRemembered(event: Received): boolean {
  const { lane, kind, messageId, receivedAt, sentOccurredAt = Infinity } = event;
  if (lane !== 'bulk' || sentOccurredAt <= receivedAt || isNumberedRow(event)) return false;
  return !facts.has(kind) || !isPulledId(messageId);
}
