import type { EdgeKind } from '../audiences/edge';
import { hiddenKey } from '../audiences/hidden-audience';
import { signalName } from '../events/signal';
import { subjectOf, type ProfileId, type WorkspaceId } from '../ids';
import type { EdgeTrigger, EventTrigger, Trigger } from './journey.schema';

/**
 * What a run can wait for, as one indexed string. Events and membership edges are stored under the same keys, so
 * "what happened since?" and "who waits for this?" are both equality look-ups.
 */
export const eventWaitKey = (ws: WorkspaceId, profile: ProfileId, event: string): string =>
  `${subjectOf(ws, profile)}|${event}`;

export const edgeWaitKey = (ws: WorkspaceId, profile: ProfileId, audience: string, edge: EdgeKind): string =>
  `${subjectOf(ws, profile)}#${audience}|${edge}`;

/** The keys under which causes of these triggers are stored, for each id of the person. `*` has no key of its own. */
export function waitKeysOf(ws: WorkspaceId, ids: readonly ProfileId[], waited: readonly Trigger[]): string[] {
  const keys = ids.flatMap((id) =>
    waited.map((on) => {
      if ('audience' in on) return edgeWaitKey(ws, id, on.audience, on.edge);
      if ('when' in on) return edgeWaitKey(ws, id, hiddenKey(on.when), 'entered');
      return eventWaitKey(ws, id, 'signal' in on ? signalName : on.event);
    }),
  );
  return [...new Set(keys)];
}

/** What is said anew of a trait. */
export const traitWaitKey = (ws: WorkspaceId, profile: ProfileId, trait: string): string =>
  `${subjectOf(ws, profile)}~${trait}`;

/** The same of several, for each id of a person. */
export const traitKeysOf = (ws: WorkspaceId, ids: readonly ProfileId[], traits: readonly string[]): string[] =>
  ids.flatMap((id) => [...new Set(traits)].map((trait) => traitWaitKey(ws, id, trait)));

/** What a wait key names, whoever it is about. A subject holds none of `|`, `#` and `~`; the names of events and traits may. */
export function parseWaitKey(key: string): Pick<EventTrigger, 'event'> | EdgeTrigger | { readonly trait: string } {
  const start = key.search(/[|#~]/);
  const named = key.slice(start + 1);
  if (key[start] === '~') return { trait: named };
  if (key[start] !== '#') return { event: named };
  return {
    audience: named.slice(0, named.lastIndexOf('|')),
    edge: named.endsWith('|entered') ? 'entered' : 'exited',
  };
}
