import { z } from 'zod';
import type { JsonLimits } from '../../../domain/events/measure-json';
import type { WorkspaceId } from '../../../domain/ids';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import type { LetterFilter } from '../../../store/letter-query';
import { intakePartition } from '../../../store/pending-event';
import type { SourcePolicies } from '../../../store/source-policies';
import type { Store } from '../../../store/store';
import type { TrafficRecorder } from '../../../store/traffic-recorder';
import type { Doorbells } from '../../../workflows/doorbells';
import { defineOperation } from '../define-operation';
import type { OperationKind } from '../operation-kind';
import { judgeLetter, type Verdict } from './judge-letter';
import { letIn, type LetIn } from './let-in';

export interface ReplayDeps {
  readonly store: Pick<Store, 'connection' | 'deadLetters' | 'events' | 'identifiers' | 'letterEnds'>;
  readonly policies: Pick<SourcePolicies, 'of'>;
  readonly traffic: Pick<TrafficRecorder, 'accepted' | 'count' | 'flush'>;
  readonly doorbells: Pick<Doorbells, 'intake'>;
  readonly limits: JsonLimits;
}

/** What the API asks for: which letters. */
export interface ReplayInput {
  readonly filter: LetterFilter;
}

const Tally = z.object({
  replayed: z.int(),
  /** Refused under today's rules: the letter stays open. */
  refused: z.int(),
  /** Not kept whole, or no longer in the log: nothing can be replayed. */
  lost: z.int(),
});
type Tally = z.output<typeof Tally>;

const Last = z.object({ at: z.number(), id: z.string() });
/** What has become of the letters so far, and the last that was looked at. */
const Cursor = z.preprocess(
  (stored) => {
    // As it was stored before: without the last one, letters would be looked at and counted again.
    const last = Last.safeParse(stored).data;
    return last ? { ...(stored as object), last } : stored;
  },
  Tally.extend({ last: Last.optional() }),
);

const lettersPerStep = 100;

/**
 * Lets letters in by today's rules, oldest first, under the `messageId` and the receipt they had: doing one twice changes nothing. A
 * letter that came after the operation began is not of it, so that what fails again is not tried for ever.
 */
export function createDeadLetterReplay(deps: ReplayDeps): OperationKind {
  return defineOperation<z.output<typeof Cursor>>({
    cursor: Cursor,
    beginning: { replayed: 0, refused: 0, lost: 0 },
    step: async ({ ws, operation, now }, { last: after, ...before }) => {
      const { filter } = operation.input as unknown as ReplayInput;
      const open = { ...filter, state: 'open', to: Math.min(filter.to ?? Infinity, operation.createdAt + 1) } as const;
      const total = operation.progress.total ?? (await deps.store.deadLetters.count(ws, open));
      const of = { filter: open, operation: operation.id };
      const letters = await deps.store.deadLetters.walkReplay(ws, lettersPerStep, after, of);
      const replayed = { at: now, by: operation.id };
      const tally = await replay(deps, ws, letters, { replayed, before });
      const done = tally.replayed + tally.refused + tally.lost;
      const progress = { done, total: Math.max(total, done) };
      const last = letters.at(-1);
      if (!last || letters.length < lettersPerStep) return { progress, result: { ...tally } };
      return { progress, cursor: { ...tally, last: { at: last.at, id: last.id } } };
    },
  });
}

async function replay(
  deps: ReplayDeps,
  ws: WorkspaceId,
  letters: readonly DeadLetterDoc[],
  { replayed, before }: { readonly replayed: Parameters<typeof letIn>[3]; readonly before: Tally },
): Promise<Tally> {
  // Let in by this step before, when it was cut short. Their figures by source, of which the letters know no more, are not counted again.
  const done = letters.filter(({ state }) => state === 'replayed');
  const judged: (readonly [DeadLetterDoc, Verdict])[] = [];
  for (const letter of letters.filter(({ state }) => state === 'open'))
    judged.push([letter, await judgeLetter(deps, ws, letter)]);
  const entrants = judged.flatMap(([letter, verdict]) =>
    verdict.is === 'in' ? [{ letter, event: verdict.event }] : [],
  );
  const refused = judged.flatMap(([{ id }, verdict]) =>
    verdict.is === 'refused' ? [[id, verdict.code] as const] : [],
  );
  const { entered, lost } = await letIn(deps.store, ws, entrants, replayed);
  if (entered.length + done.length > 0) deps.doorbells.intake(ws, intakePartition);
  await deps.store.letterEnds.markRefused(ws, refused, replayed.at);
  count(deps.traffic, ws, entered);
  await deps.traffic.flush();
  return {
    replayed: before.replayed + done.length + entered.length,
    refused: before.refused + refused.length,
    lost: before.lost + lost + judged.filter(([, { is }]) => is === 'lost').length,
  };
}

/** Those that the event log had were counted when they came. */
function count(traffic: ReplayDeps['traffic'], ws: WorkspaceId, entered: LetIn['entered']): void {
  for (const { letter, event, isDuplicate } of entered) {
    if (!event) continue;
    traffic.accepted(ws, event.source, [event], isDuplicate ? [0] : []);
    traffic.count(ws, event.source, letter.at, { replayed: isDuplicate ? 0 : 1 });
  }
}
