import { underWay } from '../../domain/delivery/membership-units';
import type { SyncMemberDoc } from '../../store/documents';
import { pairKey } from '../../store/sync-members';
import type { Pair, SyncDeps } from './sync';

/** After a detach that leaves everything as it is: nothing more is sent of these members, and what was begun is withheld. */
export async function letGo(deps: SyncDeps, pair: Pair, members: readonly SyncMemberDoc[]): Promise<void> {
  if (members.length === 0) return;
  const profiles = members.map(({ profile }) => profile);
  const { here, elsewhere } = await deps.store.syncUnits.concerning(pair.ws, pair, profiles, []);
  const begun = underWay([...here, ...elsewhere]);
  const withheld = { status: 'withheld', reason: 'detached', now: deps.clock() } as const;
  await deps.store.deliveries.change(
    pair.ws,
    begun.map((idempotencyKey) => ({ idempotencyKey, ...withheld })),
  );
  await deps.store.syncMembers.markClean(members);
  await forgetErased(deps, pair, members);
}

/** Of those who were erased nothing is remembered, once they are off. */
export async function forgetErased(
  { store }: SyncDeps,
  { ws, audience, destination }: Pair,
  settled: readonly SyncMemberDoc[],
): Promise<void> {
  const erased = settled.filter(({ isErased }) => isErased);
  if (erased.length === 0) return;
  const profiles = erased.map(({ profile }) => profile);
  await store.syncUnits.forget(pairKey(ws, audience, destination), profiles);
  await store.syncMembers.remove(erased);
}
