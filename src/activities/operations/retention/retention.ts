import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { profileId } from '../../../domain/ids';
import type { Json } from '../../../domain/json';
import { RetentionPolicy } from '../../../domain/privacy/retention.schema';
import type { Store } from '../../../store/store';
import type { OperationContext, OperationKind } from '../operation-kind';

const dayMs = 24 * 3_600_000;
const rowsAtOnce = 500;
const profilesAtOnce = 200;
/** Leaves room for live events between steps. */
const pauseMs = 20;

const Input = z.object({ policy: RetentionPolicy });
const kinds = ['events', 'deadLetters', 'deliveries', 'operations'] as const;
const Cursor = z.object({
  kind: z.int(),
  /** Of events: the last profile whose old ones are gone. */
  after: z.string().optional(),
  removed: z.record(z.string(), z.int()),
});
type Cursor = z.output<typeof Cursor>;

interface Piece {
  readonly removed: number;
  readonly isOver: boolean;
  readonly after?: string;
}

/** Removes what is older than the workspace keeps it, kind after kind, in small steps. */
export function createRetention(store: Store): OperationKind {
  return {
    step: async (context) => {
      const cursor: Cursor =
        context.operation.cursor === undefined ? { kind: 0, removed: {} } : Cursor.parse(context.operation.cursor);
      const kind = kinds[cursor.kind];
      const done = Object.values(cursor.removed).reduce((sum, count) => sum + count, 0);
      if (kind === undefined) return { progress: { done }, result: { removed: cursor.removed } };
      const { removed, isOver, after } = await removeOld(store, context, kind, cursor.after);
      await delay(pauseMs);
      const next = {
        kind: isOver ? cursor.kind + 1 : cursor.kind,
        ...(!isOver && after !== undefined && { after }),
        removed: { ...cursor.removed, [kind]: (cursor.removed[kind] ?? 0) + removed },
      };
      return { progress: { done: done + removed }, cursor: next as unknown as Json };
    },
  };
}

async function removeOld(
  { oldRows }: Store,
  { ws, operation }: OperationContext,
  kind: (typeof kinds)[number],
  after: string | undefined,
): Promise<Piece> {
  const days = Input.parse(operation.input).policy[kind];
  if (days === undefined) return { removed: 0, isOver: true };
  // Of the day it was begun, so that a step done again is about the same rows.
  const before = operation.createdAt - days * dayMs;
  if (kind !== 'events') {
    const remove = {
      deadLetters: () => oldRows.removeLetters(ws, before, rowsAtOnce),
      deliveries: () => oldRows.removeDeliveries(ws, before, rowsAtOnce),
      operations: () => oldRows.removeOperations(ws, before, rowsAtOnce),
    };
    const removed = await remove[kind]();
    return { removed, isOver: removed < rowsAtOnce };
  }
  const ids = await oldRows.profilesAfter(ws, profilesAtOnce, after === undefined ? undefined : profileId(after));
  const last = ids.at(-1);
  if (last === undefined) return { removed: 0, isOver: true };
  const removed = await oldRows.removeEvents(ws, ids, before, rowsAtOnce);
  const next = removed < rowsAtOnce ? last : after;
  return { removed, isOver: false, ...(next !== undefined && { after: next }) };
}
