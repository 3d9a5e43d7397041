import type { Event } from '../../domain/events/event';
import type { ProfileId, WorkspaceId } from '../../domain/ids';
import type { BlockReason } from '../../domain/identity/resolve-identity';
import type { IgnoredEntry } from '../../domain/journeys/routing';
import { foldEvents, foldTime } from '../../domain/profiles/fold/fold';
import type { FoldInput, FoldOutcome } from '../../domain/profiles/fold/fold-input';
import type { OutboxDoc } from '../../store/documents';
import type { Store } from '../../store/store';
import type { RulesetCache } from '../../folding/ruleset-cache';
import { prepareUnmerge } from './prepare-unmerge';
import { foldThrough } from '../../folding/fold-through';
import { readForEvents, readForTime, type FoldRead } from '../../folding/read-fold-input';
import { writeChanges } from './write-changes';

export interface ApplyDeps {
  readonly store: Store;
  readonly rulesets: RulesetCache;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface AppliedBatch {
  readonly outbox: readonly OutboxDoc[];
  /** Why identifiers were kept from a profile, each time. */
  readonly blocked: readonly BlockReason[];
  /** Identifiers that name nobody from now on. */
  readonly quarantined: number;
  /** Events of people who were erased. */
  readonly refused: number;
  /** Why causes that fit an entry began nothing. */
  readonly ignored: readonly IgnoredEntry[];
}

/** Applies events in one transaction, or throws and applies none. */
export async function applyEventBatch(
  deps: ApplyDeps,
  ws: WorkspaceId,
  events: readonly Event[],
): Promise<AppliedBatch> {
  const now = events.reduce((latest, event) => Math.max(latest, event.receivedAt), deps.clock());
  const read = await readForEvents(deps.store, ws, events, now);
  // After the profiles: one that changes in between refuses the write.
  const unmerge = await prepareUnmerge(deps, ws, events);
  return apply(deps, ws, now, { ...read, unmerge }, foldEvents);
}

/** Evaluates profiles because of time (leaving out those with pending events) or definitions, in one transaction, or throws. */
export async function applyTime(
  deps: ApplyDeps,
  ws: WorkspaceId,
  ids: readonly ProfileId[],
  leaveOut: 'none' | 'pending' = 'none',
): Promise<AppliedBatch> {
  const now = deps.clock();
  return apply(deps, ws, now, await readForTime(deps.store, ws, ids, now, leaveOut), foldTime);
}

async function apply(
  deps: ApplyDeps,
  ws: WorkspaceId,
  now: number,
  read: FoldRead,
  fold: (input: FoldInput) => FoldOutcome,
): Promise<AppliedBatch> {
  const { store } = deps;
  const ruleset = await deps.rulesets.current(ws);
  const { changes, ignored } = await foldThrough(store, { ws, now, ruleset }, read, fold);
  const outbox = await writeChanges(store, ws, changes, { rulesetVersion: ruleset.version, now });
  const dropped = changes.applied.flatMap(({ blocked }) => blocked ?? []);
  const blocked = dropped.map(({ reason }) => reason);
  const quarantined = changes.notes.filter(({ note }) => note.quarantine?.at === now).length;
  return { outbox, blocked, quarantined, refused: changes.refused.length, ignored };
}
