import { z } from 'zod';
import { enrollmentId } from '../../domain/ids';
import { endEnrollment, isInside, type Enrollment } from '../../domain/journeys/enrollment';
import { inTransaction } from '../../store/open-store';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { conflict, notFound } from '../problem';
import { idsOf } from '../../domain/profiles/present';
import { findProfile } from '../profiles/find-profile';
import { defineRoute, type KeyCall, type Route } from '../route';
import { EnrollmentBody, EnrollmentDetail, presentEnrollment, presentEnrollmentDetail } from './presenter';

const Id = z.strictObject({ id: z.string().min(1).max(100) });
const ExitBody = z.strictObject({ reason: z.string().min(1).max(200).default('exited-by-hand') });

export const enrollmentRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/enrollments/{id}',
    scope: 'journeys:read',
    summary: 'Where one run is, with its path and a link to the Temporal UI',
    params: Id,
    responses: { 200: EnrollmentDetail },
    handle: async (call) => ({ status: 200, body: presentEnrollmentDetail(await findRun(call), call.deps) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/enrollments/{id}/exit',
    scope: 'journeys:write',
    summary: 'End one run; nothing is sent after the answer, unless it has left already',
    params: Id,
    body: ExitBody.prefault({}),
    responses: { 200: EnrollmentDetail },
    handle: async (call) => ({ status: 200, body: presentEnrollmentDetail(await exit(call), call.deps) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/enrollments',
    scope: 'profiles:read',
    summary: 'Every run of this person, newest first',
    params: z.strictObject({ ref: z.string().min(1).max(400) }),
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

async function findRun({ deps, ws, params }: KeyCall<z.output<typeof Id>>): Promise<Enrollment> {
  const run = await deps.store.enrollments.byId(ws, enrollmentId(params.id));
  if (!run) throw notFound('such enrollment');
  return run;
}

const mostTries = 10;

/** Ends the run under the revision that was read; its workflow is rung by way of the outbox. */
async function exit(call: KeyCall<z.output<typeof Id>, unknown, z.output<typeof ExitBody>>): Promise<Enrollment> {
  const { deps, ws, now, body } = call;
  const { store } = deps;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const run = await findRun(call);
    if (!isInside(run)) throw conflict(`The run has ended already: ${run.reason ?? run.status}.`);
    const enrollment = endEnrollment(run, { status: 'exited', reason: body.reason }, now);
    const wake = { kind: 'wake' as const, profile: run.profile, lineage: [], waitKeys: [] };
    const isWritten = await inTransaction(store.connection, async (session) => {
      if ((await store.enrollments.write(ws, [{ enrollment, readRev: run.rev }], session)) === 0) return false;
      await store.outbox.add(ws, [wake], now, session);
      return true;
    });
    if (isWritten) return enrollment;
  }
  throw conflict('The run changed at every try; try again.');
}
