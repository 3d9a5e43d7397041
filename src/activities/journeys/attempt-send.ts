import { runRoot } from '../../domain/journeys/run-paths';
import type { Next } from '../../domain/journeys/next';
import { readGroupFacts } from '../../folding/read-group-facts';
import type { DeliveryAttempt } from '../../store/deliveries';
import type { JourneySend, SendAnswer } from './journey-sender';
import type { JourneyDeps } from './journeys';
import type { AskedSend, SendVisit } from './send-visit';
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

/** What the destination is asked. */
export async function requestOf(
  deps: JourneyDeps,
  { ref: { ws }, key, run, journey, profile, definition }: SendVisit,
): Promise<JourneySend> {
  const { paths } = await readGroupFacts(deps.store, ws, profile, deps.clock());
  return {
    ...{ ws, idempotencyKey: key, journey: journey.key, version: journey.version, step: run.step },
    ...{ enrollment: run.id, profile, definition, run: runRoot(run, paths), arrivedAt: run.arrivedAt },
  };
}

/** It may have arrived. Only a destination that tells repeats apart gets it again; the claim stays, so that nobody forgets. */
async function unclear(deps: JourneyDeps, send: AskedSend, answer: SendAnswer, made: DeliveryAttempt): Promise<Next> {
  const { hasDedup } = await deps.sender.state(send.ref.ws, send.definition.destination);
  return hasDedup
    ? retryLater(deps, send, { answer, mayHaveArrived: true, made })
    : record(deps, send, { status: 'unknown', reason: answer.code, made });
}
