import { addConservations } from '../../domain/impact/conservation';
import { stuckAfterMs } from '../../domain/impact/funnel';
import { operationKindNames } from '../../domain/operations/operation';
import type { RunningOperations } from '../../store/operations';
import type { Store } from '../../store/store';
import type { GaugeSource } from '../deps';
import { checkConservation } from './conservation';

const conservationWindowMs = 24 * 3_600_000;

/** The figures of `/metrics` that are read from the store. They are read at most every `heldMs`, however many scrapers ask. */
export function createGauges(store: Store, clock: () => number = Date.now): GaugeSource[] {
  const pending = held(() => store.impact.freshness.pending(), 1_000, clock);
  const gap = held(() => gapOfAll(store, clock() - conservationWindowMs), 60_000, clock);
  return [
    ...createWorkGauges(store, clock),
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
      read: () => store.impact.freshness.overdueRuns(clock() - stuckAfterMs),
    },
  ];
}

/** Long work that is under way, and sources that cannot be read. */
function createWorkGauges(store: Store, clock: () => number): GaugeSource[] {
  const running = held(() => store.operations.running(), 1_000, clock);
  const failing = held(() => store.pullStates.failing(), 1_000, clock);
  const ofEach = async (figure: (one: RunningOperations) => number): Promise<Record<string, number>> => ({
    ...Object.fromEntries(operationKindNames.map((kind) => [kind, 0])),
    ...Object.fromEntries((await running()).map((one) => [one.kind, figure(one)])),
  });
  const since = (at: number): number => Math.max(0, clock() - at) / 1_000;
  return [
    {
      name: 'heddle_operations_running',
      help: 'Operations that have not ended, by kind, counted up to 10000.',
      label: 'kind',
      read: () => ofEach(({ count }) => count),
    },
    {
      name: 'heddle_operations_oldest_running_seconds',
      help: 'How long ago the oldest operation that has not ended was asked for, by kind; 0 when none runs.',
      label: 'kind',
      read: () => ofEach(({ oldestCreatedAt }) => since(oldestCreatedAt)),
    },
    {
      name: 'heddle_operations_idle_seconds',
      help: 'For how long the running operation that has moved least has not moved, by kind; 0 when none runs.',
      label: 'kind',
      read: () => ofEach(({ oldestUpdatedAt }) => since(oldestUpdatedAt)),
    },
    {
      name: 'heddle_sources_paused',
      help: 'Pulled sources that refuse, and are not asked until somebody has changed something.',
      read: async () => (await failing()).paused,
    },
    {
      name: 'heddle_sources_retrying',
      help: 'Pulled sources that did not answer, and are asked again.',
      read: async () => (await failing()).retrying,
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
