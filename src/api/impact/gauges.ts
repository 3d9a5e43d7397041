import { addConservations } from '../../domain/impact/conservation';
import type { Store } from '../../store/store';
import type { GaugeSource } from '../deps';
import { checkConservation } from './conservation';

const conservationWindowMs = 24 * 3_600_000;
const overdueAfterMs = 60_000;

/** The figures of `/metrics` that are read from the store. They are read at most every `heldMs`, however many scrapers ask. */
export function createGauges(store: Store, clock: () => number = Date.now): GaugeSource[] {
  const pending = held(() => store.impact.freshness.pending(), 1_000, clock);
  const gap = held(() => gapOfAll(store, clock() - conservationWindowMs), 60_000, clock);
  return [
    {
      name: 'heddle_conservation_gap',
      help: 'Deliveries of the last 24 hours that do not add up, over all workspaces; anything that stays above 0 is an alarm.',
      read: gap,
    },
    {
      name: 'heddle_events_pending',
      help: 'Events stored and not yet applied, counted up to 100000.',
      read: async () => (await pending()).events,
    },
    {
      name: 'heddle_events_oldest_pending_seconds',
      help: 'Age of the oldest event that is not yet applied; 0 when none waits.',
      read: async () => {
        const { oldestReceivedAt } = await pending();
        return oldestReceivedAt === undefined ? 0 : Math.max(0, clock() - oldestReceivedAt) / 1_000;
      },
    },
    {
      name: 'heddle_outbox_depth',
      help: 'Work that a commit still owes the outside.',
      read: () => store.outbox.depth(),
    },
    {
      name: 'heddle_enrollments_overdue',
      help: 'Runs more than a minute past the instant at which they should have moved on, counted up to 100000.',
      read: () => store.impact.freshness.overdueRuns(clock() - overdueAfterMs),
    },
  ];
}

async function gapOfAll(store: Store, from: number): Promise<number> {
  let total = 0;
  for (const { _id: ws } of await store.workspaces.list())
    total += addConservations([...(await checkConservation(store, ws, from)).values()]).gap;
  return total;
}

/** One reading serves everybody who asks within `heldMs`; a failed one is forgotten at once. */
function held<Value>(read: () => Promise<Value>, heldMs: number, clock: () => number): () => Promise<Value> {
  let known: { readonly at: number; readonly value: Promise<Value> } | undefined;
  return () => {
    if (known && clock() - known.at < heldMs) return known.value;
    const reading = { at: clock(), value: read() };
    known = reading;
    reading.value.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading.value;
  };
}
