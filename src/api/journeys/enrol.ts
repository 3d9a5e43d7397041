import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Event } from '../../domain/events/event';
import type { JsonObject } from '../../domain/json';
import { enrollEvent, enrollMessageId } from '../../domain/events/enroll';
import { measureJson } from '../../domain/events/measure-json';
import type { Enrollment } from '../../domain/journeys/enrollment';
import type { IgnoredEntry } from '../../domain/journeys/routing';
import { EnrollmentBody, presentEnrollment } from '../enrollments/presenter';
import { conflict, invalidRequest, Problem } from '../problem';
import { findProfile } from '../profiles/find-profile';
import { nameOf, recordEvent } from '../profiles/record-event';
import type { KeyCall } from '../route';

export interface EnrolInput {
  readonly profile: string;
  readonly properties: JsonObject;
}

/**
 * Asks for a run of a journey: an event like any other, which the intake applies. Waits a few seconds for that; answers the run, or nothing
 * while the intake has yet to come to it. Throws 404 for a reference to nobody, and 409 or 422 that say why none was begun.
 */
export async function enrol(
  call: KeyCall<unknown, unknown, EnrolInput>,
  journey: string,
): Promise<Enrollment | undefined> {
  const { deps, ws, now, principal, body } = call;
  refuseOversize(call, '/properties', body.properties);
  const profile = await findProfile(deps.store, ws, body.profile);
  const ask = { id: await idOf(call, journey, body.profile), journey, by: 'api', properties: body.properties } as const;
  return begun(call, journey, enrollEvent({ ...ask, source: principal.source }, nameOf(profile), now));
}

/** Hands over what asks for a run; answers the run, or nothing while the intake has yet to come to it. Throws 409 or 422 that say why none was begun. */
export async function begun(call: KeyCall, journey: string, event: Event): Promise<Enrollment | undefined> {
  const { deps, ws } = call;
  const state = await recordEvent(call, event);
  if (state === 'pending') return undefined;
  const stamped = await deps.store.events.byMessageId(ws, event.messageId);
  if (stamped?.notBegun !== undefined) throw notBegun(stamped.notBegun, journey);
  const run = stamped?.began === undefined ? undefined : await deps.store.enrollments.byId(ws, stamped.began);
  if (!run) throw conflict('The person was erased, or cannot be written to, so that no run was begun.');
  return run;
}

export const BegunResponses = { 201: EnrollmentBody, 202: z.strictObject({ isPending: z.literal(true) }) };

/** The run, or that the intake has yet to come to what asks for it. */
export const answerBegun = (run: Enrollment | undefined, deps: KeyCall['deps']) =>
  run
    ? ({ status: 201, body: presentEnrollment(run, deps) } as const)
    : ({ status: 202, body: { isPending: true } } as const);

/** Throws 400 for what no event could carry. */
export function refuseOversize({ deps }: KeyCall, pointer: string, given: JsonObject): void {
  const measured = measureJson(given, deps.limits.event);
  if ('code' in measured) throw invalidRequest(measured.message, [{ in: 'body', pointer, message: measured.message }]);
}

const triesUnderOneKey = 20;

/**
 * Of the `Idempotency-Key`, so that a request whose answer was lost begins no second run. One that began none may be sent again under
 * the same key, and is another ask.
 */
export async function idOf(call: KeyCall, journey: string, profile: string): Promise<string> {
  const key = call.header('idempotency-key');
  if (key === undefined) return randomUUID();
  const named = createHash('sha256').update([call.principal.keyId, journey, profile, key].join('\n')).digest('hex');
  for (let nth = 1; nth <= triesUnderOneKey; nth += 1) {
    const id = `${named}-${nth}`;
    const before = await call.deps.store.events.byMessageId(call.ws, enrollMessageId(id));
    if (before?.notBegun === undefined) return id;
  }
  throw conflict(`No run was begun ${triesUnderOneKey} times under this Idempotency-Key; make a new one.`);
}

const reasons: Readonly<Partial<Record<IgnoredEntry, readonly [status: 409 | 422, detail: string]>>> = {
  'not-published': [409, 'The journey is not published, or is paused or archived; publish or resume it first.'],
  'not-by-api': [
    422,
    'The entry of the journey is not { "api": true }; send the event that it waits for, or enrol existing members.',
  ],
  restricted: [409, 'The person is restricted, and enters nothing until the restriction is lifted.'],
  'already-inside': [409, 'The person is inside already; end that run, or set "reentry.whileInside".'],
  'enough-inside': [409, 'As many runs of the person are inside as "reentry.max" allows; wait for one to end.'],
  'entered-before': [409, 'The person has been inside before, and "reentry.again" is "never".'],
  'too-soon': [409, 'The person entered not long enough ago, as "reentry.again" has it.'],
  'too-old': [409, 'The request was applied later than "entry.maxEventAge" allows; send it again.'],
  'no-key': [422, 'The properties do not have what "entry.key" of the journey names; add it.'],
  rule: [422, 'The rule "entry.if" of the journey does not hold of the person.'],
  'emitted-by-itself': [409, 'A journey does not begin by what it has emitted itself.'],
};

function notBegun(reason: IgnoredEntry, journey: string): Problem {
  const [status, detail] = reasons[reason] ?? [409, `The reason is "${reason}".`];
  return new Problem(status, `not-begun-${reason}`, `No run of "${journey}" was begun. ${detail}`);
}
