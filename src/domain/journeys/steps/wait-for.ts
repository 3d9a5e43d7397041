import { dayMs } from '../../duration';
import { isHidden } from '../../audiences/hidden-audience';
import { workspaceOf, type ProfileId } from '../../ids';
import { own, withKey } from '../../json';
import type { CompiledJourney } from '../compiled-journey';
import type { Caught, Cursor, Enrollment } from '../enrollment';
import { dueAudience } from '../due-entry';
import type { JourneyDefinition, StepOf, Trigger } from '../journey.schema';
import { goTo, noteZone, waitForIntake, waitUntil, type FoundCause, type Standing, type StepFacts } from '../move';
import { isEntryAgain } from '../entry-key';
import type { StepKind } from '../step-kind';
import { endOfDate, endOfDuration, type RestEnd, type Resting } from '../wait-end';
import { traitKeysOf, waitKeysOf } from '../wait-keys';
import { belongsToRun, causeAt, causeReceivedAt, ruleHolds, toldBy, triggers, type Cause } from '../trigger';

type WaitFor = StepOf<'wait-for'>;

/**
 * What happened by the deadline wins over the time-out, also when it is found later. Order of arrival decides between causes, the
 * listed order within one.
 */
export const waitFor: StepKind<WaitFor> = {
  take(step, standing) {
    const { run, facts, now } = standing;
    const deadline = deadlineOf(step, standing);
    const { at: dueAt = Infinity } = deadline;
    const found = firstFound(step, standing, dueAt);
    if (found) return goTo({ ...standing, run: caught(run, found.cause) }, found.next, triggerName(found.on));
    const noted = noteZone(standing, deadline.isZoneInvalid);
    const waiting = waitingFor(step, standing, deadline);
    const lookAt = deadline.isUnannounced ? Math.min(dueAt, now + dayMs) : dueAt;
    if (now < dueAt) return waitUntil(noted, lookAt, `waits for ${shortly(waiting.names)}, ${deadline.what}`, waiting);
    return facts.isIntakeBehind ? waitForIntake(noted, dueAt, waiting) : goTo(noted, step.onTimeout, 'timeout');
  },
  parts: (step) => [
    typeof step.timeout === 'string'
      ? { wait: step.timeout, path: '/timeout' }
      : { date: step.timeout, path: '/timeout' },
    ...step.first.flatMap(({ on, next }, index) => [
      { trigger: on, path: `/first/${index}/on` },
      { next, path: `/first/${index}/next` },
    ]),
    { next: step.onTimeout, path: '/onTimeout' },
  ],
};

/** When the time-out comes, as things stand; never, while there is no date. Each repeat of the entry before it may begin it anew. */
export function deadlineOf({ timeout, onRepeat }: WaitFor, standing: Deciding): RestEnd {
  if (typeof timeout !== 'string') return endOfDate(timeout, standing);
  const { run, journey, facts } = standing;
  const end = endOfDuration(timeout, run.arrivedAt, standing);
  if (onRepeat !== 'reset') return end;
  return [...facts.causes]
    .filter((cause) => isAfter(cause, run.cursor, run.arrivedAt) && isRecent(cause, journey))
    .filter((cause) => isEntryAgain(journey, run, cause))
    .sort(byArrival)
    .map(causeReceivedAt)
    .reduce((last, at) => (at <= (last.at ?? at) ? endOfDuration(timeout, at, standing) : last), end);
}

/** What the deadline depends on. */
type Deciding = Resting & Pick<Standing, 'run' | 'journey'> & { readonly facts: Pick<StepFacts, 'causes'> };

const waitedOn = ({ first, onRepeat }: WaitFor, { definition }: CompiledJourney): Trigger[] => [
  ...first.map(({ on }) => on),
  ...(onRepeat === 'reset' ? repeats(definition) : []),
];

/** What begins the journey, where that may happen again by itself. */
function repeats(definition: JourneyDefinition): Trigger[] {
  const { on } = definition.entry;
  const audience = dueAudience(definition);
  if (audience !== undefined) return [{ audience, edge: 'entered' }];
  return 'api' in on || 'date' in on || 'schedule' in on ? [] : [on];
}

