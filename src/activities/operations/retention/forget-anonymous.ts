import { isForgettable, type Forgotten } from '../../../domain/privacy/is-forgettable';
import { subjectsOf } from '../../../domain/privacy/erase-profile';
import { profileId, type ProfileId, type WorkspaceId } from '../../../domain/ids';
import { idsOf } from '../../../domain/profiles/present';
import type { Profile } from '../../../domain/profiles/profile';
import { forgetProfile, owedAfter } from '../../../store/erase-person';
import { isContended } from '../../../store/mongo-errors';
import { inTransaction } from '../../../store/open-store';
import type { Store } from '../../../store/store';
import type { Outbox } from '../../outbox';
import { syncUnits } from '../erasure/clear-destinations';
import * as rows from '../erasure/clear-rows';
import type { Erased, Place } from '../erasure/place';
import { waitForIntake } from '../../bulk-lane';
import type { OperationContext } from '../operation-kind';

export interface ForgetDeps {
  readonly store: Store;
  readonly outbox: Pick<Outbox, 'carryOut'>;
}

/** Where the next piece begins: after which profile, and which of those before it are being forgotten. */
export interface ForgetPlace {
  readonly after?: string | undefined;
  readonly chosen?: readonly string[] | undefined;
}

/** To whom nothing has happened since an instant, of one kind. */
interface Whom {
  readonly before: number;
  readonly who: Forgotten;
}

const profilesAtOnce = 100;
/** A piece is no longer than this; the next one goes on with the same people. */
const pieceMs = 5_000;
/** How long a piece waits for the intake before it lets itself be looked at. */
const waitMs = 4_000;

/**
 * One piece of forgetting anonymous profiles, or people made up for tests, to which nothing has happened since `before`: some are chosen, or those that were are
 * forgotten. They are chosen first and in a piece of their own, so that whoever goes on after a crash knows whose rows to clear.
 */
export async function forgetPeople(
  deps: ForgetDeps,
  context: OperationContext,
  whom: Whom,
  place: ForgetPlace,
): Promise<ForgetPlace & { readonly removed: number; readonly isOver: boolean }> {
  const { before, who } = whom;
  const { after, chosen } = place;
  const { ws, now, signal } = context;
  // Whom an event on the bulk lane names is not known before it is applied.
  if (!(await waitForIntake(deps, ws, now, { signal, mostMs: waitMs }))) return { ...place, removed: 0, isOver: false };
  if (chosen !== undefined) {
    const removed = await forget(deps, context, whom, chosen.map(profileId));
    return removed === undefined ? { ...place, removed: 0, isOver: false } : { after, removed, isOver: false };
  }
  const from = after === undefined ? undefined : profileId(after);
  const page = await deps.store.oldRows.peopleAfter(ws, profilesAtOnce, from, who);
  const last = page.at(-1);
  if (!last) return { removed: 0, isOver: true };
  const types = await deps.store.workspaces.identifierTypes(ws);
  const inactive = await inactiveOf(
    deps.store,
    ws,
    page.filter((one) => isForgettable(one, before, types, who)),
    before,
  );
  const ids = inactive.map(({ id }) => id);
  return { after: last.id, ...(ids.length > 0 && { chosen: ids }), removed: 0, isOver: false };
}

/** Those to whom nothing has happened, nor waits for the intake: what was accepted is theirs, however late it is applied. */
async function inactiveOf<Person extends Pick<Profile, 'id' | 'lineage' | 'identifiers'>>(
  { events, identifiers, oldRows }: Store,
  ws: WorkspaceId,
  people: readonly Person[],
  before: number,
): Promise<Person[]> {
  const keysOf = (person: Person) => person.identifiers.map((identifier) => identifiers.key(ws, identifier));
  const waiting = await events.pendingAmong(people.flatMap(keysOf));
  const inactive: Person[] = [];
  for (const person of people.filter((one) => !keysOf(one).some((key) => waiting.has(key))))
    if (!(await oldRows.hasEventsSince(subjectsOf(ws, idsOf(person)), before))) inactive.push(person);
  return inactive;
}

/** Answers how many of the chosen are gone, those whom an earlier try forgot among them; nothing when there is more to clear. */
async function forget(
  deps: ForgetDeps,
  context: OperationContext,
  whom: Whom,
  chosen: readonly ProfileId[],
): Promise<number | undefined> {
  const { store } = deps;
  const { ws, signal } = context;
  for (const profile of await store.profiles.byIds(ws, chosen)) {
    signal.throwIfAborted();
    await bury(deps, context, whom, profile);
  }
  const left = await store.profiles.byIds(ws, chosen);
  const gone = new Set(chosen);
  for (const { id, erasedAt } of left) if (erasedAt === undefined) gone.delete(id);
  const ids = [...new Set([...gone, ...left.filter(({ id }) => gone.has(id)).flatMap(idsOf)])];
  if (!(await clear(deps, context, ids))) return undefined;
  await store.profiles.removeTombstones(ws, ids);
  return gone.size;
}

/** Unless they have come back meanwhile. */
async function bury(
  { store, outbox }: ForgetDeps,
  { ws, now }: OperationContext,
  { before, who }: Whom,
  profile: Profile,
): Promise<void> {
  if (!isForgettable(profile, before, await store.workspaces.identifierTypes(ws), who)) return;
  const [inactive] = await inactiveOf(store, ws, [profile], before);
  if (!inactive) return;
  const owed = await inTransaction(store.connection, async (session) => {
    const forgotten = await forgetProfile(store, ws, profile, now, session);
    return forgotten ? store.outbox.add(ws, owedAfter(idsOf(profile), forgotten), now, session) : [];
  }).catch((error: unknown) => {
    // Somebody else writes them at this moment, so something happens to them.
    if (isContended(error)) return [];
    throw error;
  });
  await outbox.carryOut(owed);
}

/** What is filed under them, as an erasure clears it. Deliveries of their removal, made later, hold ids of nobody. */
const cleared: readonly Place[] = [
  rows.events,
  rows.consentRecords,
  rows.memberships,
  rows.enrollments,
  rows.deliveries,
  rows.merges,
  rows.exportChunks,
  syncUnits,
];

/** Answers whether everything is cleared; a run whose workflow has yet to see that it ended may take longer than a piece. */
async function clear({ store }: ForgetDeps, { ws, now, signal }: OperationContext, profiles: readonly ProfileId[]) {
  const endsAt = Date.now() + pieceMs;
  const nothing = new Set<string>();
  const attached = await store.attachments.listEver(ws);
  const about: Erased = {
    ...{ ws, profiles, subjects: subjectsOf(ws, profiles), erasedAt: now, keys: nothing, values: nothing },
    pairs: attached.map(({ audience, destination }) => ({ audience, destination })),
  };
  const deps = { store, clock: () => now, waitMs: 0, signal };
  for (const place of cleared) {
    let from = (await place.clear(deps, about, undefined)).next;
    while (from !== undefined) {
      signal.throwIfAborted();
      if (Date.now() > endsAt) return false;
      from = (await place.clear(deps, about, from)).next;
    }
  }
  return true;
}
