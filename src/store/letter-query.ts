import type { Filter } from 'mongodb';
import { toPublicId } from '../domain/events/message-id';
import type { WorkspaceId } from '../domain/ids';
import type { DeadLetterDoc } from './dead-letters';

export interface LetterFilter extends Partial<
  Pick<DeadLetterDoc, 'stage' | 'state' | 'code' | 'source' | 'kind' | 'event'>
> {
  /** As it was sent, or as it is kept. */
  readonly messageId?: string;
  /** Letters of `[from, to)`, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  readonly ids?: readonly string[];
}

/** A letter's place in time. */
export interface LetterPlace {
  readonly at: number;
  readonly id: string;
}

export const letterDocId = (ws: WorkspaceId, id: string): string => `${ws}:${id}`;

export function letterQuery(
  ws: WorkspaceId,
  { from, to, ids, messageId, ...equal }: LetterFilter,
): Filter<DeadLetterDoc> {
  const wanted = Object.entries(equal)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, { $eq: value }]);
  const at = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lt: to }) };
  return {
    ws,
    ...(Object.fromEntries(wanted) as object),
    ...(Object.keys(at).length > 0 && { at }),
    ...(messageId !== undefined && { messageId: { $in: [messageId, toPublicId(messageId)] } }),
    ...(ids && { _id: { $in: ids.map((id) => letterDocId(ws, id)) } }),
  };
}

/** Letters before or after a place, in the order of `at` and `_id`. */
export function beyondPlace(how: '$lt' | '$gt', ws: WorkspaceId, { at, id }: LetterPlace): Filter<DeadLetterDoc> {
  return { $or: [{ at: { [how]: at } }, { at: { $eq: at }, _id: { [how]: letterDocId(ws, id) } }] };
}
