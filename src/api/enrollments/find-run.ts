import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import { enrollmentId } from '../../domain/ids';
import type { Enrollment } from '../../domain/journeys/enrollment';
import { notFound } from '../problem';
import type { KeyCall } from '../route';

export const EnrollmentId = z.strictObject({ id: z.string().min(1).max(100) });

type Call = Pick<KeyCall<z.output<typeof EnrollmentId>>, 'deps' | 'ws' | 'params'>;

export async function findRun({ deps, ws, params }: Call, session?: ClientSession): Promise<Enrollment> {
  const run = await deps.store.enrollments.byId(ws, enrollmentId(params.id), session);
  if (!run) throw notFound('such enrollment');
  return run;
}
