import { dayMs } from '../../domain/duration';
import type { SampleEvent } from './shift';

/** An event of the live replay; it happens when it is sent. */
export interface LiveEvent {
  readonly dueMs: number;
  readonly event: SampleEvent;
}

/**
 * The last day of a history that ends at `endsAt`, told again within `lastingMs`: same order, same proportions between the
 * first event and the last, and ids of its own, so that it comes on top of the history.
 */
export function planLive(history: readonly SampleEvent[], endsAt: number, lastingMs: number): LiveEvent[] {
  const lastDay = history
    .map((event) => ({ event, at: Date.parse(event.timestamp) }))
    .filter(({ at }) => at > endsAt - dayMs && at <= endsAt);
  const first = lastDay[0]?.at ?? endsAt;
  const span = Math.max((lastDay.at(-1)?.at ?? endsAt) - first, 1);
  return lastDay.map(({ event, at }) => ({
    dueMs: Math.round(((at - first) / span) * lastingMs),
    event: { ...event, messageId: `live-${event.messageId}` },
  }));
}
