import { underWay } from '../../domain/delivery/membership-units';
import type { SyncMemberDoc } from '../../store/documents';
import type { Pair, SyncDeps } from './sync';

/** After a detach that leaves everything as it is: nothing more is sent of these members, and what was begun is withheld. */
export async function letGo(deps: SyncDeps, pair: Pair, members: readonly SyncMemberDoc[]): Promise<void> {
  const profiles = members.map(({ profile }) => profile);
  const { here, elsewhere } = await deps.store.syncUnits.concerning(pair.ws, pair, profiles, []);
  const begun = underWay([...here, ...elsewhere]);
  const withheld = { status: 'withheld', reason: 'detached', now: deps.clock() } as const;
  await deps.store.deliveries.change(
    pair.ws,
    begun.map((idempotencyKey) => ({ idempotencyKey, ...withheld })),
  );
  await deps.store.syncMembers.markClean(members);
}
