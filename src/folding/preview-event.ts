import type { Event } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import type { ChangeSet } from '../domain/profiles/change-set';
import { foldEvents } from '../domain/profiles/fold/fold';
import type { Unmerge } from '../domain/profiles/unmerge-facts';
import type { Store } from '../store/store';
import { foldThrough } from './fold-through';
import { readForEvents } from './read-fold-input';
import { readUnmerge } from './read-unmerge';
import type { RulesetCache } from './ruleset-cache';

/** Everything that would be written, and what a merge takes to be taken back, if that is what the event does. */
export interface EventPreview {
  readonly changes: ChangeSet;
  readonly unmerge: Unmerge | undefined;
}

/** What an event would change were it applied now: the fold of the intake, of which nothing is written. */
export async function previewEvent(
  { store, rulesets }: { readonly store: Store; readonly rulesets: RulesetCache },
  ws: WorkspaceId,
  event: Event,
): Promise<EventPreview> {
  const now = event.receivedAt;
  const ruleset = await rulesets.current(ws);
  const read = await readForEvents(store, ws, [event], now);
  const unmerge = event.unmerges && (await readUnmerge(store, ws, event.unmerges, ruleset.identity));
  const { changes } = await foldThrough(store, { ws, now, ruleset }, { ...read, unmerge }, foldEvents);
  return { changes, unmerge };
}
