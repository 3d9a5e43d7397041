import { waitKeysOf } from '../wait-keys';
import { contactName } from '../../events/contact';
import { workspaceOf } from '../../ids';
import { omit } from '../../json';
import { pauseBeforeLook } from '../../pause-before-look';
import type { Enrollment } from '../enrollment';
import { withExposure } from '../journey-holdout';
import type { StepOf } from '../journey.schema';
import { withLeft } from '../left';
import { sendFailed, sentElsewhere, skipped } from '../outcomes';
import type { StepKind } from '../step-kind';
import { end, goTo, waitForIntake, waitUntil, type Move, type Standing, type StepCause } from '../move';

const looking = { leastMs: 30_000, mostMs: 10 * 60_000 };

/** Where the step says to whom it sends first. */
export const firstDestination = '/destination';

export const send: StepKind<StepOf<'send'>> = {
  take(step, standing) {
    const { run, cause, journey, facts } = standing;
    if (cause.on === 'settled') return afterDelivery(step, standing, cause);
    // It is skipped once. A send of its own that is under way may have arrived as well, and is to be reported.
    if (isSentElsewhere(run) && !run.sending) {
      const others = run.sentElsewhere.filter((sent) => sent !== run.step);
      return goTo({ ...standing, run: withLeft({ ...run, sentElsewhere: others }) }, step.next, sentElsewhere);
    }
    if (run.pause === 'skip' && !run.sending) return goTo({ ...standing, run: withLeft(run) }, step.next, skipped);
    if (isKept(standing)) return hold({ ...standing, run: { ...run, pause: 'kept' } }, keptBy(journey));
    if (facts.heldBy !== undefined) return hold(standing, facts.heldBy);
    if (facts.heldUntil) {
      const { reason, until } = facts.heldUntil;
      return waitUntil(standing, until, `held: ${reason}; looks again, waits`);
    }
    if (facts.isIntakeBehind) return waitForIntake(standing, run.arrivedAt, contactsOf(standing));
    return {
      to: 'deliver',
      run: { ...run, waitingFor: [] },
      label: `${run.step}: sends to ${presentSend(step, run).destination}`,
    };
  },
  parts: (step) => [
    { destination: step.destination, path: firstDestination },
    ...(step.fallback ?? []).map(({ destination }, index) => ({ destination, path: `/fallback/${index}/destination` })),
    ...(isStep(step.onFailure) ? [{ next: step.onFailure.step, path: '/onFailure/step' }] : []),
    ...(step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
  ],
};

/** Whether a run that was merged into this one has had the message of the step that this one stands at. */
export const isSentElsewhere = (run: Enrollment): run is Enrollment & Required<Pick<Enrollment, 'sentElsewhere'>> =>
  run.sentElsewhere?.includes(run.step) ?? false;

/** What is not sent any more: where an attempt of it is found under way, what has become of that is all that is left to say. */
export const isPassedOver = (run: Enrollment): boolean => isSentElsewhere(run) || run.pause === 'skip';

/** By a pause, and after it until its turn comes. */
const isKept = ({ journey, run }: Standing): boolean =>
  !run.test && (journey.status === 'paused' || (journey.isResuming === true && run.pause === 'kept'));

const keptBy = ({ status }: Standing['journey']): string =>
  status === 'paused' ? 'the journey is paused' : 'the journey resumes, and its turn comes';

function hold(standing: Standing, by: string): Move {
  const { run, now } = standing;
  const pauseMs = pauseBeforeLook(now - run.arrivedAt, looking);
  return waitUntil(standing, now + pauseMs, `held: ${by}; looks again, waits`);
}

/** Of two sends in a row the second waits for the contact of the first: what wakes it is that. */
const contactsOf = ({ run, facts }: Standing): { keys: string[]; names: string[] } => ({
  keys: waitKeysOf(workspaceOf(run.subject), facts.ids, [{ event: contactName }]),
  names: [],
});

/** What the step sends at present: what it says first, or the fallback that the run has come to. */
export function presentSend(step: StepOf<'send'>, { fallback = 0 }: Pick<Enrollment, 'fallback'>): StepOf<'send'> {
  const instead = fallback > 0 ? step.fallback?.[fallback - 1] : undefined;
  return instead ? { ...omit(step, 'action', 'mapping'), ...instead } : step;
}

function afterDelivery(
  step: StepOf<'send'>,
  standing: Standing,
  { status, reason, isFailure, mayFallBack, arm }: Extract<StepCause, { on: 'settled' }>,
): Move {
  const { fallback = 0, resumeAt } = standing.run;
  const sent = { ...omit(standing.run, 'sending'), effects: standing.run.effects + 1 };
  const tried = withExposure(sent, standing.journey.definition, arm, standing.now);
  if (mayFallBack && fallback < (step.fallback?.length ?? 0) && resumeAt === undefined)
    return { to: 'step', run: { ...tried, fallback: fallback + 1 } };
  const run = withWhy(tried, reason);
  if (!isFailure) return goTo({ ...standing, run }, step.next, status);
  if (step.onFailure === 'exit') return end(run, 'exited', sendFailed(status), standing.now);
  return goTo({ ...standing, run }, isStep(step.onFailure) ? step.onFailure.step : step.next, status);
}

/** The run with the reason at the visit that is about to end. */
function withWhy(run: Enrollment, why: string | undefined): Enrollment {
  const last = run.path.at(-1);
  if (why === undefined || !last || last.outcome !== undefined) return run;
  return { ...run, path: [...run.path.slice(0, -1), { ...last, why }] };
}

const isStep = (onFailure: StepOf<'send'>['onFailure']): onFailure is { step: string } => typeof onFailure === 'object';
