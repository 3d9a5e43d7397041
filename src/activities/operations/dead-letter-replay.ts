import { z } from 'zod';
import type { EventKind } from '../../domain/events/event';
import type { JsonLimits } from '../../domain/events/measure-json';
import { parseEnvelope, parseEvent } from '../../domain/events/parse-event';
import type { WorkspaceId } from '../../domain/ids';
import { isJsonObject, type JsonObject } from '../../domain/json';
import { judgeEvent } from '../../domain/tracking-plan/judge-event';
import type { DeadLetterDoc, LetterFilter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { intakePartition, numberArrivals, pendingEventDoc, pendingFields } from '../../store/pending-event';
import type { SourcePolicies } from '../../store/source-policies';
import type { Store } from '../../store/store';
import type { TrafficRecorder } from '../../store/traffic-recorder';
import type { Doorbells } from '../../workflows/doorbells';
import type { OperationContext, OperationKind } from './operation-kind';

export interface ReplayDeps {
  readonly store: Pick<Store, 'deadLetters' | 'events' | 'identifiers'>;
  readonly policies: SourcePolicies;
  readonly traffic: TrafficRecorder;
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

/** The last letter that was looked at, and what has become of all of them. */
const Cursor = Tally.extend({ at: z.number(), id: z.string() });

/** `in` (now, or already), or why not. */
type Outcome = { readonly is: 'in' | 'lost' } | { readonly is: 'refused'; readonly code: string };

const lettersPerStep = 100;
const nothingYet: Tally = { replayed: 0, refused: 0, lost: 0 };

/**
 * Lets letters in by today's rules, oldest first, under the `messageId` and the receipt they had: doing one twice changes nothing. A
 * letter that came after the operation began is not of it, so that what fails again is not tried for ever.
 */
export function createDeadLetterReplay(deps: ReplayDeps): OperationKind {
  return {
    async step({ ws, operation, now }: OperationContext) {
      const { filter } = operation.input as unknown as ReplayInput;
      const cursor = operation.cursor === undefined ? undefined : Cursor.parse(operation.cursor);
      const open = { ...filter, state: 'open', to: Math.min(filter.to ?? Infinity, operation.createdAt + 1) } as const;
      const total = operation.progress.total ?? (await deps.store.deadLetters.count(ws, open));
      const letters = await deps.store.deadLetters.walk(ws, lettersPerStep, cursor, open);
      const tally = await replay(deps, ws, letters, { now, before: cursor ?? nothingYet });
      const done = tally.replayed + tally.refused + tally.lost;
      const progress = { done, total: Math.max(total, done) };
      const last = letters.at(-1);
      if (!last || letters.length < lettersPerStep) return { progress, result: { ...tally } };
      return { progress, cursor: { at: last.at, id: last.id, ...tally } };
    },
  };
}

async function replay(
  deps: ReplayDeps,
  ws: WorkspaceId,
  letters: readonly DeadLetterDoc[],
  { now, before }: { readonly now: number; readonly before: Tally },
): Promise<Tally> {
  const outcomes: (readonly [DeadLetterDoc, Outcome])[] = [];
  for (const letter of letters) outcomes.push([letter, await letIn(deps, ws, letter)]);
  const idsOf = (is: Outcome['is']) => outcomes.filter(([, outcome]) => outcome.is === is).map(([letter]) => letter.id);
  const refused = outcomes.flatMap(([{ id }, outcome]) =>
    outcome.is === 'refused' ? [[id, outcome.code] as const] : [],
  );
  const replayed = idsOf('in');
  if (replayed.length > 0) await deps.doorbells.intake(ws, intakePartition);
  await deps.store.deadLetters.markReplayed(ws, replayed, now);
  await deps.store.deadLetters.markRefused(ws, refused, now);
  await deps.traffic.flush();
  return {
    replayed: before.replayed + replayed.length,
    refused: before.refused + refused.length,
    lost: before.lost + idsOf('lost').length,
  };
}

async function letIn(deps: ReplayDeps, ws: WorkspaceId, letter: DeadLetterDoc): Promise<Outcome> {
  const { store, policies, traffic } = deps;
  if (letter.stage === 'unapplied') {
    const pendingOf = (event: EventDoc) => pendingFields(store.identifiers, ws, event);
    return { is: (await store.events.revive(ws, letter.messageId ?? '', pendingOf)) ? 'in' : 'lost' };
  }
  const source = letter.source ?? '';
  const { isDisabled, plan } = await policies.of(ws, source);
  if (isDisabled) return { is: 'refused', code: 'source_disabled' };
  const raw = readJson(letter.notWhole === undefined ? letter.payload : undefined);
  if (raw === undefined) return { is: 'lost' };
  const judged = judgeEvent(parse(letter, raw, deps.limits), plan);
  if ('rejection' in judged) return { is: 'refused', code: judged.rejection.code };
  const { event, bytes, violations } = judged;
  const arrival = { lane: letter.lane ?? 'live', bytes, n: numberArrivals(1), violations };
  const doc = pendingEventDoc(store.identifiers, ws, event, arrival);
  const { duplicateIndexes } = await store.events.insertPending([doc]);
  traffic.accepted(ws, source, [doc], duplicateIndexes);
  traffic.count(ws, source, letter.at, { replayed: 1 - duplicateIndexes.length });
  return { is: 'in' };
}

/** As the door read it, at the instant at which the door read it. */
function parse(letter: DeadLetterDoc, raw: JsonObject, json: JsonLimits) {
  const envelope = parseEnvelope(readJson(letter.envelope) ?? {}, json);
  if ('code' in envelope) return { rejection: envelope };
  return parseEvent(raw, {
    ...(letter.kind !== undefined && { kind: letter.kind as EventKind }),
    envelope,
    receivedAt: letter.at,
    source: letter.source ?? '',
    isTrusted: letter.isTrusted ?? false,
    json,
    makeMessageId: () => letter.messageId ?? letter.id,
  });
}

/** Letters of before version 3 of the store hold the beginning of an event, which may be no JSON. */
function readJson(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
