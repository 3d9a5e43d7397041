import type { Event } from '../events/event';
import type { RetentionPolicy } from './retention.schema';

const dayMs = 24 * 3_600_000;
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
