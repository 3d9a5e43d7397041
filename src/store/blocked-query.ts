import type { WorkspaceId } from '../domain/ids';
import type { BlockedType } from '../domain/profiles/change-set';
import type { EventDoc } from './documents';

/** Events of which identifiers were dropped; of a type, for a reason, or both. */
export interface BlockedQuery extends Partial<BlockedType> {
  /** The last one of the page before. */
  readonly before?: { readonly at: number; readonly id: string };
}

/** What is told of such an event. */
export const blockedFields = { messageId: 1, receivedAt: 1, source: 1, profile: 1, blocked: 1 } as const;
export type BlockedEvent = Pick<EventDoc, '_id' | keyof typeof blockedFields>;

export const blockedKey = (ws: WorkspaceId, { type, reason }: Partial<BlockedType>): string =>
  [ws, type ?? '', reason ?? ''].join('/');

/** Under every way to ask: whoever floods a workspace with one reason does not hide the few of another. */
export function blockedKeys(ws: WorkspaceId, blocked: readonly BlockedType[]): string[] {
  const ways = blocked.flatMap(({ type, reason }) => [{ type, reason }, { type }, { reason }, {}]);
  return [...new Set(ways.map((way) => blockedKey(ws, way)))];
}
