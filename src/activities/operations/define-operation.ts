import type { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json';
import type { Progress } from '../../domain/operations/operation';
import type { OperationContext, OperationKind } from './operation-kind';

/** What a step did, with the cursor as its kind knows it. */
export type Step<Cursor> = { readonly progress: Progress } & (
  { readonly cursor: Cursor } | { readonly result: JsonObject }
);

interface OperationOf<Cursor> extends Pick<OperationKind, 'ended'> {
  /** As it is stored between steps. */
  readonly cursor: z.ZodType<Cursor>;
  /** Where the first step begins. */
  readonly beginning: Cursor;
  readonly step: (context: OperationContext, cursor: Cursor) => Promise<Step<Cursor>>;
}

/** Of a release that another one knows nothing of. Its name is what is told of it. */
class UnknownCursor extends Error {
  constructor(kind: string) {
    super(`This worker cannot read how far the operation "${kind}" has come.`);
    this.name = 'UnknownCursor';
  }
}

/**
 * An `OperationKind` whose cursor is read and written here. A stored cursor that is none of it fails the step, which is tried again: during
 * an upgrade by a worker that wrote it.
 */
export function defineOperation<Cursor>(of: OperationOf<Cursor>): OperationKind {
  const { cursor: schema, beginning, step, ...kind } = of;
  return {
    ...kind,
    step: async (context) => {
      const { cursor: stored, kind: name } = context.operation;
      const cursor = stored === undefined ? beginning : schema.safeParse(stored).data;
      if (cursor === undefined) throw new UnknownCursor(name);
      const did = await step(context, cursor);
      return 'result' in did ? did : { progress: did.progress, cursor: did.cursor as Json };
    },
  };
}
