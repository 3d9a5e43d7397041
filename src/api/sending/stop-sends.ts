import type { ClientSession } from 'mongodb';
import { resumingMs } from '../../domain/delivery/resumed-sends';
import { omit } from '../../domain/json';
import type { WorkspaceDoc } from '../../store/documents';
import { notFound } from '../problem';
import type { KeyCall } from '../route';
import { transact } from '../transact';
import { waitUntil } from '../wait-until';

/** Stops all sends of journeys. What was claimed before the stop was committed did not see it; what is claimed after is given back at once. */
export async function stopSends(call: KeyCall) {
  const { deps, ws } = call;
  await transact(deps, async (session) => {
    const { sending = {}, sendingVersion = 0 } = await findWorkspace(call, session);
    if (sending.sendsStopped) return;
    const policy = { ...sending, sendsStopped: true };
    await deps.store.workspaces.setSending(ws, { policy, version: sendingVersion + 1 }, session);
  });
  const sending = await waitUntil(
    () => deps.store.enrollments.sending(ws),
    (count) => count === 0,
  );
  return { sendsStopped: true as const, ...(sending > 0 && { sending }) };
}

/** Lets sends go again. Those that were held do so over as long as the pace asks for; others at once. */
export async function startSends(call: KeyCall) {
  const { deps, ws, now } = call;
  const perSecond = deps.limits.resumedSendsPerSecond;
  const held = await deps.store.deliveries.countHeld(ws, 'sends-stopped');
  const overMs = resumingMs(held, perSecond);
  const wasStopped = await transact(deps, async (session) => {
    const { sending = {}, sendingVersion = 0 } = await findWorkspace(call, session);
    if (!sending.sendsStopped) return false;
    const policy = omit(sending, 'sendsStopped');
    const saved = { policy, version: sendingVersion + 1, resumed: { at: now, overMs } };
    await deps.store.workspaces.setSending(ws, saved, session);
    return true;
  });
  const resuming = { held, seconds: Math.ceil(overMs / 1_000) };
  return { sendsStopped: false as const, ...(wasStopped && held > 0 && { resuming }) };
}

async function findWorkspace({ deps, ws }: KeyCall, session: ClientSession): Promise<WorkspaceDoc> {
  const found = await deps.store.workspaces.find(ws, session);
  if (!found) throw notFound('such workspace');
  return found;
}
