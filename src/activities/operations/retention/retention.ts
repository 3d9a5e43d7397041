import { dayMs } from '../../../domain/duration';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { profileId, type WorkspaceId } from '../../../domain/ids';
import { usualTestDays } from '../../../domain/privacy/retention.schema';
import type { Store } from '../../../store/store';
import { defineOperation } from '../define-operation';
import type { OperationContext, OperationKind } from '../operation-kind';
import { forgetPeople, type ForgetDeps, type ForgetPlace } from './forget-anonymous';

const rowsAtOnce = 500;
const profilesAtOnce = 200;
/** Leaves room for live events between steps. */
const pauseMs = 20;

const kinds = ['events', 'deadLetters', 'deliveries', 'operations', 'anonymousProfiles', 'testPeople'] as const;
type Kind = (typeof kinds)[number];
const Cursor = z.object({
  kind: z.int(),
  /** Of events: the last profile whose old ones are gone. Of anonymous profiles: the last that was looked at, and who is being forgotten. */
  after: z.string().optional(),
  chosen: z.array(z.string()).readonly().optional(),
  removed: z.record(z.string(), z.int()),
});
type Cursor = z.output<typeof Cursor>;

interface Piece extends ForgetPlace {
  readonly removed: number;
  readonly isOver: boolean;
}

/** Removes what is older than the workspace keeps it, kind after kind, in small steps. */
export function createRetention(deps: ForgetDeps): OperationKind {
  return defineOperation({
    cursor: Cursor,
    beginning: { kind: 0, removed: {} },
    step: async (context, cursor) => {
      const kind = kinds[cursor.kind];
      const done = Object.values(cursor.removed).reduce((sum, count) => sum + count, 0);
      if (kind === undefined) return { progress: { done }, result: { removed: cursor.removed } };
      const { removed, isOver, after, chosen } = await removeOld(deps, context, kind, cursor);
      await delay(pauseMs);
      const next = {
        kind: isOver ? cursor.kind + 1 : cursor.kind,
        ...(!isOver && after !== undefined && { after }),
        ...(!isOver && chosen !== undefined && { chosen }),
        removed: { ...cursor.removed, [kind]: (cursor.removed[kind] ?? 0) + removed },
      };
      return { progress: { done: done + removed }, cursor: next };
    },
  });
}

async function removeOld(deps: ForgetDeps, context: OperationContext, kind: Kind, cursor: Cursor): Promise<Piece> {
  const { ws, operation } = context;
  // Read at each step: what is to be kept for longer is kept from the next one on.
  const days = { testPeople: usualTestDays, ...(await deps.store.workspaces.find(ws))?.retention }[kind];
  // Of the day it was begun, so that a step done again is about the same rows.
  if (days !== undefined) return removeBefore(deps, context, operation.createdAt - days * dayMs, { kind, cursor });
  // Of people who are being forgotten the rest goes with them, and nobody else is forgotten any more.
  if (cursor.chosen !== undefined) return forgetPeople(deps, context, { before: 0, who: 'anonymous' }, cursor);
  return { removed: 0, isOver: true };
}

async function removeBefore(
  deps: ForgetDeps,
  context: OperationContext,
  before: number,
  { kind, cursor }: { readonly kind: Kind; readonly cursor: Cursor },
): Promise<Piece> {
  const { ws } = context;
  const { oldRows } = deps.store;
  switch (kind) {
    case 'events':
      return removeEvents(oldRows, ws, before, cursor.after);
    case 'anonymousProfiles':
      return forgetPeople(deps, context, { before, who: 'anonymous' }, cursor);
    case 'testPeople':
      return forgetPeople(deps, context, { before, who: 'test' }, cursor);
    case 'deadLetters':
      return toPiece(await oldRows.removeLetters(ws, before, rowsAtOnce));
    case 'deliveries':
      return toPiece(await oldRows.removeDeliveries(ws, before, rowsAtOnce));
    case 'operations':
      return toPiece(await oldRows.removeOperations(ws, before, rowsAtOnce));
  }
}

const toPiece = (removed: number): Piece => ({ removed, isOver: removed < rowsAtOnce });

async function removeEvents(
  oldRows: Store['oldRows'],
  ws: WorkspaceId,
  before: number,
  after: string | undefined,
): Promise<Piece> {
  const ids = await oldRows.profilesAfter(ws, profilesAtOnce, after === undefined ? undefined : profileId(after));
  const last = ids.at(-1);
  if (last === undefined) return { removed: 0, isOver: true };
  const removed = await oldRows.removeEvents(ws, ids, before, rowsAtOnce);
  return { removed, isOver: false, after: removed < rowsAtOnce ? last : after };
}
