import type { AskedChange, JourneyDoc } from '../../store/journeys';
import type { KeyCall } from '../route';
import { readJourney } from './save-journey';

type Approvable = KeyCall & { readonly isApproved?: true };

/** The call of a second key that approves what another has asked for. */
export const approving = (call: KeyCall): Approvable => ({ ...call, isApproved: true });

/**
 * Notes a change that affects more people than one key may by itself, and answers the journey with it; nothing when it may be carried out.
 */
export async function demandApproval(
  call: Approvable,
  { key }: JourneyDoc,
  {
    change,
    input,
    affected,
  }: { readonly change: AskedChange['change']; readonly input: object; readonly affected: number },
): Promise<JourneyDoc | undefined> {
  const { deps, ws, now, principal, isApproved } = call;
  if (isApproved || affected <= deps.limits.approvalAbove) return undefined;
  const asked = { change, inputJson: JSON.stringify(input), by: principal.keyId, at: now, affected };
  await deps.store.journeys.setAsked(ws, key, asked);
  return readJourney(call, key);
}
