import { measureJson } from '../events/measure-json';
import type { ProfileId } from '../ids';
import type { CompiledJourney } from './compiled-journey';
import { endEnrollment, isInside, type Enrollment } from './enrollment';
import { leaving } from './left';
import { arriveAt } from './move';
import { concerns, cursorAt, isEntryOf } from './routing';
import { causeAt, causeReceivedAt, toldBy, type Cause } from './trigger';

/** What the entry's properties may grow to by updates. */
const propertyLimits = { maxBytes: 32_768, maxDepth: 32 };

export interface UpdateContext {
  /** To whom the cause happened, with everybody they have absorbed. */
  readonly profile: ProfileId;
  readonly ids: readonly ProfileId[];
  readonly now: number;
}

/**
 * The run once something that its journey takes as an update has happened; nothing where it is none. The properties of the event go over
 * those of the entry, in the order of arrival, and the run looks again at what it waits for. `resumeAt` takes it to another step: not
 * while an attempt to deliver is under way, then when that has settled.
 */
export function decideUpdate(
  run: Enrollment,
  journey: CompiledJourney,
  cause: Cause,
  context: UpdateContext,
): Enrollment | undefined {
  if (!isInside(run) || isEntryOf(run, cause)) return undefined;
  if (causeReceivedAt(cause) - causeAt(cause) > journey.maxEventAgeMs) return undefined;
  const update = journey.definition.updates?.find(({ on }) => concerns(on, cause, run));
  if (!update) return undefined;
  const told = { ...withProperties(run, cause), dueAt: context.now };
  if (update.resumeAt === undefined) return told;
  if (run.sending !== undefined) return { ...told, resumeAt: update.resumeAt };
  return resume(told, journey, update.resumeAt, cause, context);
}

/** Too much to hold is left out, and counted where people see it; the update wakes and resumes all the same. */
function withProperties(run: Enrollment, cause: Cause): Enrollment {
  if (cause.kind === 'edge') return run;
  const properties = { ...run.entry.properties, ...toldBy(cause).properties };
  if ('code' in measureJson(properties, { ...propertyLimits, byteLength: (text) => text.length }))
    return { ...run, updatesRefused: (run.updatesRefused ?? 0) + 1 };
  return { ...run, entry: { ...run.entry, properties } };
}

function resume(
  run: Enrollment,
  journey: CompiledJourney,
  step: string,
  cause: Cause,
  { profile, ids, now }: UpdateContext,
): Enrollment {
  // What somebody else of the household did has no place among what the run's own person did.
  const cursor = profile === run.profile ? cursorAt(profile, cause.seq, ids) : run.cursor;
  const arrived = arriveAt(run, step, 'resumed', { now, cursor });
  if (!arrived) return endEnrollment(run, { status: 'failed', reason: 'visit-limit' }, now);
  return { ...leaving(run, journey, arrived), dueAt: now };
}
