import { EventReader } from '../../domain/events/event-reader';
import { identifiersOf } from '../../domain/events/event-identifiers';
import { eventKinds, type EventKind } from '../../domain/events/event';
import { isJsonObject, own, type Json, type JsonObject } from '../../domain/json';
import { isTooDeep } from '../../domain/json-depth';
import { isPersonalText } from '../../domain/personal';
import type { Judged } from '../../domain/tracking-plan/judge-event';
import { addLetters } from '../../store/add-letters';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { withoutKeyTexts } from '../../store/key-text';
import type { JsonBody } from '../read-body';
import type { KeyCall } from '../route';
import { eventsPerInsert } from './event-writer';
import type { ReadEvent } from './read-events';

export type RefusedEvent = Extract<Judged, { rejection: unknown }> &
  Omit<ReadEvent, 'parsed'> & { readonly index: number };

interface Arrival {
  readonly lane: EventDoc['lane'];
  /** That the path names; a batch names it per event. */
  readonly kind: EventKind | undefined;
}

/** How much is kept of an event that cannot be kept whole. */
const payloadKept = 4_096;

/** Keeps what was not taken as dead letters, whole where it can be, and counts it. */
export async function bury(
  call: KeyCall<unknown, unknown, JsonBody>,
  refused: readonly RefusedEvent[],
  arrival: Arrival,
): Promise<void> {
  if (refused.length === 0) return;
  const { deps, ws, principal, now, metrics } = call;
  const envelope = envelopeOf(call);
  let duplicates = 0;
  // In parts, between which others are served.
  for (let from = 0; from < refused.length; from += eventsPerInsert) {
    const part = refused.slice(from, from + eventsPerInsert);
    const letters = part.map((event) => toLetter(call, event, arrival, envelope));
    const known = new Set((await addLetters(deps.store, ws, letters)).duplicateIndexes);
    duplicates += known.size;
    for (const [index, { stage, code }] of letters.entries())
      if (!known.has(index)) metrics.letters.inc({ stage, code });
  }
  const refusedBy: Record<string, number> = {};
  for (const { rejection } of refused) refusedBy[rejection.code] = (refusedBy[rejection.code] ?? 0) + 1;
  const rejected = refused.filter(({ stage }) => stage === 'rejected');
  for (const { rejection } of rejected) metrics.rejected.inc({ code: rejection.code });
  const quarantined = refused.length - rejected.length - duplicates;
  metrics.quarantined.inc(quarantined);
  metrics.duplicates.inc(duplicates);
  const counts = { rejected: rejected.length, quarantined, duplicates, refusedBy };
  deps.traffic.count(ws, principal.source, now, counts);
}

function toLetter(
  { deps, ws, principal, now }: KeyCall,
  { stage, raw, notWhole, isTrusted, messageId, rejection }: RefusedEvent,
  { lane, kind }: Arrival,
  envelope: string | undefined,
): DeadLetter {
  return {
    ...{ stage, at: now, source: principal.source, isTrusted, lane },
    ...rejection,
    ...(messageId !== undefined && { messageId }),
    ...describe(raw, kind),
    ...(raw !== undefined && keep(raw, deps.limits)),
    ...(notWhole && { notWhole }),
    ...(envelope !== undefined && { envelope }),
    ...(isJsonObject(raw) && {
      naming: named(raw).map((identifier) => deps.store.identifiers.key(ws, identifier)),
    }),
  };
}

/** Kind and name, as far as they can be read; no name that has the form of somebody's address. */
function describe(raw: unknown, named: EventKind | undefined): Pick<DeadLetter, 'kind' | 'event'> {
  const object = isJsonObject(raw) ? raw : {};
  const kind = named ?? eventKinds.find((one) => one === own(object, 'type'));
  const event = kind === 'track' ? readName(own(object, 'event')) : undefined;
  return { ...(kind && { kind }), ...(event !== undefined && { event }) };
}

function readName(name: Json | undefined): string | undefined {
  if (typeof name !== 'string' || name === '' || name.length > 255) return undefined;
  return name.isWellFormed() && !isPersonalText(name) ? name : undefined;
}

/** The event's JSON, without write keys. Of one beyond the limits only the beginning, or, where it nests too deep to be written, nothing. */
function keep(
  raw: unknown,
  limits: { readonly maxEventBytes: number; readonly maxJsonDepth: number },
): Pick<DeadLetter, 'payload' | 'notWhole'> {
  if (isTooDeep(raw, limits.maxJsonDepth)) return { notWhole: 'too_deep' };
  const payload = withoutKeyTexts(JSON.stringify(raw));
  if (Buffer.byteLength(payload) <= limits.maxEventBytes) return { payload };
  return { payload: payload.slice(0, payloadKept).toWellFormed(), notWhole: 'too_large' };
}

/** What a batch says for all its events; a single event says it itself. Beyond the limits it is left out: no event of it was read. */
function envelopeOf({ body, deps }: KeyCall<unknown, unknown, JsonBody>): string | undefined {
  const { value } = body;
  if (!isJsonObject(value) || own(value, 'batch') === undefined) return undefined;
  const said = ['context', 'integrations', 'sentAt'].map((key) => [key, own(value, key)] as const);
  const envelope = Object.fromEntries(said.filter(([, part]) => part !== undefined)) as JsonObject;
  if (Object.keys(envelope).length === 0) return undefined;
  return keep(envelope, deps.limits).notWhole === undefined ? withoutKeyTexts(JSON.stringify(envelope)) : undefined;
}

function named(raw: JsonObject) {
  const object = (key: string): JsonObject => {
    const value = own(raw, key);
    return isJsonObject(value) ? value : {};
  };
  const facts = { kind: 'identify' as const, context: object('context'), traits: object('traits') };
  return identifiersOf(new EventReader(raw), facts);
}
