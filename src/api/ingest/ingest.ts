import type { EventKind } from '../../domain/events/event';
import { sentId } from '../../domain/events/message-id';
import type { Rejection } from '../../domain/events/rejection';
import type { Translate } from '../../domain/events/translation';
import { judgeEvent } from '../../domain/tracking-plan/judge-event';
import type { EventDoc } from '../../store/documents';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import { forbidden } from '../problem';
import type { JsonBody } from '../read-body';
import type { KeyCall } from '../route';
import { bury, type RefusedEvent } from './bury';
import { boundCopies, keptEnvelope } from './envelope';
import { eventsPerInsert } from './event-writer';
import { readerOf } from './read-events';
import { vocabularyOf } from './vocabulary-of';

export interface RejectedEvent extends Rejection {
  readonly index: number;
  readonly messageId?: string;
}

export interface Ingested {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
  /** Kept out of profiles by the source's tracking plan, until they are replayed. */
  readonly quarantined: readonly RejectedEvent[];
}

/** How to read what came: as events of one kind, or in another vocabulary than the source's. */
export interface Reading {
  readonly kind?: EventKind | undefined;
  readonly translate?: Translate | undefined;
}

export type IngestCall = KeyCall<unknown, unknown, JsonBody>;

/**
 * Checks each event, stores the good ones as pending and the others as dead letters, and rings the intake. Answers after
 * a majority write; throws, promising nothing, when the store does not take them.
 */
export async function ingest(
  call: IngestCall,
  raws: readonly unknown[],
  { kind, translate }: Reading = {},
): Promise<Ingested> {
  const lane = laneOf(call);
  const { store, traffic, policies } = call.deps;
  const policy = await policies.of(call.ws, call.principal.source);
  const { read, envelopeBytes } = readerOf(call, {
    kind,
    translate: translate ?? vocabularyOf(call, policy),
    naming: policy.naming,
  });
  const envelope = keptEnvelope(call);
  boundCopies(call, Math.max(envelopeBytes, Buffer.byteLength(envelope?.payload ?? '')), raws.length);
  const firstArrival = numberArrivals(raws.length);
  const refused: RefusedEvent[] = [];
  let accepted = 0;
  let duplicates = 0;
  const write = async (docs: readonly EventDoc[]): Promise<void> => {
    const stored = await call.events.write(`${call.ws}:${call.principal.keyId}`, docs);
    count(call, docs, stored.duplicateIndexes);
    traffic.accepted(call.ws, call.principal.source, docs, stored.duplicateIndexes);
    accepted += stored.inserted;
    duplicates += stored.duplicateIndexes.length;
  };
  let writing = Promise.resolve();
  for (let from = 0; from < raws.length; from += eventsPerInsert) {
    if (from > 0) await call.giveWay();
    const docs: EventDoc[] = [];
    for (let index = from; index < Math.min(from + eventsPerInsert, raws.length); index += 1) {
      const { parsed, ...sent } = read(raws[index]);
      const judged = judgeEvent(parsed, policy.plan);
      if ('rejection' in judged) {
        refused.push({ index, ...sent, ...judged });
        continue;
      }
      const { event, bytes, violations } = judged;
      const arrival = { lane, bytes, n: firstArrival + index, violations };
      docs.push(pendingEventDoc(store.identifiers, call.ws, event, arrival));
    }
    // Some are read while those before are stored. A failure is thrown where it is awaited.
    await writing;
    writing = write(docs);
    writing.catch(() => undefined);
  }
  await writing;
  if (accepted > 0) call.deps.ringIntake(call.ws, intakePartition);
  await bury(call, refused, { lane, kind, envelope });
  return { accepted, duplicates, ...splitRefused(call, refused) };
}

/** What was refused, by what becomes of it; without the events, and under the ids that were sent. */
function splitRefused(
  { principal }: IngestCall,
  refused: readonly RefusedEvent[],
): Pick<Ingested, 'rejected' | 'quarantined'> {
  const of = (wanted: RefusedEvent['stage']): RejectedEvent[] =>
    refused
      .filter(({ stage }) => stage === wanted)
      .map(({ index, messageId, rejection }) => ({
        index,
        ...(messageId !== undefined && { messageId: principal.kind === 'public' ? sentId(messageId) : messageId }),
        ...rejection,
      }));
  return { rejected: of('rejected'), quarantined: of('quarantined') };
}

function laneOf(call: IngestCall): EventDoc['lane'] {
  if (call.header('x-heddle-lane') !== 'bulk') return 'live';
  if (call.principal.kind === 'public') throw forbidden('Only a secret key may send on the bulk lane.');
  return 'bulk';
}

function count({ metrics }: IngestCall, docs: readonly EventDoc[], duplicateIndexes: readonly number[]): void {
  const kinds = new Map<string, number>();
  for (const { kind } of docs) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const index of duplicateIndexes) {
    const kind = docs[index]?.kind ?? 'track';
    kinds.set(kind, (kinds.get(kind) ?? 1) - 1);
  }
  for (const [kind, number] of kinds) metrics.accepted.inc({ kind }, number);
  metrics.duplicates.inc(duplicateIndexes.length);
  metrics.flagged.inc(docs.filter((doc) => doc.violations).length);
}
