import type { AskedChange, JourneyDoc } from '../../store/journeys';
import { conflict } from '../problem';
import type { KeyCall } from '../route';
import { readJourney } from './find-journey';

type Approvable = KeyCall & { readonly approves?: AskedChange };

/** The call of a second key that approves what another has asked for. */
export const approving = (call: KeyCall, approves: AskedChange): Approvable => ({ ...call, approves });

/**
 * Notes a change that affects more people than one key may by itself, and answers the journey with it; nothing when it may be carried out.
 * Throws 409 for an approval of what is not what waits any more.
 */
export async function demandApproval(
  call: Approvable,
  { key, asked: waiting }: JourneyDoc,
  {
    change,
    input,
    affected,
  }: { readonly change: AskedChange['change']; readonly input: object; readonly affected: number },
): Promise<JourneyDoc | undefined> {
  const { deps, ws, now, principal, approves } = call;
  if (approves && JSON.stringify(approves) !== JSON.stringify(waiting))
    throw conflict('What was asked for was changed just now; look at it again.');
  if (approves || affected <= deps.limits.approvalAbove) return undefined;
  const asked = { change, inputJson: JSON.stringify(input), by: principal.keyId, at: now, affected };
  await deps.store.journeys.setAsked(ws, key, asked);
  return readJourney(call, key);
}
