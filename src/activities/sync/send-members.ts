import type { AudienceContext, PlannedRequest } from '../../destinations/destination';
import { settle, type DeliveryState, type Settled, type Settlement } from '../../domain/delivery/delivery';
import type { SendResult } from '../../domain/delivery/item-result';
import { afterAnswer } from '../../domain/delivery/membership-units';
import { inTransaction } from '../../store/open-store';
import { sendPlanned } from '../delivery/connected-destination';
import type { Item, PageWork } from './sync-page';

/** How far sending a page has come: operations that have ended, when the others are tried again, and why sending stopped. */
export interface Progress {
  readonly ended: Set<string>;
  readonly retries: Map<string, number>;
  stop?: Stop;
}

/** The destination refuses its credentials, has asked to wait, or the time of this call is over. */
export type Stop = 'paused' | 'throttled' | 'over';

/**
 * Plans and sends items, request after request. One that fails as a whole because some item spoils it goes again in halves, until
 * the culprit is alone. Once there is a reason to stop, nothing more is sent.
 */
export async function sendItems(page: PageWork, items: readonly Item[], progress: Progress): Promise<void> {
  const plan = planOf(page, items);
  await record(page, items, settleNow(page, items, plan.refused), 0, progress);
  for (const planned of plan.requests) {
    if (page.isOver()) progress.stop ??= 'over';
    if (progress.stop) return;
    const { split } = await sendRequest(page, items, planned, progress);
    if (!split) continue;
    const again = planned.items.flatMap((index) => items[index] ?? []);
    const half = Math.ceil(again.length / 2);
    for (const part of [again.slice(0, half), again.slice(half)]) await sendItems(page, part, progress);
  }
}

function planOf({ connected, attachment }: PageWork, items: readonly Item[]) {
  const { audience: key, externalId } = attachment;
  const audience = { key, ...(externalId !== undefined && { externalId }) };
  const context: AudienceContext = { ...connected.context, audience };
  const operations = items.map(({ operation }) => operation);
  const noAudiences = {
    kind: 'invalid',
    code: 'no-audiences',
    message: 'This destination takes no audiences.',
  } as const;
  const refused = items.map((_, index): SendResult => ({ index, ...noAudiences }));
  return connected.kind.planMembers?.(operations, context) ?? { requests: [], refused };
}

async function sendRequest(
  page: PageWork,
  items: readonly Item[],
  planned: PlannedRequest,
  progress: Progress,
): Promise<Settlement> {
  const { deps, connected } = page;
  const startedAt = deps.clock();
  const results = await sendPlanned(deps.sender, connected, planned, startedAt);
  const settlement = settleNow(page, items, results);
  await heed(page, settlement, progress);
  await record(page, items, settlement, deps.clock() - startedAt, progress);
  return settlement;
}

/** What the vendor says of everything, not of one item: that access is refused, or to wait. */
async function heed(
  { deps, pair }: PageWork,
  { pause, throttledUntil }: Settlement,
  progress: Progress,
): Promise<void> {
  if (pause) {
    progress.stop = 'paused';
    await deps.store.destinations.pause(pair.ws, pair.destination, pause.code, deps.clock());
  } else if (throttledUntil !== undefined) {
    progress.stop = 'throttled';
    await deps.store.attachments.throttle(pair.ws, pair.audience, pair.destination, throttledUntil);
  }
}

function settleNow({ deps }: PageWork, items: readonly Item[], results: readonly SendResult[]): Settlement {
  const attemptsOf = (index: number): number => items[index]?.delivery.attempts.length ?? 0;
  return settle(results, { now: deps.clock(), chance: Math.random(), attemptsOf });
}

/** Writes how items ended: the ledger first, since a row that has ended keeps its operation from being sent again. */
async function record(
  page: PageWork,
  items: readonly Item[],
  settlement: Settlement,
  latencyMs: number,
  progress: Progress,
): Promise<void> {
  const { deps, pair, connected } = page;
  const { type } = connected.kind;
  const now = deps.clock();
  const ended = settlement.items.flatMap((settled) => {
    const item = items[settled.result.index];
    return item ? [{ ...item, settled }] : [];
  });
  const changes = ended.map(({ operation, settled }) => changeOf(operation.id, settled, now, latencyMs));
  await deps.store.deliveries.change(pair.ws, changes);
  const overtaken = await settleUnits(page, ended);
  for (const { operation, change, delivery, settled } of ended) {
    const { result, state } = settled;
    deps.metrics.deliveries.inc({ type, outcome: result.kind });
    if (result.kind === 'ok') deps.metrics.latency.observe({ type }, Math.max(0, now - delivery.causedAt) / 1_000);
    const resumeAt = resumesAt(state, now);
    if (resumeAt !== undefined) progress.retries.set(operation.id, resumeAt);
    else if (!overtaken.has(change.unit.id)) progress.ended.add(operation.id);
  }
}

/**
 * Tells units how their operations ended. An answer may come after the sync has gone on elsewhere, since this worker was taken for
 * dead: what the vendor then holds is in doubt, and everybody concerned is looked at again. Answers which units are.
 */
async function settleUnits(
  { deps, pair, attachment }: PageWork,
  ended: readonly (Item & { readonly settled: Settled })[],
): Promise<ReadonlySet<string>> {
  const { ws, audience, destination } = pair;
  const units = ended.map(({ operation, change, settled: { state } }) =>
    resumesAt(state, 0) === undefined ? afterAnswer(change.unit, operation, state.status === 'delivered') : change.unit,
  );
  const overtaken = await deps.store.syncUnits.settle(ws, attachment, units);
  if (overtaken.length === 0) return new Set();
  const concerned = overtaken.flatMap(({ wantedBy, changedFor }) => [
    ...wantedBy,
    ...(changedFor === undefined ? [] : [changedFor]),
  ]);
  await deps.store.syncMembers.markDirty(ws, audience, destination, concerned);
  const work = [{ kind: 'sync' as const, audience, destination }];
  await inTransaction(deps.store.connection, (session) => deps.store.outbox.add(ws, work, deps.clock(), session));
  return new Set(overtaken.map(({ id }) => id));
}

function changeOf(idempotencyKey: string, { result, state }: Settled, now: number, latencyMs: number) {
  const reason = 'code' in state ? state.code : 'reason' in state ? state.reason : undefined;
  const attempt = { at: now - latencyMs, outcome: result.kind, code: result.code, latencyMs };
  return { idempotencyKey, status: state.status, attempt, now, ...(reason !== undefined && { reason }) };
}

/** When an item that has not come to its end goes on; a held one waits until the destination is resumed and rung. */
function resumesAt(state: DeliveryState, now: number): number | undefined {
  if (state.status === 'retrying') return state.nextAttemptAt;
  return state.status === 'held' ? now : undefined;
}
