import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SignalName } from '../../domain/definition-fields.schema';
import { measureJson } from '../../domain/events/measure-json';
import { signalEvent } from '../../domain/events/signal';
import { isInside, type Enrollment } from '../../domain/journeys/enrollment';
import { conflict, invalidRequest } from '../problem';
import { nameOf, recordEvent } from '../profiles/record-event';
import type { KeyCall } from '../route';

export const SignalBody = z.strictObject({
  signal: SignalName,
  data: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'What steps after the `wait-for` that catches it read as `steps.<id>.event.properties`' }),
});

/**
 * Tells a run something: an event of its person, which reaches this run alone. Answers whether the intake has come to it already. Throws
 * 409 for a run that has ended.
 */
export async function signal(
  call: KeyCall<unknown, unknown, z.output<typeof SignalBody>>,
  run: Enrollment,
): Promise<boolean> {
  const { deps, ws, now, principal, body } = call;
  if (!isInside(run)) throw conflict(`The run has ended already: ${run.reason ?? run.status}.`);
  const measured = measureJson(body.data, deps.limits.event);
  if ('code' in measured)
    throw invalidRequest(measured.message, [{ in: 'body', pointer: '/data', message: measured.message }]);
  const profile = await deps.store.profiles.canonical(ws, run.profile);
  if (!profile) throw conflict('The person of this run was erased.');
  const told = { ...body, id: idOf(call), enrollment: run.id, source: principal.source };
  return (await recordEvent(call, signalEvent(told, nameOf(profile), now))) !== 'pending';
}

/** Of the `Idempotency-Key`, so that a signal whose answer was lost is told once. */
function idOf(call: KeyCall): string {
  const key = call.header('idempotency-key');
  if (key === undefined) return randomUUID();
  return createHash('sha256').update([call.principal.keyId, key].join('\n')).digest('hex');
}