function waitingFor(step: WaitFor, { run, journey, facts }: Standing, { traits }: RestEnd) {
  const ws = workspaceOf(run.subject);
  return {
    keys: [...waitKeysOf(ws, facts.ids, waitedOn(step, journey)), ...traitKeysOf(ws, facts.ids, traits)],
    names: [...new Set(step.first.map(({ on }) => triggerName(on)))],
  };
}

/** The keys to look back under, and beyond which `seq` at least one cause may count. */
export function lookBack(
  step: WaitFor,
  { run, journey }: Pick<Standing, 'run' | 'journey'>,
  ids: readonly ProfileId[],
): { keys: string[]; afterSeq: number } {
  const keys = waitKeysOf(workspaceOf(run.subject), ids, waitedOn(step, journey));
  const { cursor } = floorOf(step, run);
  return { keys, afterSeq: Math.min(...ids.map((id) => own(cursor, id) ?? -1)) };
}

function firstFound(
  step: WaitFor,
  { journey, run, facts }: Standing,
  dueAt: number,
): { cause: FoundCause; on: Trigger; next: string } | undefined {
  const candidates = [...facts.causes].filter((cause) => counts(cause, step, run, journey, dueAt)).sort(byArrival);
  for (const cause of candidates) {
    const branch = step.first.find(({ on }) => triggers(on, cause) && belongsToRun(on, cause, run));
    if (branch) return { cause, ...branch };
  }
  return undefined;
}

function counts(cause: FoundCause, step: WaitFor, run: Enrollment, journey: CompiledJourney, dueAt: number): boolean {
  if (causeReceivedAt(cause) > dueAt) return false;
  const before = own(run.steps, run.step);
  if (before && before.profile === cause.profile && cause.seq <= before.seq) return false;
  // What holds already is not waited for.
  if (cause.kind === 'edge' && isHidden(cause.audience) && cause.isStill === true) return true;
  const { cursor, from } = floorOf(step, run);
  if (!isAfter(cause, cursor, from)) return false;
  return sinceOf(step, run) === 'ever' || isRecent(cause, journey);
}

const isRecent = (cause: Cause, { maxEventAgeMs }: CompiledJourney): boolean =>
  causeReceivedAt(cause) - causeAt(cause) <= maxEventAgeMs;

function isAfter(cause: FoundCause, cursor: Cursor, from: number): boolean {
  const seen = own(cursor, cause.profile);
  // Another person's history that a merge brought has no place in our numbering; there the time decides.
  return seen === undefined ? causeAt(cause) >= from : cause.seq > seen;
}

function floorOf(step: WaitFor, run: Enrollment): { cursor: Cursor; from: number } {
  const since = sinceOf(step, run);
  if (since === 'ever') return { cursor: {}, from: -Infinity };
  if (since === 'entry') return { cursor: run.entry.cursor, from: run.entry.at };
  // The first step is reached with the entry, however late the entry is applied; what follows it may have been received before that.
  return { cursor: run.cursor, from: run.arrivedAt === run.enteredAt ? run.entry.at : run.arrivedAt };
}

const sinceOf = (step: WaitFor, run: Enrollment): 'step' | 'entry' | 'ever' =>
  step.since ?? (run.entryKey === '' ? 'step' : 'entry');

function byArrival(a: FoundCause, b: FoundCause): number {
  return a.profile === b.profile ? a.seq - b.seq : causeReceivedAt(a) - causeReceivedAt(b);
}

function caught(run: Enrollment, cause: FoundCause): Enrollment {
  const place: Caught = { event: toldBy(cause), profile: cause.profile, seq: cause.seq };
  return { ...run, steps: withKey(run.steps, run.step, place) };
}

/** Temporal takes 400 bytes of summary. */
function shortly(names: readonly string[]): string {
  const text = names.join(' or ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

export function triggerName(on: Trigger): string {
  if ('signal' in on) return `signal ${on.signal}`;
  if ('when' in on || ('audience' in on && isHidden(on.audience))) return ruleHolds;
  return 'event' in on ? on.event : `${on.audience} ${on.edge}`;
}
