import { z } from 'zod';
import { profileId } from '../../../domain/ids';
import type { JsonObject } from '../../../domain/json';
import { ErasureInput } from '../../../domain/privacy/erasure-input.schema';
import { subjectsOf } from '../../../domain/privacy/erase-profile';
import { canonicalJson, type Receipt } from '../../../domain/privacy/receipt';
import { sign } from '../../../store/sign';
import { defineOperation } from '../define-operation';
import type { OperationContext, OperationKind } from '../operation-kind';
import type { Erased, PlaceDeps } from './place';
import { clearings } from './places';
import { outcomesOf } from './clear-destinations';

const Cursor = z.object({
  /** Which clearing is next, and where it begins. */
  step: z.int(),
  from: z.json().optional(),
  removed: z.record(z.string(), z.int()),
  destinations: z.array(z.object({ audience: z.string(), destination: z.string(), outcome: z.string() })),
});
type Cursor = z.output<typeof Cursor>;

/** After this one it is known how the person stands at each destination. */
const destinationsAskedIn = 'syncMembers';

/** Clears what is stored about somebody who is erased already, place after place, and ends with a signed receipt. */
export function createErasure(deps: Omit<PlaceDeps, 'signal'>): OperationKind {
  return defineOperation({
    cursor: Cursor,
    beginning: { step: 0, removed: {}, destinations: [] },
    step: async (context, cursor) => {
      const clearing = clearings[cursor.step];
      const about = readInput(context);
      const total = clearings.length;
      if (!clearing) return { progress: { done: total, total }, result: toResult(deps, context, about, cursor) };
      const cleared = await clearing.place.clear({ ...deps, signal: context.signal }, about, cursor.from);
      const isOver = cleared.next === undefined;
      const hasAnswers = isOver && clearing.name === destinationsAskedIn;
      const next: Cursor = {
        step: isOver ? cursor.step + 1 : cursor.step,
        from: cleared.next as Cursor['from'],
        removed: { ...cursor.removed, [clearing.name]: (cursor.removed[clearing.name] ?? 0) + cleared.removed },
        destinations: hasAnswers ? await outcomesOf(deps.store, about) : cursor.destinations,
      };
      return { progress: { done: next.step, total }, cursor: next };
    },
  });
}

function readInput({ ws, operation }: OperationContext): Erased {
  const input = ErasureInput.parse(operation.input);
  const profiles = input.profiles.map(profileId);
  return {
    ...{ ws, profiles, subjects: subjectsOf(ws, profiles), pairs: input.pairs, erasedAt: input.erasedAt },
    keys: new Set(input.keys),
    values: new Set(input.values),
  };
}

function toResult(
  { store }: Pick<PlaceDeps, 'store'>,
  { ws, operation, now }: OperationContext,
  { profiles, keys, erasedAt }: Erased,
  { removed, destinations }: Cursor,
): JsonObject {
  const receipt: Receipt = {
    version: 1,
    workspace: ws,
    operation: operation.id,
    requestedBy: operation.startedBy,
    erasedAt: new Date(erasedAt).toISOString(),
    completedAt: new Date(now).toISOString(),
    profiles,
    identifiers: [...keys],
    removed,
    destinations: destinations as Receipt['destinations'],
  };
  const content = receipt as unknown as JsonObject;
  return { receipt: content, signature: sign(store.connection.masterKey, canonicalJson(content)) };
}
