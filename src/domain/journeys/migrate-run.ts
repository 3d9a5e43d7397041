import { omit, own, withKey, withoutKey } from '../json';
import type { CompiledJourney } from './compiled-journey';
import { endEnrollment, isInside, saidKey, type Enrollment, type PathEntry } from './enrollment';
import type { Step, StepOf } from './journey.schema';
import { leaving } from './left';
import { arriveAt } from './move';
import { openUntil } from './routing';

/** Where runs of older versions go on: a step of the new one, or `null` for nowhere, which ends them. */
export type StepMap = Readonly<Record<string, string | null>>;

/** Why a run ends that a newer version has no place for. */
export const superseded = 'superseded';

/** Where a run at a step of an older version goes on; `undefined` when nobody has said, and there is no step of that name. */
export function counterpart(
  step: string,
  to: Pick<CompiledJourney, 'definition'>,
  map: StepMap,
): string | null | undefined {
  const said = own(map, step);
  if (said !== undefined) return said;
  return own(to.definition.steps, step) ? step : undefined;
}

/**
 * The run as one of a newer version, or ended; nothing when it is one already, or has no place there. A visit of a step of the same name goes on as it is: a
 * wait keeps its arrival, and a send that was begun is not begun again. Under another name it is a visit of its own. Asked only while no
 * attempt to deliver is under way.
 */
export function migrateRun(
  run: Enrollment,
  { from, to }: { readonly from: CompiledJourney; readonly to: CompiledJourney },
  map: StepMap,
  now: number,
): Enrollment | undefined {
  if (!isInside(run) || run.version >= to.version) return undefined;
  // No attempt is under way, so that nothing keeps it any more from where an update has sent it.
  const step = counterpart(run.resumeAt ?? run.step, to, map);
  if (step === undefined) return undefined;
  if (step === null) return endEnrollment(run, { status: 'exited', reason: superseded }, now);
  return goOnAt(step, run, { from, to, map, now });
}

interface Passage {
  readonly from: CompiledJourney;
  readonly to: CompiledJourney;
  readonly map: StepMap;
  readonly now: number;
}

function goOnAt(step: string, run: Enrollment, { from, to, map, now }: Passage): Enrollment {
  const [before, after] = [own(from.definition.steps, run.step), own(to.definition.steps, step)];
  const isStaying = step === run.step && goesOn(run, before, after);
  const renamed = rename(asOfVersion(run, to, isStaying), map);
  // Content is shown again as the newer version has it, once the run has looked.
  if (isStaying) return { ...omit(renamed, 'shows'), waitingFor: [], dueAt: now };
  const arrived = arriveAt(omit(renamed, 'resumeAt'), step, 'migrated', { now, cursor: run.cursor });
  if (!arrived) return endEnrollment(run, { status: 'failed', reason: 'visit-limit' }, now);
  // A wait under another name has lasted since its person came to it.
  const isStill = before?.type === after?.type && after?.type !== 'send';
  return {
    ...{ ...leaving(run, from, arrived), dueAt: now },
    ...(isStill && { arrivedAt: run.arrivedAt }),
    ...(asksForTheSame(before, after) && { askedAs: saidKey(run) }),
  };
}

/** A run that has been begun is waited for under another name too, and not begun again. */
const asksForTheSame = (before: Step | undefined, after: Step | undefined): boolean =>
  before?.type === 'enroll' && after?.type === 'enroll' && before.journey === after.journey;

/** Whether a visit of one step can go on as a visit of the other: a send that was begun says to whom. */
function goesOn({ fallback, resumeAt }: Enrollment, before: Step | undefined, after: Step | undefined): boolean {
  if (resumeAt !== undefined) return false;
  if (before?.type !== 'send') return true;
  if (after?.type !== 'send') return false;
  const sent = ({ destination, action, fallback: others }: StepOf<'send'>) =>
    fallback === undefined ? [destination, action] : [destination, action, others];
  return JSON.stringify(sent(before)) === JSON.stringify(sent(after));
}

/** What it did until now it did under its version, which the path remembers; a visit that goes on is of the new one. */
function asOfVersion(run: Enrollment, to: CompiledJourney, isStaying: boolean): Enrollment {
  const present = isStaying ? run.path.length - 1 : undefined;
  return {
    ...run,
    version: to.version,
    path: run.path.map((entry, index) => (index === present ? entry : { version: run.version, ...entry })),
    openUntil: Math.max(run.openUntil, openUntil(to, run.entry.at, run.entryKey, run.enteredAt)),
  };
}

/** What is remembered of a step by its name is remembered of its counterpart. */
function rename(run: Enrollment, map: StepMap): Enrollment {
  const names = Object.entries(map).filter((pair): pair is [string, string] => pair[1] !== null);
  const steps = names.reduce((caught, [old, name]) => {
    const found = own(run.steps, old);
    return found ? withKey(withoutKey(caught, old), name, found) : caught;
  }, run.steps);
  const sentElsewhere = run.sentElsewhere?.map((step) => own(map, step) ?? step);
  const path = run.path.map((entry) => becoming(entry, own(map, entry.became ?? entry.step)));
  return { ...run, steps, path, ...(sentElsewhere && { sentElsewhere }) };
}

/** So that a message which was sent under an older name is known for what it is now. */
const becoming = (entry: PathEntry, name: string | null | undefined): PathEntry =>
  typeof name === 'string' ? { ...entry, became: name } : entry;
