import { withoutErased } from '../../domain/consent/without-erased';
import type { ParsedEvent } from '../../domain/events/parse-event';
import type { Rejection } from '../../domain/events/rejection';
import type { KeyCall } from '../route';

/** Refuses events that name only people who were erased, and drops their identifiers from the others. */
export async function heedErased(
  { deps: { store }, ws }: Pick<KeyCall, 'deps' | 'ws'>,
  parsed: readonly ParsedEvent[],
): Promise<readonly ParsedEvent[]> {
  if (!(await store.suppressions.hasAny(ws))) return parsed;
  const named = parsed.flatMap((one) => ('event' in one ? one.event.identifiers : []));
  const list = await store.suppressions.check(ws, named);
  if (list.size === 0) return parsed;
  return parsed.map((one) => {
    if (!('event' in one)) return one;
    const event = withoutErased(one.event, list);
    return event ? { ...one, event } : { rejection: erased };
  });
}

const erased: Rejection = {
  code: 'erased_identifier',
  path: '',
  message: 'The event names only people who were erased; only one that states their consent brings them back.',
};
