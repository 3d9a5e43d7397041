import { isFinal, type DeliveryStatus } from '../../domain/delivery/delivery';
import { memberKey } from '../../domain/delivery/idempotency-key';
import type { Operation } from '../../domain/delivery/operation';
import {
  afterAnswer,
  reconcile,
  underWay,
  type Reconciliation,
  type Unit,
  type UnitChange,
} from '../../domain/delivery/membership-units';
import { profileId, subjectOf } from '../../domain/ids';
import type { DeliveryDoc, NewDelivery } from '../../store/deliveries';
import type { AttachmentDoc, SyncMemberDoc } from '../../store/documents';
import type { ConnectedDestination } from '../delivery/connected-destination';
import { withVariables } from './with-variables';
import { withoutBarred } from './ask-lists';
import { forgetErased } from './let-go';
import type { Pair, SyncDeps } from './sync';
import { sendItems, type Progress, type Stop } from './send-members';

/** `isNew`: the operation was not begun by an earlier try of this page. */
interface PageChange extends UnitChange {
  readonly isNew: boolean;
}

/** What a page does, and operations whose place it takes, where they had not ended. */
interface PagePlan {
  readonly changes: readonly PageChange[];
  readonly superseded: readonly string[];
}

/** An operation of this page with the unit it changes and its row in the ledger. */
export interface Item {
  readonly operation: Operation;
  readonly change: UnitChange;
  readonly delivery: DeliveryDoc;
}

/** Everything one page works with. */
export interface PageWork {
  readonly deps: SyncDeps;
  readonly pair: Pair;
  readonly connected: ConnectedDestination;
  readonly attachment: AttachmentDoc;
  /** Whether the time of this call is over. */
  isOver(): boolean;
}

/**
 * One page of members: ask the suppression lists, reconcile, write what is begun, then send and write how it ended. Killed anywhere, the members are still
 * dirty and the same operations are issued again under the same keys. Answers why nothing more may be sent now, if so.
 */
export async function syncPage(page: PageWork, due: readonly SyncMemberDoc[]): Promise<Stop | undefined> {
  const { syncMembers } = page.deps.store;
  const asked = await withoutBarred(page, due);
  const members = asked.map((member) => ({ ...member, identifiers: leaving(page, member) }));
  const { items, inDoubt } = await begin(page, members, await reconcilePage(page, members));
  const progress: Progress = { ended: new Set(), retries: new Map() };
  await sendItems(page, await withVariables(page, items), progress);
  const dueAt = new Map(inDoubt.map((profile) => [profile, page.deps.clock()]));
  // Also what was never sent, because sending stopped half-way, keeps its member dirty.
  for (const { operation } of items.filter((item) => !progress.ended.has(item.operation.id))) {
    const known = dueAt.get(operation.profile) ?? 0;
    dueAt.set(operation.profile, Math.max(known, progress.retries.get(operation.id) ?? 0));
  }
  const settled = members.filter(({ profile }) => !dueAt.has(profile));
  await syncMembers.markClean(settled);
  await forgetErased(page.deps, page.pair, settled);
  const later = members.map((member) => ({ ...member, nextAttemptAt: dueAt.get(member.profile) ?? 0 }));
  await syncMembers.postpone(later.filter(({ nextAttemptAt }) => nextAttemptAt > 0));
  return progress.stop;
}

/** Those that the attachment names now: a wish may have been made before one was taken off it. */
function leaving({ attachment }: PageWork, { identifiers }: SyncMemberDoc): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(identifiers).filter(([type]) => attachment.identifiers.includes(type)));
}

function reconciliationOf({ deps, pair, connected, attachment }: PageWork): Reconciliation {
  const { members } = connected.kind.capabilities;
  const { externalId, detachedAt, onExit, onDetach } = attachment;
  return {
    members,
    removes: detachedAt === undefined ? onExit === 'remove' : onDetach === 'remove',
    unitId: (type, value) => deps.store.syncUnits.unitId(type, value, externalId),
    key: (wish, { id, doubts }) => {
      const key = memberKey(pair.audience, pair.destination, wish);
      const again = doubts === undefined ? '' : `:again${doubts}`;
      // A change of the profile is one operation, unless a membership is an identifier, or another audience there had it too.
      return members === 'profile' && externalId === undefined ? `${key}${again}` : `${key}:${id.slice(0, 8)}${again}`;
    },
  };
}

