import type { ProfileId, WorkspaceId } from '../ids';

/**
 * What a run can wait for, as one indexed string. Events and membership edges are stored under the same keys, so
 * "what happened since?" and "who waits for this?" are both equality look-ups.
 */
export const eventWaitKey = (ws: WorkspaceId, profile: ProfileId, event: string): string => `${ws}:${profile}|${event}`;

export const edgeWaitKey = (
  ws: WorkspaceId,
  profile: ProfileId,
  audience: string,
  edge: 'entered' | 'exited',
): string => `${ws}:${profile}#${audience}|${edge}`;
