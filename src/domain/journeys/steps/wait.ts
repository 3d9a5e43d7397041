import { dayMs } from '../../duration';
import { workspaceOf } from '../../ids';
import type { StepOf } from '../journey.schema';
import { end, goTo, noteZone, waitForIntake, waitUntil, type Move, type Standing } from '../move';
import type { StepKind } from '../step-kind';
import { endOfDate, endOfDuration, endOfLocalTime, endOfWindow, type RestEnd, type Resting } from '../wait-end';
import { traitKeysOf } from '../wait-keys';

type Wait = StepOf<'wait'>;

export const wait: StepKind<Wait> = {
  take(step, standing) {
    const rest = endOfWait(step, standing);
    if (rest.at !== undefined && standing.now < rest.at) return waitFor(rest, standing);
    if (standing.facts.isIntakeBehind) return waitForIntake(standing, rest.at ?? standing.now, wokenBy(rest, standing));
    return goOn(step, standing, rest);
  },
  parts: (step) => [
    ...(step.for === undefined ? [] : [{ wait: step.for, path: '/for' }]),
    ...untilParts(step),
    ...(step.window === undefined ? [] : [{ window: step.window, path: '/window' }]),
    { next: step.next, path: '/next' },
  ],
};

/** When the wait is over, as things stand. */
export function endOfWait({ for: duration, until, window }: Wait, resting: Resting): RestEnd {
  if (duration !== undefined) return endOfDuration(duration, resting.run.arrivedAt, resting);
  if (window !== undefined) return endOfWindow(window, resting);
  if (until === undefined) throw new Error('A wait has exactly one of "for", "until" and "window".');
  return 'at' in until ? endOfDate(until, resting) : endOfLocalTime(until, resting);
}

function untilParts({ until }: Wait): ReturnType<StepKind<Wait>['parts']> {
  if (until === undefined) return [];
  return ['at' in until ? { date: until, path: '/until' } : { localTime: until, path: '/until' }];
}

function waitFor(rest: RestEnd & { at?: number | undefined }, standing: Standing): Move {
  const { run, now } = standing;
  const at = rest.at ?? now;
  const dueAt = rest.isUnannounced ? Math.min(at, now + dayMs) : at;
  const noted = noteZone({ ...standing, run: { ...run, waitsUntil: at } }, rest.isZoneInvalid);
  const warning = rest.isZoneInvalid ? ' (the profile has no valid zone)' : '';
  return waitUntil(noted, dueAt, `waits ${rest.what}${warning}`, wokenBy(rest, standing));
}

const wokenBy = ({ traits }: RestEnd, { run, facts }: Standing) => ({
  keys: traitKeysOf(workspaceOf(run.subject), facts.ids, traits),
  names: [],
});

function goOn({ until, next }: Wait, standing: Standing, rest: RestEnd): Move {
  const noted = noteZone(standing, rest.isZoneInvalid);
  if (until === undefined || !('at' in until)) return goTo(noted, next, 'waited');
  if (rest.at === undefined)
    return (until.ifMissing ?? 'exit') === 'exit' ? exit(noted, 'no-date') : goTo(noted, next, 'no-date');
  if (isReached(rest.at, standing)) return goTo(noted, next, 'waited');
  return until.ifPast === 'exit' ? exit(noted, 'date-past') : goTo(noted, next, 'date-past');
}

const exit = ({ run, now }: Standing, reason: string): Move => end(run, 'exited', reason, now);

/** Rather than past already, when the run came or when the date was changed. */
const isReached = (at: number, { run }: Standing): boolean =>
  run.waitsUntil === undefined ? at > run.arrivedAt : at === run.waitsUntil;
