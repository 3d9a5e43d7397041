import { parseDuration } from '../../duration';
import { workspaceOf, type ProfileId } from '../../ids';
import { own, withKey } from '../../json';
import type { CompiledJourney } from '../compiled-journey';
import type { Caught, Cursor, Enrollment } from '../enrollment';
import type { StepOf, Trigger } from '../journey.schema';
import { goTo, waitForIntake, waitUntil, type FoundCause, type Standing } from '../move';
import { waitKeysOf } from '../routing';
import type { StepKind } from '../step-kind';
import { belongsToRun, causeAt, causeReceivedAt, triggers } from '../trigger';

type WaitFor = StepOf<'wait-for'>;

/**
 * What happened by the deadline wins over the time-out, also when it is found later. Order of arrival decides between causes, the
 * listed order within one.
 */
export const waitFor: StepKind<WaitFor> = {
  take(step, standing) {
    const { run, facts, now } = standing;
    const dueAt = run.arrivedAt + parseDuration(step.timeout);
    const found = firstFound(step, standing, dueAt);
    if (found) return goTo({ ...standing, run: caught(run, found.cause) }, found.next, triggerName(found.on));
    const on = step.first.map((branch) => branch.on);
    const waiting = {
      keys: waitKeysOf(workspaceOf(run.subject), facts.ids, on),
      names: [...new Set(on.map(triggerName))],
    };
    if (now < dueAt) return waitUntil(standing, dueAt, `waits for ${shortly(waiting.names)}, ${step.timeout}`, waiting);
    return facts.isIntakeBehind ? waitForIntake(standing, dueAt, waiting) : goTo(standing, step.onTimeout, 'timeout');
  },
  parts: (step) => [
    { wait: step.timeout, path: '/timeout' },
    ...step.first.flatMap(({ on, next }, index) => [
      { trigger: on, path: `/first/${index}/on` },
      { next, path: `/first/${index}/next` },
    ]),
    { next: step.onTimeout, path: '/onTimeout' },
  ],
};

/** The keys to look back under, and beyond which `seq` at least one cause may count. */
export function lookBack(
  step: WaitFor,
  run: Enrollment,
  ids: readonly ProfileId[],
): { keys: string[]; afterSeq: number } {
  const keys = waitKeysOf(
    workspaceOf(run.subject),
    ids,
    step.first.map(({ on }) => on),
  );
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
  const { cursor, from } = floorOf(step, run);
  const seen = own(cursor, cause.profile);
  // Another person's history that a merge brought has no place in our numbering; there the time decides.
  if (seen === undefined ? causeAt(cause) < from : cause.seq <= seen) return false;
  return sinceOf(step, run) === 'ever' || causeReceivedAt(cause) - causeAt(cause) <= journey.maxEventAgeMs;
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
  const event = cause.kind === 'event' ? cause.event : { name: cause.audience, at: cause.at, properties: {} };
  const { name, at, properties } = event;
  const place: Caught = { event: { name, at, properties }, profile: cause.profile, seq: cause.seq };
  return { ...run, steps: withKey(run.steps, run.step, place) };
}

/** Temporal takes 400 bytes of summary. */
function shortly(names: readonly string[]): string {
  const text = names.join(' or ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

export function triggerName(on: Trigger | { readonly trait: string }): string {
  if ('trait' in on) return `traits.${on.trait}`;
  return 'event' in on ? on.event : `${on.audience} ${on.edge}`;
}
