import { z } from 'zod';
import { workspaceId } from '../../domain/ids';
import type { Json } from '../../domain/json';
import type { Operation } from '../../domain/operations/operation';
import { defineOperation } from './define-operation';

const counting = defineOperation({
  cursor: z.object({ at: z.int() }),
  beginning: { at: 0 },
  step: async (_, { at }) =>
    at === 2 ? { progress: { done: at }, result: { at } } : { progress: { done: at }, cursor: { at: at + 1 } },
});
const stepAt = (cursor?: Json) =>
  counting.step({
    ...{ ws: workspaceId('ws_1'), signal: new AbortController().signal, now: 0 },
    operation: { ...(cursor !== undefined && { cursor }) } as Operation,
  });

describe('the cursor of an operation', () => {
  it.each<[string, Json | undefined, object]>([
    ['is its beginning at the first step', undefined, { progress: { done: 0 }, cursor: { at: 1 } }],
    ['is what the step before answered', { at: 1 }, { progress: { done: 1 }, cursor: { at: 2 } }],
    ['is gone with the result', { at: 2 }, { progress: { done: 2 }, result: { at: 2 } }],
  ])('%s', async (_, cursor, outcome) => {
    expect(await stepAt(cursor)).toEqual(outcome);
  });

  it('of another release fails the step, and says so by its name', async () => {
    await expect(stepAt({ section: 1 })).rejects.toMatchObject({ name: 'UnknownCursor' });
  });
});
