import { isJsonObject, own, type JsonObject } from '../../domain/json';
import { keptOf } from '../../store/letter-of';
import { tooMuchForEach } from '../problem';
import type { JsonBody } from '../read-body';
import type { IngestCall } from './ingest';

/** What a batch says for all its events, and as a dead letter keeps it. */
export interface Envelope {
  readonly of: JsonObject;
  readonly payload: string;
}

/** A single event says it itself. Beyond the limits it is left out: no event of it was read. */
export function keptEnvelope({ body, deps }: Pick<IngestCall, 'body' | 'deps'>): Envelope | undefined {
  const of = envelopeOf(body);
  if (!of) return undefined;
  const { payload, notWhole } = keptOf(of, deps.limits.event);
  return payload === undefined || notWhole !== undefined ? undefined : { of, payload };
}

/**
 * Each event of a batch is stored with what the batch says for all of them, and so is each that is refused. All those copies together are
 * no more than a body may be. Throws 413.
 */
export function boundCopies(call: Pick<IngestCall, 'deps'>, each: number, events: number): void {
  const most = call.deps.limits.maxBodyBytes;
  if (each * events > most) throw tooMuchForEach(each, events, most);
}

function envelopeOf({ value }: JsonBody): JsonObject | undefined {
  if (!isJsonObject(value) || own(value, 'batch') === undefined) return undefined;
  const said = ['context', 'integrations', 'sentAt'].map((key) => [key, own(value, key)] as const);
  const envelope = Object.fromEntries(said.filter(([, part]) => part !== undefined)) as JsonObject;
  return Object.keys(envelope).length === 0 ? undefined : envelope;
}
