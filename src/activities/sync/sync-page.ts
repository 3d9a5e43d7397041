import type { AudienceContext, PlannedRequest } from '../../destinations/destination';
import { defaultBudget } from '../../domain/delivery/backoff';
import { isFinal, settle, type DeliveryState, type Settlement } from '../../domain/delivery/delivery';
import { memberKey } from '../../domain/delivery/idempotency-key';
import type { ItemResult } from '../../domain/delivery/item-result';
import type { Operation } from '../../domain/delivery/operation';
import { afterAnswer, reconcile, type Reconciliation, type UnitChange } from '../../domain/delivery/membership-units';
import { profileId } from '../../domain/ids';
import type { DeliveryDoc, NewDelivery } from '../../store/deliveries';
import type { AttachmentDoc, SyncMemberDoc } from '../../store/documents';
import { subjectOf } from '../../store/events';
import { sendPlanned, type ConnectedDestination } from '../connected-destination';
import type { Pair, SyncDeps } from '../sync';

/** `isNew`: the operation was not begun by an earlier try of this page. */
interface PageChange extends UnitChange {
  readonly isNew: boolean;
}

/** An operation of this page with the unit it changes and its row in the ledger. */
interface Item {
  readonly operation: Operation;
  readonly change: UnitChange;
  readonly delivery: DeliveryDoc;
}

export interface PageDone {
  readonly resumeAt?: number;
  readonly isPaused: boolean;
}

/** Everything one page works with. */
interface Page {
  readonly deps: SyncDeps;
  readonly pair: Pair;
  readonly connected: ConnectedDestination;
  readonly attachment: AttachmentDoc;
}

/**
 * One page of members: reconcile, write what is begun, then send and write how it ended. Killed anywhere, the members are still
 * dirty and the same operations are issued again under the same keys.
 */
export async function syncPage(
  deps: SyncDeps,
  pair: Pair,
  connected: ConnectedDestination,
  attachment: AttachmentDoc,
  members: readonly SyncMemberDoc[],
): Promise<PageDone> {
  const page: Page = { deps, pair, connected, attachment };
  const items = await begin(page, members, await reconcilePage(page, members));
  const open = new Map<string, number>();
  const isPaused = await sendAll(page, items, open);
  const unsettled = new Set(
    items.filter(({ operation }) => open.has(operation.id)).map(({ operation }) => operation.profile),
  );
  await deps.store.syncMembers.markClean(members.filter((member) => !unsettled.has(member.profile)));
  const soonest = Math.min(...open.values());
  return { isPaused, ...(Number.isFinite(soonest) && { resumeAt: soonest }) };
}

async function reconcilePage(
  { deps, pair, connected, attachment }: Page,
  members: readonly SyncMemberDoc[],
): Promise<PageChange[]> {
  const { syncUnits } = deps.store;
  const how: Reconciliation = {
    members: connected.kind.capabilities.members,
    removes: attachment.detachedAt === undefined ? attachment.onExit === 'remove' : attachment.onDetach === 'remove',
    unitId: (type, value) => syncUnits.unitId(type, value),
    key: (wish, unitId) =>
      `${memberKey(pair.audience, pair.destination, wish.profile, wish.version)}:${unitId.slice(0, 8)}`,
  };
  const ids = members.flatMap(({ profile, identifiers }) =>
    how.members === 'profile'
      ? [how.unitId('profile', profile)]
      : Object.entries(identifiers).map(([type, value]) => how.unitId(type, value)),
  );
  const known = await syncUnits.concerning(
    pair.ws,
    pair,
    members.map(({ profile }) => profile),
    ids,
  );
  const before = new Map(known.map((unit) => [unit.id, unit.lastOperation]));
  const changes = reconcile(members, known, how);
  return changes.map((change) => ({
    ...change,
    isNew: isBegun(change) && before.get(change.unit.id) !== change.operation.id,
  }));
}

const isBegun = <Change extends UnitChange>(change: Change): change is Change & { readonly operation: Operation } =>
  change.operation !== undefined;

/**
 * Writes the ledger rows, then the units with their operations begun: nothing leaves before both are there. An operation whose row
 * has come to its end already, in a try that was killed before it told the unit, is not sent again.
 */
async function begin(page: Page, members: readonly SyncMemberDoc[], changes: readonly PageChange[]): Promise<Item[]> {
  const { deps, pair } = page;
  const causes = new Map(members.map((member) => [member.profile as string, member.causedAt]));
  const asked = changes.filter(isBegun);
  const rows = await deps.store.deliveries.reserve(
    asked.map(({ operation }) => toDelivery(page, operation, causes)),
    deps.clock(),
  );
  const byKey = new Map(rows.map((row) => [row.idempotencyKey, row]));
  const told = (change: PageChange) => {
    const status = isBegun(change) ? byKey.get(change.operation.id)?.status : undefined;
    const isOver = isBegun(change) && status !== undefined && isFinal(status);
    return isOver ? afterAnswer(change.unit, change.operation, status === 'delivered') : change.unit;
  };
  await deps.store.syncUnits.write(
    pair.ws,
    pair,
    changes.map((change) => ({ unit: told(change), hasBegun: change.isNew })),
  );
  return asked.flatMap((change) => {
    const delivery = byKey.get(change.operation.id);
    return delivery && !isFinal(delivery.status) ? [{ change, operation: change.operation, delivery }] : [];
  });
}

