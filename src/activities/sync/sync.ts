import type { Logger } from 'pino';
import type { Sender } from '../../destinations/send-request';
import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { Store } from '../../store/store';
import type { AttachmentDoc, SyncMemberDoc } from '../../store/documents';
import { connectDestination, type ConnectedDestination } from '../delivery/connected-destination';
import type { DeliveryMetrics } from '../delivery/delivery-metrics';
import { heartbeating } from '../heartbeating';
import { ensureExternalAudience } from './external-audience';
import { letGo } from './let-go';
import { syncPage } from './sync-page';

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

/** Pages per call, so that the workflow's history shows progress. */
const pagesPerCall = 50;
const pageSize = 1_000;
/** No request is begun later than this into a call, whose time-out is five minutes. */
const mostMs = 4 * 60_000;

export type SyncActivities = ReturnType<typeof createSyncActivities>;

export function createSyncActivities(deps: SyncDeps) {
  return {
    /** Drains what differs between what an audience's members should be at a destination and what is known of it. */
    syncMembers: (ref: { ws: string; audience: string; destination: string }): Promise<SyncState> =>
      heartbeating((signal) => drain(deps, { ...ref, ws: workspaceId(ref.ws) }, signal)),
  };
}

async function drain(deps: SyncDeps, pair: Pair, signal: AbortSignal): Promise<SyncState> {
  const endsAt = deps.clock() + mostMs;
  const isOver = (): boolean => signal.aborted || deps.clock() >= endsAt;
  await emptyDetached(deps, pair);
  let after: string | undefined;
  for (let page = 0; page < pagesPerCall && !isOver(); page += 1) {
    const asked = { limit: pageSize, now: deps.clock(), after };
    const members = await deps.store.syncMembers.due(pair.ws, pair.audience, pair.destination, asked);
    if (members.length === 0) return rest(deps, pair);
    after = members.at(-1)?._id;
    const opened = await open(deps, pair, members);
    if ('waits' in opened) return opened.waits;
    await letGo(deps, pair, opened.kept);
    if (!('connected' in opened)) continue;
    const stop = await syncPage({ deps, pair, ...opened, isOver }, opened.sendable);
    if (stop === 'paused') return { label: 'Paused: the destination refuses its credentials.' };
  }
  return { label: 'More to do.', resumeInMs: 0 };
}

/** After a detach that removes, everybody is wished away, once. */
async function emptyDetached(deps: SyncDeps, pair: Pair): Promise<void> {
  const { ws, audience, destination } = pair;
  const attachment = await deps.store.attachments.findEver(ws, audience, destination);
  if (attachment?.detachedAt === undefined || attachment.onDetach === 'keep' || attachment.emptiedAt !== undefined)
    return;
  await deps.store.syncMembers.wishAllOut(ws, audience, destination, attachment.sinceRuleset);
  await deps.store.attachments.markEmptied(attachment, deps.clock());
}

type Opened =
  | { readonly waits: SyncState }
  /** Nothing is sent of these: detached, and the destination keeps what it has. */
  | { readonly kept: readonly SyncMemberDoc[] }
  | {
      readonly kept: readonly SyncMemberDoc[];
      readonly sendable: readonly SyncMemberDoc[];
      readonly connected: ConnectedDestination;
      readonly attachment: AttachmentDoc;
    };

/** The destination ready to be sent to, with its audience there; otherwise what to wait for. */
async function open(deps: SyncDeps, pair: Pair, members: readonly SyncMemberDoc[]): Promise<Opened> {
  const attachment = await deps.store.attachments.findEver(pair.ws, pair.audience, pair.destination);
  if (!attachment) return { waits: { label: 'The audience is not attached.' } };
  const { kept, sendable } = divide(attachment, members);
  if (sendable.length === 0) return { kept };
  const now = deps.clock();
  const connected = await connectDestination(deps.store, pair.ws, pair.destination, now);
  if (!connected?.doc.enabled) return { waits: { label: 'The destination is switched off or gone.' } };
  const waits = toBeWaitedFor(connected, attachment, now);
  if (waits) return { waits };
  if (attachment.detachedAt !== undefined && hasNothingThere(connected, attachment)) return { kept: members };
  const ready = await ensureExternalAudience(deps, pair, connected, attachment);
  return 'waits' in ready ? ready : { kept, sendable, connected, attachment: ready.attachment };
}

/** After a detach nobody is added, and where it leaves everything as it is, only those who were erased are taken off. */
function divide({ detachedAt, onDetach }: AttachmentDoc, members: readonly SyncMemberDoc[]) {
  if (detachedAt === undefined) return { kept: [], sendable: members };
  const isSent = ({ isErased, isIn }: SyncMemberDoc): boolean => (onDetach === 'keep' ? isErased === true : !isIn);
  const isKept = ({ isErased }: SyncMemberDoc): boolean => onDetach === 'keep' && isErased !== true;
  return { kept: members.filter(isKept), sendable: members.filter(isSent) };
}

function toBeWaitedFor(
  { doc }: ConnectedDestination,
  { throttledUntil = 0 }: AttachmentDoc,
  now: number,
): SyncState | undefined {
  if (doc.paused) return { label: `Paused: ${doc.paused.reason}.` };
  if (throttledUntil <= now) return undefined;
  return { label: 'The destination has asked to wait.', resumeInMs: throttledUntil - now };
}

/** The vendor's audience was never created, so there is nobody to take off it. */
const hasNothingThere = ({ kind }: ConnectedDestination, { externalId }: AttachmentDoc): boolean =>
  kind.createAudience !== undefined && externalId === undefined;

async function rest(deps: SyncDeps, pair: Pair): Promise<SyncState> {
  const dueAt = await deps.store.syncMembers.nextDueAt(pair.ws, pair.audience, pair.destination);
  if (dueAt === undefined) return { label: 'In step.' };
  return { label: 'Some members are tried again.', resumeInMs: Math.max(500, dueAt - deps.clock()) };
}
