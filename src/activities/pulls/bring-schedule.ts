import type { WorkspaceId } from '../../domain/ids';
import { wantedSchedule } from '../../domain/pulls/wanted-schedule';
import type { Store } from '../../store/store';
import type { PullSchedules } from '../../workflows/pull-schedules';

export interface BringDeps {
  readonly store: Pick<Store, 'sources' | 'pullStates'>;
  readonly schedules: Pick<PullSchedules, 'bring'>;
}

/** Brings the schedule of a source to what the source says now. */
export async function bringSchedule({ store, schedules }: BringDeps, ws: WorkspaceId, key: string): Promise<void> {
  await schedules.bring(ws, key, async () => {
    const [source, state] = await Promise.all([store.sources.find(ws, key), store.pullStates.find(ws, key)]);
    return wantedSchedule(source, state);
  });
}

/** All of them, of every workspace. Those of deleted sources are gone, since the deletion owes that. */
export async function bringSchedules(deps: BringDeps & { readonly store: Pick<Store, 'workspaces'> }): Promise<void> {
  for (const { _id: ws } of await deps.store.workspaces.list())
    for (const source of await deps.store.sources.list(ws))
      if (wantedSchedule(source, undefined)) await bringSchedule(deps, ws, source.key);
}