function toDelivery(
  { pair, connected, deps }: Page,
  { id, operation, profile }: Operation,
  causes: ReadonlyMap<string, number>,
): NewDelivery {
  return {
    ws: pair.ws,
    idempotencyKey: id,
    kind: 'audience',
    destination: connected.doc.key,
    audience: pair.audience,
    operation,
    profile: profileId(profile),
    subject: subjectOf(pair.ws, profileId(profile)),
    causedAt: causes.get(profile) ?? deps.clock(),
  };
}

/** Sends request after request, in the plan's order. What stays open goes into `open` with the instant of the next attempt. */
async function sendAll(page: Page, items: readonly Item[], open: Map<string, number>): Promise<boolean> {
  const { connected, attachment, deps } = page;
  if (items.length === 0) return false;
  const { audience: key, identifiers, externalId } = attachment;
  const context: AudienceContext = {
    ...connected.context,
    audience: { key, identifiers, ...(externalId !== undefined && { externalId }) },
  };
  const plan = connected.kind.planMembers?.(
    items.map(({ operation }) => operation),
    context,
  );
  const refused =
    plan?.refused ??
    items.map((_, index): ItemResult => ({
      index,
      kind: 'invalid',
      code: 'no-audiences',
      message: 'This destination takes no audiences.',
    }));
  await record(page, items, settleNow(deps, items, refused), 0, open);
  for (const planned of plan?.requests ?? []) {
    const isPaused = await sendOne(page, items, planned, open);
    if (isPaused) return true;
  }
  return false;
}

async function sendOne(
  page: Page,
  items: readonly Item[],
  planned: PlannedRequest,
  open: Map<string, number>,
): Promise<boolean> {
  const { deps, pair, connected } = page;
  const startedAt = deps.clock();
  const answer = await sendPlanned(deps.sender, connected, planned, startedAt);
  // Members are sets, or keys are dropped when repeated: what may have arrived is simply sent again.
  const results =
    'results' in answer
      ? answer.results
      : planned.items.map((index): ItemResult => ({ index, kind: 'transient', ...answer.unclear }));
  const settlement = settleNow(deps, items, results);
  if (settlement.pause)
    await deps.store.destinations.pause(pair.ws, pair.destination, settlement.pause.code, deps.clock());
  await record(page, items, settlement, deps.clock() - startedAt, open);
  return settlement.pause !== undefined;
}

function settleNow(deps: SyncDeps, items: readonly Item[], results: readonly ItemResult[]): Settlement {
  return settle(results, {
    now: deps.clock(),
    chance: Math.random(),
    budget: defaultBudget,
    triesOf: (index) => {
      const { attempts = [], createdAt = deps.clock() } = items[index]?.delivery ?? {};
      return { attempts: attempts.length, firstAt: createdAt };
    },
  });
}

/** Writes how items ended: the ledger first, since a row that has ended keeps its operation from being sent again. */
async function record(
  { deps, pair, connected }: Page,
  items: readonly Item[],
  settlement: Settlement,
  latencyMs: number,
  open: Map<string, number>,
): Promise<void> {
  const now = deps.clock();
  const ended = settlement.items.flatMap(({ index, state }) => {
    const item = items[index];
    if (!item) return [];
    const { operation, change, delivery } = item;
    deps.metrics.deliveries.inc({ type: connected.kind.type, outcome: state.status });
    if (state.status === 'delivered')
      deps.metrics.latency.observe({ type: connected.kind.type }, Math.max(0, now - delivery.causedAt) / 1_000);
    const resumeAt = resumesAt(state, now);
    if (resumeAt === undefined) open.delete(operation.id);
    else open.set(operation.id, resumeAt);
    return [
      {
        item,
        state,
        unit: resumeAt === undefined ? afterAnswer(change.unit, operation, state.status === 'delivered') : change.unit,
      },
    ];
  });
  await deps.store.deliveries.change(
    pair.ws,
    ended.map(({ item, state }) => {
      const reason = reasonOf(state);
      const attempt = {
        at: now - latencyMs,
        outcome: state.status,
        latencyMs,
        ...(reason !== undefined && { code: reason }),
      };
      return {
        idempotencyKey: item.operation.id,
        status: state.status,
        attempt,
        now,
        ...(reason !== undefined && { reason }),
      };
    }),
  );
  await deps.store.syncUnits.write(
    pair.ws,
    pair,
    ended.map(({ unit }) => ({ unit, hasBegun: false })),
  );
}

/** When an item that has not come to its end goes on; a held one waits until the destination is resumed and rung. */
function resumesAt(state: DeliveryState, now: number): number | undefined {
  if (state.status === 'retrying') return state.nextAttemptAt;
  return state.status === 'held' ? now : undefined;
}

const reasonOf = (state: DeliveryState): string | undefined =>
  'code' in state ? state.code : 'reason' in state ? state.reason : undefined;
