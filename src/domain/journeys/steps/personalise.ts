import { shownName, wouldShowName } from '../../events/shown';
import { workspaceOf, type ProfileId } from '../../ids';
import type { JsonObject } from '../../json';
import { isTooLarge, readContent } from '../content';
import type { Enrollment, Shows } from '../enrollment';
import { heldOut, withExposure } from '../journey-holdout';
import type { StepOf } from '../journey.schema';
import { goTo, noteZone, waitForIntake, waitUntil, type Exposed, type Standing, type StepFacts } from '../move';
import { usualPriority } from '../personalise-step.schema';
import type { StepKind } from '../step-kind';
import { endOfDuration, type RestEnd, type Resting } from '../wait-end';
import { traitKeysOf, waitKeysOf } from '../wait-keys';

type Personalise = StepOf<'personalise'>;

/**
 * Content is what the run holds while it rests here, and nothing beside it: whatever ends the run, or takes it elsewhere, has cleared it. It is
 * made anew with each look, so that updates of the entry and newer versions show.
 */
export const personalise: StepKind<Personalise> = {
  take(step, standing) {
    const { run, facts, now } = standing;
    const content = readContent(step.content, facts.root);
    if (isTooLarge(content)) return goTo(standing, step.next, 'too-large');
    const end = endOfShowing(step, standing);
    const shows = showsOf(step, content, end, facts.exposed);
    const showing = noteZone({ ...standing, run: exposedRun({ ...run, shows }, standing) }, end.isZoneInvalid);
    const { at = Infinity } = end;
    if (now < at) return waitUntil(showing, at, `shows ${step.slot}, ${end.what},`, wokenBy(end, standing));
    if (facts.isIntakeBehind) return waitForIntake(showing, at, wokenBy(end, standing));
    return goTo(showing, step.next, outcomeOf(facts.exposed ?? []));
  },
  parts: (step) => [
    ...(step.for === 'session' ? [{ session: step.for, path: '/for' } as const] : [{ wait: step.for, path: '/for' }]),
    { content: step.content, path: '/content' },
    ...(step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
  ],
};

function showsOf(
  { slot, priority = usualPriority, for: lasts }: Personalise,
  content: JsonObject,
  { at }: RestEnd,
  exposed: readonly Exposed[] = [],
): Shows {
  const last = exposed.at(-1);
  return {
    ...{ slot, priority, content },
    ...(lasts !== 'session' && at !== undefined && { until: at }),
    ...(last && { told: { sessions: exposed.length, at: last.at } }),
  };
}

/** The path says in how many sessions it was shown, and in a journey with a holdout the first gives the run its arm. */
function exposedRun(run: Enrollment, { journey, facts: { exposed = [] } }: Standing): Enrollment {
  const [first] = exposed;
  const [last] = run.path.slice(-1);
  if (!first || !last) return run;
  const shown = exposed.filter(({ isGhost }) => !isGhost).length;
  const path = shown > 0 ? [...run.path.slice(0, -1), { ...last, shown }] : run.path;
  return withExposure({ ...run, path }, journey.definition, first.isGhost ? 'holdout' : 'treated', first.at);
}

function outcomeOf(exposed: readonly Exposed[]): string {
  if (exposed.some(({ isGhost }) => !isGhost)) return 'shown';
  return exposed.length > 0 ? heldOut : 'not-shown';
}

/**
 * A session is over when nothing has happened to the person for so long. Of somebody who is not there when their run comes, it is the one in
 * which they are first told.
 */
export function endOfShowing({ for: lasts }: Personalise, standing: Showing): RestEnd {
  const { run, facts } = standing;
  if (lasts !== 'session') return endOfDuration(lasts, run.arrivedAt, standing);
  const { lastAt = 0, gapMs, wasThere } = facts.activity ?? { gapMs: 0, wasThere: true };
  const hasBegun = wasThere || (facts.exposed ?? []).length > 0;
  const until = hasBegun ? Math.max(lastAt, run.arrivedAt) + gapMs : undefined;
  // A test has no sessions that could begin.
  const at = run.test ? run.arrivedAt + Math.min(gapMs, run.test.waitsMs) : until;
  return { what: hasBegun ? 'this session' : 'the next session', traits: [], isZoneInvalid: false, at };
}

/** What decides how long something is shown. */
type Showing = Resting & { readonly facts: Pick<StepFacts, 'exposed' | 'activity'> };

/** By what was told, and by what moves the days that it lasts. */
const wokenBy = ({ traits }: RestEnd, { run, facts }: Standing) => ({
  keys: [...exposureKeys(run, facts.ids), ...traitKeysOf(workspaceOf(run.subject), facts.ids, traits)],
  names: [],
});

/** Under which what was told of any run of the person is stored. */
export const exposureKeys = ({ subject }: Pick<Enrollment, 'subject'>, ids: readonly ProfileId[]): string[] =>
  waitKeysOf(workspaceOf(subject), ids, [{ event: shownName }, { event: wouldShowName }]);