async function reconcilePage(page: PageWork, members: readonly SyncMemberDoc[]): Promise<PagePlan> {
  const how = reconciliationOf(page);
  const ids = members.flatMap(({ profile, identifiers }) =>
    how.members === 'profile'
      ? [how.unitId('profile', profile)]
      : Object.entries(identifiers).map(([type, value]) => how.unitId(type, value)),
  );
  const { here, elsewhere } = await page.deps.store.syncUnits.concerning(
    page.pair.ws,
    page.attachment,
    members.map(({ profile }) => profile),
    ids,
  );
  const before = new Map(here.map((unit) => [unit.id, unit]));
  const changes = reconcile(members, here, how).map((change): PageChange => {
    const last = before.get(change.unit.id)?.lastOperation;
    return { ...change, isNew: isBegun(change) && last !== change.operation.id };
  });
  // Begun and not to be finished: another operation takes its place, none is needed any more, or it was for another audience there.
  const givenUp = changes
    .filter((change) => change.isNew || !isBegun(change))
    .flatMap(({ unit }) => before.get(unit.id) ?? []);
  return { changes, superseded: underWay([...givenUp, ...elsewhere]) };
}

const isBegun = <Change extends UnitChange>(change: Change): change is Change & { readonly operation: Operation } =>
  change.operation !== undefined;

/**
 * Writes the ledger rows, then the units with their operations begun: nothing leaves before both are there. An operation whose row
 * has come to its end already, in a try that was killed before it told the unit, is not sent again. Answers what to send, and the
 * profiles of whose operations only the row has an end.
 */
async function begin(
  page: PageWork,
  members: readonly SyncMemberDoc[],
  { changes, superseded }: PagePlan,
): Promise<{ readonly items: Item[]; readonly inDoubt: string[] }> {
  const { deps, pair } = page;
  const wishes = new Map(members.map((member) => [member.profile as string, member]));
  const asked = changes.filter(isBegun);
  await deps.store.deliveries.reserve(
    asked.map(({ operation }) => toDelivery(page, operation, wishes.get(operation.profile))),
    deps.clock(),
  );
  const rows = await deps.store.deliveries.byKeys(
    pair.ws,
    asked.map(({ operation }) => operation.id),
  );
  const byKey = new Map(rows.map((row) => [row.idempotencyKey, row]));
  const statusOf = ({ operation }: PageChange) => operation && byKey.get(operation.id)?.status;
  const withheld = { status: 'withheld', reason: 'superseded', now: deps.clock() } as const;
  await deps.store.deliveries.change(
    pair.ws,
    superseded.map((idempotencyKey) => ({ idempotencyKey, ...withheld })),
  );
  await deps.store.syncUnits.write(
    pair.ws,
    page.attachment,
    changes.map((change) => ({ unit: told(change, statusOf(change)), hasBegun: change.isNew })),
  );
  const items = asked.flatMap((change) => {
    const delivery = byKey.get(change.operation.id);
    return delivery && !isFinal(delivery.status) ? [{ change, operation: change.operation, delivery }] : [];
  });
  const isInDoubt = (change: PageChange): boolean => isUntold(statusOf(change));
  return { items, inDoubt: asked.filter(isInDoubt).map(({ operation }) => operation.profile) };
}

/** The unit as the row of its operation says. Of a row that ended otherwise than by an answer, nobody knows what is there. */
function told(change: PageChange, status: DeliveryStatus | undefined): Unit {
  const { unit, operation } = change;
  if (operation && (status === 'delivered' || status === 'rejected'))
    return afterAnswer(unit, operation, status === 'delivered');
  return isUntold(status) ? { ...unit, doubts: (unit.doubts ?? 0) + 1 } : unit;
}

const isUntold = (status: DeliveryStatus | undefined): boolean =>
  status === 'withheld' || status === 'dead' || status === 'unknown';

function toDelivery(
  { pair, connected, deps }: PageWork,
  { id, operation, profile }: Operation,
  wish: SyncMemberDoc | undefined,
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
    causedAt: wish?.causedAt ?? deps.clock(),
    ...(wish?.consent && { consent: wish.consent }),
    ...(operation === 'remove' && wish?.isHeldOut && { because: 'holdout' }),
  };
}
