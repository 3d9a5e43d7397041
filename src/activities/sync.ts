import type { Logger } from 'pino';
import type { Sender } from '../destinations/send-request';
import { workspaceId, type WorkspaceId } from '../domain/ids';
import type { Store } from '../store/store';
import type { AttachmentDoc } from '../store/documents';
import { connectDestination, type ConnectedDestination } from './connected-destination';
import type { DeliveryMetrics } from './delivery-metrics';
import { heartbeating } from './heartbeating';
import { ensureExternalAudience } from './sync/external-audience';
import { syncPage } from './sync/sync-page';

export interface SyncDeps {
  readonly store: Store;
  readonly sender: Sender;
  readonly clock: () => number;
  readonly log: Logger;
  readonly metrics: DeliveryMetrics;
}

export interface Pair {
  readonly ws: WorkspaceId;
  readonly audience: string;
  readonly destination: string;
}

/** What the workflow does next: wait for a ring, at most so long; `label` is what people read meanwhile. */
export interface SyncState {
  readonly label: string;
  readonly resumeInMs?: number;
}

/** Pages per call, so that the workflow's history shows progress and the activity ends well before its time-out. */
const pagesPerCall = 50;
const pageSize = 1_000;

export type SyncActivities = ReturnType<typeof createSyncActivities>;

export function createSyncActivities(deps: SyncDeps) {
  return {
    /** Drains what differs between what an audience's members should be at a destination and what is known of it. */
    syncMembers: (ref: { ws: string; audience: string; destination: string }): Promise<SyncState> =>
      heartbeating((signal) => drain(deps, { ...ref, ws: workspaceId(ref.ws) }, signal)),
  };
}

async function drain(deps: SyncDeps, pair: Pair, signal: AbortSignal): Promise<SyncState> {
  let after: string | undefined;
  let resumeAt: number | undefined;
  for (let page = 0; page < pagesPerCall && !signal.aborted; page += 1) {
    const members = await deps.store.syncMembers.dirty(pair.ws, pair.audience, pair.destination, pageSize, after);
    if (members.length === 0) return rest(deps, resumeAt);
    const opened = await open(deps, pair);
    if ('waits' in opened) return opened.waits;
    const done = await syncPage(deps, pair, opened.connected, opened.attachment, members);
    if (done.isPaused) return { label: 'Paused: the destination refuses its credentials.' };
    resumeAt = soonest(resumeAt, done.resumeAt);
    after = members.at(-1)?._id;
  }
  return { label: 'More to do.', resumeInMs: 0 };
}

/** The destination ready to be sent to, with its audience there; otherwise what to wait for. */
async function open(deps: SyncDeps, pair: Pair): Promise<Opened> {
  const connected = await connectDestination(deps.store, pair.ws, pair.destination, deps.clock());
  if (!connected?.doc.enabled) return { waits: { label: 'The destination is switched off or gone.' } };
  if (connected.doc.paused) return { waits: { label: `Paused: ${connected.doc.paused.reason}.` } };
  const ready = await ensureExternalAudience(deps, pair, connected);
  return 'waits' in ready ? ready : { connected, attachment: ready.attachment };
}

type Opened =
  { readonly waits: SyncState } | { readonly connected: ConnectedDestination; readonly attachment: AttachmentDoc };

const soonest = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : Math.min(one, other ?? Infinity);

function rest(deps: SyncDeps, resumeAt: number | undefined): SyncState {
  if (resumeAt === undefined) return { label: 'In step.' };
  return { label: 'Some members are tried again.', resumeInMs: Math.max(500, resumeAt - deps.clock()) };
}
