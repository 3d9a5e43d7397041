import type { ProfileId, WorkspaceId } from '../../domain/ids';
import type { Outbox } from '../outbox';
import { applyTime, type ApplyDeps } from './apply';

/**
 * Evaluates profiles in one transaction and carries out what it owes. Where that fails, which is mostly because one of them is being
 * written by the intake at this moment, each half is tried by itself, down to single profiles: those that fail alone are handed to `onAlone`.
 */
export async function applyTimeInHalves(
  deps: ApplyDeps & { readonly outbox: Outbox },
  ws: WorkspaceId,
  ids: readonly ProfileId[],
  { leaveOut, onAlone }: { leaveOut: 'none' | 'pending'; onAlone: (id: ProfileId, error: unknown) => Promise<void> },
): Promise<void> {
  const [first] = ids;
  if (first === undefined) return;
  try {
    const { outbox } = await applyTime(deps, ws, ids, leaveOut);
    await deps.outbox.carryOut(outbox);
  } catch (error) {
    if (ids.length === 1) return onAlone(first, error);
    const half = Math.ceil(ids.length / 2);
    for (const part of [ids.slice(0, half), ids.slice(half)])
      await applyTimeInHalves(deps, ws, part, { leaveOut, onAlone });
  }
}
