import type { OperationKindName } from '../../domain/operations/operation';
import type { RunTask } from '../../domain/journeys/run-task';
import type { JsonObject } from '../../domain/json';
import { newOperationId } from '../../store/operations';
import type { KeyCall } from '../route';
import type { Saving } from '../save-definition';

type WorkCall = Pick<KeyCall, 'deps' | 'ws' | 'principal' | 'now'>;

/** Has a worker do something with each run of a journey that is inside, from the commit of this save on. Answers the operation's id. */
export function beginRuns(
  call: WorkCall,
  saving: Saving,
  of: { readonly journey: string; readonly task: RunTask; readonly perSecond: number },
): Promise<string> {
  return begin(call, saving, 'journey-runs', of);
}

/** Has a worker ask for a run of a journey for each member of an audience. */
export function beginEnrolling(
  call: WorkCall,
  saving: Saving,
  of: { readonly journey: string; readonly audience: string; readonly perSecond: number },
): Promise<string> {
  return begin(call, saving, 'journey-enrol', { ...of, source: call.principal.source });
}

async function begin(
  { deps, ws, principal, now }: WorkCall,
  { session, owe }: Saving,
  kind: OperationKindName,
  of: object,
): Promise<string> {
  const input = of as JsonObject;
  const asked = { id: newOperationId(), kind, input, startedBy: principal.keyId, createdAt: now };
  const { id } = await deps.store.operations.create(ws, asked, session);
  await owe([{ kind: 'operation', operation: id }]);
  return id;
}

/** Has the schedule by which people enter brought to what the journey says from the commit of this save on. */
export async function oweSchedule({ deps, ws }: WorkCall, { owe }: Saving, journey: string): Promise<void> {
  if (await deps.store.journeys.hasSchedule(ws, journey)) await owe([{ kind: 'journey-schedule', journey }]);
}
