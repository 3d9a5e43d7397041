import type { Next } from '../../domain/journeys/next';
import type { DeliveryAttempt } from '../../store/deliveries';
import type { SendAnswer } from './journey-sender';
import type { JourneyDeps } from './journeys';
import { requestOf, type AskedSend } from './send-visit';
import { hold, record, retryLater } from './settle-send';

/** Sends it, and does what the answer asks for. That an earlier attempt may have arrived no later answer takes back, but that it has. */
export async function attempt(deps: JourneyDeps, send: AskedSend, wasInFlight: boolean): Promise<Next> {
  const { ref, definition } = send;
  const startedAt = deps.clock();
  const answer = await deps.sender.send(await requestOf(deps, send));
  const { kind, code } = answer;
  const made = { at: startedAt, outcome: kind, code, latencyMs: deps.clock() - startedAt };
  switch (kind) {
    case 'ok':
      return record(deps, send, { status: 'delivered', made });
    case 'invalid':
      return record(deps, send, { status: wasInFlight ? 'unknown' : 'rejected', reason: code, made });
    case 'auth':
      await deps.sender.pause(ref.ws, definition.destination, code);
      return hold(deps, send, { reason: code, mayHaveArrived: wasInFlight, made });
    case 'ambiguous':
    case 'unclear':
      return unclear(deps, send, answer, made);
    case 'throttled':
    case 'transient':
      return retryLater(deps, send, { answer, mayHaveArrived: wasInFlight, made });
  }
}

/** It may have arrived. Only a destination that tells repeats apart gets it again; the claim stays, so that nobody forgets. */
async function unclear(deps: JourneyDeps, send: AskedSend, answer: SendAnswer, made: DeliveryAttempt): Promise<Next> {
  const { hasDedup } = await deps.sender.state(send.ref.ws, send.definition.destination);
  return hasDedup
    ? retryLater(deps, send, { answer, mayHaveArrived: true, made })
    : record(deps, send, { status: 'unknown', reason: answer.code, made });
}
