import { addConservations } from '../../domain/impact/conservation';
import { countRuns } from '../../domain/impact/runs';
import { statesOf } from '../../domain/impact/states';
import type { WorkspaceId } from '../../domain/ids';
import { listedAtMost } from '../../store/impact-limits';
import type { Store } from '../../store/store';
import { presentInstant } from '../instant';
import { checkConservation } from './conservation';

interface Window {
  readonly from: number;
  readonly now: number;
}

/** One row per destination, journey and audience, and whether everything adds up and keeps up. */
export async function overviewReport(store: Store, ws: WorkspaceId, window: Window) {
  const [{ conservation, destinations }, journeys, audiences, freshness] = await Promise.all([
    destinationRows(store, ws, window),
    journeyRows(store, ws, window),
    audienceRows(store, ws, window),
    readFreshness(store, ws, window.now),
  ]);
  return { destinations, journeys, audiences, conservation, freshness };
}

async function destinationRows(store: Store, ws: WorkspaceId, { from }: Window) {
  const [docs, rows, checks] = await Promise.all([
    store.destinations.list(ws),
    store.impact.deliveries.states(ws, from),
    checkConservation(store, ws, from),
  ]);
  const destinations = docs.slice(0, listedAtMost).map(({ key, name }) => ({
    key,
    name,
    ...statesOf(rows.filter(({ destination }) => destination === key)),
    conservation: checks.get(key) ?? { emitted: 0, ledger: 0, gap: 0 },
  }));
  // Of every destination, those that were deleted included.
  return { destinations, conservation: addConservations([...checks.values()]) };
}

/** One after another: a report must not take the connections that events need. */
async function journeyRows(store: Store, ws: WorkspaceId, { from }: Window) {
  const rows = [];
  for (const { key, name, status } of (await store.journeys.list(ws)).slice(0, listedAtMost)) {
    const runs = await store.impact.journeys.runs(ws, key, { from });
    const conversions = runs.length === 0 ? [] : await store.impact.journeys.conversions(ws, key, { from });
    rows.push({
      key,
      name,
      status,
      ...countRuns(runs),
      conversions: conversions.reduce((sum, { count }) => sum + count, 0),
    });
  }
  return rows;
}

async function audienceRows(store: Store, ws: WorkspaceId, { from }: Window) {
  const rows = [];
  const sizes = await store.impact.audiences.sizes(ws);
  for (const { key, name } of (await store.audiences.list(ws)).slice(0, listedAtMost))
    rows.push({ key, name, size: sizes.get(key) ?? 0, ...(await store.impact.audiences.edges(ws, key, from)) });
  return rows;
}

async function readFreshness(store: Store, ws: WorkspaceId, now: number) {
  const { events, oldestReceivedAt } = await store.impact.freshness.pending(ws);
  return {
    pendingEvents: events,
    oldestPendingSeconds: oldestReceivedAt === undefined ? 0 : Math.max(0, now - oldestReceivedAt) / 1_000,
    ...(oldestReceivedAt !== undefined && { oldestPendingAt: presentInstant(oldestReceivedAt) }),
  };
}
