import type { EventKind } from '../../../domain/events/event';
import type { Naming } from '../../../domain/events/event-identifiers';
import type { JsonLimits } from '../../../domain/events/measure-json';
import { isPublicId } from '../../../domain/events/message-id';
import { parseEnvelope, parseEvent } from '../../../domain/events/parse-event';
import type { WorkspaceId } from '../../../domain/ids';
import { isJsonObject, type JsonObject } from '../../../domain/json';
import { judgeEvent } from '../../../domain/tracking-plan/judge-event';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import type { EventDoc } from '../../../store/documents';
import { numberArrivals, pendingEventDoc } from '../../../store/pending-event';
import type { SourcePolicies } from '../../../store/source-policies';
import type { Store } from '../../../store/store';

interface JudgeDeps {
  readonly store: Pick<Store, 'identifiers'>;
  readonly policies: Pick<SourcePolicies, 'of'>;
  /** Of the door. */
  readonly limits: JsonLimits;
}

/** What becomes of a letter by the rules of today: its event may go in, that of the letter or the one that the event log has; or why not. */
export type Verdict =
  | { readonly is: 'in'; readonly event?: EventDoc }
  | { readonly is: 'lost' }
  | { readonly is: 'refused'; readonly code: string };

export async function judgeLetter(
  { store, policies, limits }: JudgeDeps,
  ws: WorkspaceId,
  letter: DeadLetterDoc,
): Promise<Verdict> {
  if (letter.stage === 'unapplied') return { is: 'in' };
  const { isDisabled, plan, naming } = await policies.of(ws, letter.source ?? '');
  if (isDisabled) return { is: 'refused', code: 'source_disabled' };
  const raw = readJson(letter.notWhole === undefined ? letter.payload : undefined);
  if (raw === undefined) return { is: 'lost' };
  const judged = judgeEvent(parse(letter, raw, { json: limits, naming }), plan);
  if ('rejection' in judged) return { is: 'refused', code: judged.rejection.code };
  const { event, bytes, violations } = judged;
  const arrival = { lane: letter.lane ?? 'live', bytes, n: numberArrivals(1), violations };
  return { is: 'in', event: pendingEventDoc(store.identifiers, ws, event, arrival) };
}

/** As the door read it, at the instant at which the door read it. */
function parse(
  letter: DeadLetterDoc,
  raw: JsonObject,
  { json, naming }: { readonly json: JsonLimits; readonly naming: Naming | undefined },
) {
  const envelope = parseEnvelope(readJson(letter.envelope) ?? {}, json);
  if ('code' in envelope) return { rejection: envelope };
  return parseEvent(raw, {
    ...(letter.kind !== undefined && { kind: letter.kind as EventKind }),
    envelope,
    receivedAt: letter.at,
    source: letter.source ?? '',
    isTrusted: letter.isTrusted ?? false,
    isPublic: letter.isTrusted !== true && isPublicId(letter.messageId),
    json,
    naming,
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
