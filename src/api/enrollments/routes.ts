import { z } from 'zod';
import { endEnrollment, isInside, isSending, type Enrollment } from '../../domain/journeys/enrollment';
import { isDeliveryOutcome } from '../../domain/journeys/outcomes';
import { journeyOfRun } from '../../folding/journey-of-run';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { conflict } from '../problem';
import { idsOf } from '../../domain/profiles/present';
import { findProfile, ProfileRef } from '../profiles/find-profile';
import { defineRoute, type KeyCall, type Route } from '../route';
import { transact } from '../transact';
import { waitUntil } from '../wait-until';
import { EnrollmentId, findRun } from './find-run';
import { signal, SignalBody } from './signal';
import { EnrollmentBody, EnrollmentDetail, presentEnrollment, presentEnrollmentDetail } from './presenter';

const ExitBody = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(200)
    .refine((reason) => !isDeliveryOutcome(reason), {
      error: 'This is what deliveries are called, and would count as one. Say why the run ends in other words.',
    })
    .default('exited-by-hand'),
});

export const enrollmentRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/enrollments/{id}',
    scope: 'journeys:read',
    summary: 'Where one run is and why, with its path, its last send and a link to the Temporal UI',
    params: EnrollmentId,
    responses: { 200: EnrollmentDetail },
    handle: async (call) => ({ status: 200, body: await detailOf(call, await findRun(call)) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/enrollments/{id}/exit',
    scope: 'journeys:write',
    summary: 'End one run; nothing is sent after the answer, unless it says `sending`',
    params: EnrollmentId,
    body: ExitBody.prefault({}),
    responses: { 200: EnrollmentDetail },
    handle: async (call) => {
      await exit(call);
      // An attempt that had begun before the run ended may still be sending.
      const run = await waitUntil(
        () => findRun(call),
        (found) => !isSending(found),
      );
      return { status: 200, body: await detailOf(call, run) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/enrollments/{id}/signal',
    scope: 'journeys:write',
    summary:
      'Tell one run something that it waits for, or ends or converts by; 202 when it is accepted and not yet told',
    params: EnrollmentId,
    body: SignalBody,
    responses: { 200: EnrollmentDetail, 202: EnrollmentDetail },
    handle: async (call) => {
      const isTold = await signal(call, await findRun(call));
      const body = await detailOf(call, await findRun(call));
      return isTold ? { status: 200, body } : { status: 202, body };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/enrollments',
    scope: 'profiles:read',
    summary: 'Every run of this person, newest first',
    params: z.strictObject({ ref: ProfileRef }),
    query: PageQuery,
    responses: { 200: pageOf(EnrollmentBody) },
    handle: async (call) => {
      const { deps, ws, params } = call;
      const profile = await findProfile(deps.store, ws, params.ref);
      const runs = await deps.store.enrollments.ofProfile(ws, idsOf(profile));
      return toPageOfAll(call, readPage(call), runs, (run) => presentEnrollment(run, deps));
    },
  }),
];

async function detailOf({ deps, ws }: Pick<KeyCall, 'deps' | 'ws'>, run: Enrollment) {
  const [compiled, sends] = await Promise.all([
    journeyOfRun(deps.store, ws, run),
    deps.store.deliveries.ofRun(ws, run.id, 1),
  ]);
  return presentEnrollmentDetail({ run, definition: compiled?.definition, lastSend: sends[0] }, deps);
}

type ExitCall = KeyCall<z.output<typeof EnrollmentId>, unknown, z.output<typeof ExitBody>>;

/** Ends the run as it stands, and has its workflow notice: at once, or where that fails by way of the outbox. */
async function exit(call: ExitCall): Promise<void> {
  const { deps, ws, now, body } = call;
  const { enrollments, outbox } = deps.store;
  const { workflowId, owed } = await transact(deps, async (session) => {
    const run = await findRun(call, session);
    if (!isInside(run)) throw conflict(`The run has ended already: ${run.reason ?? run.status}.`);
    const enrollment = endEnrollment(run, { status: 'exited', reason: body.reason }, now);
    await enrollments.write(ws, [{ enrollment, readRev: run.rev }], session);
    const wake = { kind: 'wake' as const, profile: run.profile, lineage: [], waitKeys: [] };
    return { workflowId: run.workflowId, owed: await outbox.add(ws, [wake], now, session) };
  });
  try {
    await deps.wakeRun(workflowId);
    await outbox.done(owed);
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    deps.log.warn({ ws, workflowId, code }, 'a run that ended is told by the next sweep');
  }
}
