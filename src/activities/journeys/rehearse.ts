import { testSend } from '../../domain/journeys/journey-holdout';
import type { Next } from '../../domain/journeys/next';
import type { JourneyDeps } from './journeys';
import { requestOf, reserve, type AskedSend, type SendVisit } from './send-visit';
import { record } from './settle-send';

/**
 * A send of a test: what would leave is kept in the place of being sent, and what would be refused is. Nobody is asked whether it may leave
 * now: no consent, cap, quiet hours, pause or backlog, and nothing is counted.
 */
export async function rehearse(deps: JourneyDeps, visit: SendVisit): Promise<Next> {
  const { ref, definition } = visit;
  const to = await deps.sender.state(ref.ws, definition.destination, definition.action);
  const send: AskedSend = { ...visit, permission: { isOfChannel: false, isTransactional: false } };
  await reserve(deps, visit, {}, to.channel);
  if (to.state === 'unknown' || to.state === 'disabled')
    return record(deps, send, { status: 'withheld', reason: `destination-${to.state}`, isOfChannel: true });
  const would = await deps.sender.rehearse(await requestOf(deps, visit));
  return 'code' in would
    ? record(deps, send, { status: 'rejected', reason: would.code })
    : record(deps, send, { status: 'withheld', reason: testSend, sandbox: would.request });
}
