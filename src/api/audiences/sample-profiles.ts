import type { ProfileId, WorkspaceId } from '../../domain/ids';
import { idAt } from '../../domain/profiles/id-ranges';
import type { Profile } from '../../domain/profiles/profile';
import type { Store } from '../../store/store';

export interface PreviewLimits {
  /** Up to how many profiles everybody is asked. */
  readonly asksAll: number;
  /** How many are asked of more. */
  readonly sample: number;
}

const profilesAtATime = 200;
/** What the sample of a preview may take: its answer is to come within half a second. So few at a time that a slow store ends it in time, too. */
const sampleMs = 300;
const sampledAtATime = 50;

interface Page {
  /** Documents that were read. */
  readonly read: number;
  readonly living: readonly Profile[];
}

export async function* everyProfile(store: Store, ws: WorkspaceId): AsyncGenerator<Page> {
  for (let after: ProfileId | undefined; ;) {
    const living = await store.profiles.page(ws, profilesAtATime, after);
    yield { read: living.length, living };
    after = living.at(-1)?.id;
    if (living.length < profilesAtATime) return;
  }
}

/** Ids are of chance, so those that follow an id of chance are too. Goes on until there are enough, or time is up. */
export async function* someProfiles(
  store: Store,
  ws: WorkspaceId,
  total: number,
  wanted: number,
): AsyncGenerator<Page> {
  const endsAt = performance.now() + sampleMs;
  const width = sampledAtATime / total;
  const pages = Math.ceil(Math.min(wanted, total) / sampledAtATime);
  let from = Math.random() * Math.max(0, 1 - pages * width);
  for (let page = 0; page < pages && (page === 0 || performance.now() < endsAt); page += 1, from += width)
    yield await store.profiles.between(ws, idAt(from), idAt(from + width));
}
