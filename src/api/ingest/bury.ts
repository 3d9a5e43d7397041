import type { EventKind } from '../../domain/events/event';
import type { Judged } from '../../domain/tracking-plan/judge-event';
import { countCodes } from '../../domain/traffic/source-counts';
import { addLetters } from '../../store/add-letters';
import type { DeadLetter } from '../../store/dead-letters';
import type { EventDoc } from '../../store/documents';
import { keysNamed, letterOf } from '../../store/letter-of';
import type { JsonBody } from '../read-body';
import type { KeyCall } from '../route';
import type { Envelope } from './envelope';
import { eventsPerInsert } from './event-writer';
import type { ReadEvent } from './read-events';

export type RefusedEvent = Extract<Judged, { rejection: unknown }> &
  Omit<ReadEvent, 'parsed'> & { readonly index: number };

interface Arrival {
  readonly lane: EventDoc['lane'];
  /** That the path names; a batch names it per event. */
  readonly kind: EventKind | undefined;
  /** What its batch said for all its events. */
  readonly envelope: Envelope | undefined;
}

/** Keeps what was not taken as dead letters, whole where it can be, and counts it. */
export async function bury(
  call: KeyCall<unknown, unknown, JsonBody>,
  refused: readonly RefusedEvent[],
  { lane, kind, envelope }: Arrival,
): Promise<void> {
  if (refused.length === 0) return;
  const { deps, ws, principal, now, metrics } = call;
  const { identifiers } = deps.store;
  const { types } = (await deps.policies.of(ws, principal.source)).naming;
  const limits = deps.limits.event;
  const said = envelope && { envelope: envelope.payload, naming: keysNamed({ identifiers, types }, ws, envelope.of) };
  const common = { at: now, source: principal.source, lane, ...said };
  const fresh: DeadLetter[] = [];
  // In parts, between which others are served.
  for (let from = 0; from < refused.length; from += eventsPerInsert) {
    const letters = refused
      .slice(from, from + eventsPerInsert)
      .map(({ isTrusted, ...event }) =>
        letterOf({ identifiers, limits, types }, ws, { ...common, isTrusted }, { ...event, kind }),
      );
    const known = new Set((await addLetters(deps.store, ws, letters)).duplicateIndexes);
    fresh.push(...letters.filter((_, index) => !known.has(index)));
  }
  for (const { stage, code } of fresh) metrics.letters.inc({ stage, code });
  const duplicates = refused.length - fresh.length;
  const rejected = refused.filter(({ stage }) => stage === 'rejected');
  for (const { rejection } of rejected) metrics.rejected.inc({ code: rejection.code });
  const quarantined = refused.length - rejected.length - duplicates;
  metrics.quarantined.inc(quarantined);
  metrics.duplicates.inc(duplicates);
  const counts = { rejected: rejected.length, quarantined, duplicates, rejectedByCode: countCodes(fresh) };
  deps.traffic.count(ws, principal.source, now, counts);
}
