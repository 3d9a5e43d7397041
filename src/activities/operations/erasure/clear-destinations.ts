import type { DestinationOutcome } from '../../../domain/privacy/receipt';
import { pairKey } from '../../../store/sync-members';
import type { Store } from '../../../store/store';
import { pause } from './pause';
import type { Erased, Place } from './place';

type Pair = Erased['pairs'][number];

/** Waits until the syncs have taken the person off everywhere, which forget them then; not longer than an erasure waits. */
export const syncMembers: Place = {
  clear: async ({ store, clock, waitMs, signal }, about) => {
    const waiting = await waitingOf(store, about);
    if (waiting.length === 0 || clock() > about.erasedAt + waitMs) return { removed: about.pairs.length };
    await pause(signal);
    return { removed: 0, next: true };
  },
};

/** What was known of memberships at destinations that nobody can ask any more. */
export const syncUnits: Place = {
  clear: async ({ store }, about) => {
    for (const { audience, destination } of about.pairs)
      if (!(await isConnected(store, about, destination))) {
        await store.syncUnits.forget(pairKey(about.ws, audience, destination), about.profiles);
        await store.syncMembers.remove(
          await store.syncMembers.ofPeople(about.ws, [{ audience, destination }], about.profiles),
        );
      }
    return { removed: 0 };
  },
};

/** How the person stands at each destination that ever had them. */
export async function outcomesOf(
  store: Store,
  about: Erased,
): Promise<(Pair & { readonly outcome: DestinationOutcome })[]> {
  const outcomes = about.pairs.map(async (pair) => ({ ...pair, outcome: await outcomeOf(store, about, pair) }));
  return Promise.all(outcomes);
}

async function outcomeOf(store: Store, about: Erased, pair: Pair): Promise<DestinationOutcome> {
  const rows = await store.syncMembers.ofPeople(about.ws, [pair], about.profiles);
  if (rows.length > 0) return (await isConnected(store, about, pair.destination)) ? 'pending' : 'not-possible';
  const sent = await store.deliveries.page(about.ws, { ...pair, subjects: about.subjects }, changesLooked);
  const last = sent.find(({ operation }) => operation !== undefined);
  if (!last) return 'nothing-held';
  if (last.operation === 'add') return 'shared';
  return last.status === 'rejected' ? 'refused' : 'removed';
}

const changesLooked = 100;

async function waitingOf(store: Store, about: Erased): Promise<Pair[]> {
  const rows = await store.syncMembers.ofPeople(about.ws, about.pairs, about.profiles);
  const isAlive = await Promise.all(rows.map(({ destination }) => isConnected(store, about, destination)));
  return rows.filter((_, index) => isAlive[index]);
}

const isConnected = async ({ destinations }: Store, { ws }: Erased, key: string): Promise<boolean> =>
  (await destinations.find(ws, key)) !== undefined;
