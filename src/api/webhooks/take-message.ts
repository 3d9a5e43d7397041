import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import { findSourceKind } from '../../sources/registry';
import type { InboundRequest, MakeEvent, ReceiveContext, Receiver, SourceKind } from '../../sources/source';
import type { SourceDoc } from '../../store/sources';
import { answer } from '../ingest/answer';
import { ingest } from '../ingest/ingest';
import { notFound, Problem } from '../problem';
import type { Call } from '../route';

type MessageCall = Call<{ readonly workspace: string; readonly source: string }, unknown, Buffer>;

/**
 * Takes what a tool sends to its source's own address. 200 once its events are stored, refused ones as dead letters, since no repetition
 * would mend them; 401 for a wrong signature, 404 where no such tool is connected, 410 while its source is disabled,
 * 413 for more events than a batch may have, 429 for more than a key may send, which tools take for "later".
 */
export async function takeMessage(call: MessageCall) {
  const ws = workspaceId(call.params.workspace);
  const { source, kind, receiver } = await findReceiver(call, ws);
  const received = receiver.receive(requestOf(call), contextOf(call, kind, source));
  if (received.verdict === 'refused') throw new Problem(received.status, received.code, received.message);
  // The signature has said who sends: its events count as those of a secret key.
  const principal = { ws, keyId: `source:${source.key}`, kind: 'secret', scopes: [], source: source.key } as const;
  const body = { value: undefined, bytes: call.body.length, hasEscapes: call.body.includes('\\u') };
  const reading = { translate: (make: unknown) => ({ raw: (make as MakeEvent)() }) };
  const headers = await call.rates.take(principal, 'events', received.events.length);
  return { ...answer(await ingest({ ...call, ws, principal, body }, received.events, reading)), headers };
}

async function findReceiver(
  { deps, params }: MessageCall,
  ws: WorkspaceId,
): Promise<{ readonly source: SourceDoc; readonly kind: SourceKind; readonly receiver: Receiver }> {
  const source = await deps.store.sources.find(ws, params.source);
  const kind = source && findSourceKind(source.type);
  if (!source || !kind?.receiver) throw notFound('webhook at this address');
  if (!source.enabled) throw new Problem(410, 'source-disabled', 'The source is disabled; nothing is taken from it.');
  return { source, kind, receiver: kind.receiver };
}

function requestOf({ method, url, headers, body }: MessageCall): InboundRequest {
  const texts = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return { method, url, headers: Object.fromEntries(texts), body };
}

/** Settings and secrets were checked when they were saved; parsing adds what they leave to defaults. */
function contextOf({ deps, now }: MessageCall, kind: SourceKind, source: SourceDoc): ReceiveContext {
  return {
    settings: kind.settings.parse(JSON.parse(source.settingsJson) as JsonObject),
    secrets: kind.secrets.parse(deps.store.sources.unseal(source)),
    now,
    mostEvents: deps.limits.maxBatchEvents,
  };
}
