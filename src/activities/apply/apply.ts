import { randomUUID } from 'node:crypto';
import type { Event } from '../../domain/events/event';
import { profileId, type ProfileId, type WorkspaceId } from '../../domain/ids';
import type { BlockReason } from '../../domain/identity/resolve-identity';
import type { IgnoredEntry } from '../../domain/journeys/routing';
import { foldEvents, foldTime } from '../../domain/profiles/fold/fold';
import type { FoldInput, FoldOutcome, StoredEvents } from '../../domain/profiles/fold/fold-input';
import type { OutboxDoc } from '../../store/documents';
import type { Store } from '../../store/store';
import type { RulesetCache } from './ruleset-cache';
import { enrollmentKey, ruleMadeKey } from '../../store/identifier-key';
import { nothingStored, readForEvents, readForTime, readNeeds, type FoldRead } from './read-fold-input';
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
  /** Events of people who were erased. */
  readonly refused: number;
  /** Why causes that fit an entry began nothing. */
  readonly ignored: readonly IgnoredEntry[];
}

/** Each merge in a batch may ask for the history of who came out of it: a fold reads as often as it asks for something new. */
const countOf = ({ histories, edges, groups }: StoredEvents): number => histories.size + edges.size + groups.size;

/** Applies events in one transaction, or throws and applies none. */
export async function applyEventBatch(
  deps: ApplyDeps,
  ws: WorkspaceId,
  events: readonly Event[],
): Promise<AppliedBatch> {
  const now = events.reduce((latest, event) => Math.max(latest, event.receivedAt), deps.clock());
  return apply(deps, ws, now, await readForEvents(deps.store, ws, events, now), foldEvents);
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
  const makeEnrollmentId: FoldInput['makeEnrollmentId'] = (...parts) =>
    enrollmentKey(store.connection.masterKey, ws, ...parts);
  const makeGroupKey: FoldInput['makeGroupKey'] = (of) => ruleMadeKey(store.connection.masterKey, ws, of);
  let stored = nothingStored;
  for (;;) {
    const makeProfileId = (): ProfileId => profileId(`prf_${randomUUID().replaceAll('-', '')}`);
    const outcome = fold({ ws, now, ruleset, ...read, stored, makeProfileId, makeEnrollmentId, makeGroupKey });
    if (outcome.done) {
      const outbox = await writeChanges(store, ws, outcome.changes, { rulesetVersion: ruleset.version, now });
      const dropped = outcome.changes.applied.flatMap(({ blocked }) => blocked ?? []);
      const blocked = dropped.map(({ reason }) => reason);
      return { outbox, blocked, refused: outcome.changes.refused.length, ignored: outcome.ignored };
    }
    const more = await readNeeds(store, ws, { ruleset, now }, stored, outcome.needs);
    if (countOf(more) === countOf(stored)) throw new Error('A fold asks for stored events that it has.');
    stored = more;
  }
}
