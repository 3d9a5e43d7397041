import { applyMapping } from '../../destinations/mapping';
import { Mapping } from '../../destinations/mapping.schema';
import type { Sender } from '../../destinations/send-request';
import { traitsRead } from '../../destinations/traits-read';
import type { ItemResult } from '../../domain/delivery/item-result';
import type { Send } from '../../domain/delivery/operation';
import { own } from '../../domain/json';
import { identifiersByType, presentTraits } from '../../domain/profiles/present';
import type { Store } from '../../store/store';
import { connectDestination, sendPlanned, type Answer } from './connected-destination';
import type { DeliveryMetrics } from './delivery-metrics';
import type { JourneySend, JourneySender, SendOutcome } from '../journeys/journey-sender';

export interface DestinationSenderDeps {
  readonly store: Pick<Store, 'destinations'>;
  readonly sender: Sender;
  readonly clock: () => number;
  readonly metrics: DeliveryMetrics;
}

/** Sends what journeys ask for, through the destination's own plan and the one way out. */
export function createDestinationSender(deps: DestinationSenderDeps): JourneySender {
  return {
    state: async (ws, key) => {
      const connected = await connectDestination(deps.store, ws, key, deps.clock());
      if (!connected) return { state: 'unknown', hasDedup: false };
      const { doc, kind } = connected;
      const state = !doc.enabled ? 'disabled' : doc.paused ? 'paused' : 'ready';
      return { state, hasDedup: kind.capabilities.dedup !== 'none' };
    },
    send: async (send) => {
      const outcome = await attempt(deps, send);
      deps.metrics.deliveries.inc({ type: outcome.type, outcome: outcome.result.status });
      return outcome.result;
    },
    pause: (ws, key, reason) => deps.store.destinations.pause(ws, key, reason, deps.clock()),
  };
}

async function attempt(deps: DestinationSenderDeps, send: JourneySend): Promise<{ type: string; result: SendOutcome }> {
  const now = deps.clock();
  const connected = await connectDestination(deps.store, send.ws, send.definition.destination, now);
  if (!connected) return { type: 'unknown', result: { status: 'rejected', code: 'destination-unknown' } };
  const { kind, context } = connected;
  const reject = (code: string) => ({ type: kind.type, result: { status: 'rejected' as const, code } });
  const message = toMessage(send, now);
  if (!message) return reject('mapping');
  const plan = kind.planSend?.(message, context);
  if (!plan) return reject('no-such-action');
  const [refused] = plan.refused;
  if (refused) return reject(refused.code);
  const [planned] = plan.requests;
  if (!planned) return reject('nothing-to-send');
  return { type: kind.type, result: toOutcome(await sendPlanned(deps.sender, connected, planned, now)) };
}

/** `undefined` when the mapping asks for something this person does not have. */
function toMessage(send: JourneySend, now: number): Send | undefined {
  const { idempotencyKey, journey, version, step, enrollment, profile, definition, run, arrivedAt } = send;
  const mapping = Mapping.parse(definition.mapping ?? {});
  const traits = presentTraits(profile, now);
  const identifiers = identifiersByType(profile);
  const mapped = applyMapping(mapping, { ...run, traits, identifiers });
  if ('rejected' in mapped) return undefined;
  const names = traitsRead(mapping);
  const sent = Object.fromEntries(
    names.flatMap((name) => {
      const value = own(traits, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    id: idempotencyKey,
    journey,
    version,
    step,
    enrollment,
    profile: { id: profile.id, identifiers, traits: sent },
    payload: mapped.payload,
    timestamp: arrivedAt,
  };
}

function toOutcome(answer: Answer): SendOutcome {
  if ('unclear' in answer) return { status: 'unclear', code: answer.unclear.code };
  const [result] = answer.results;
  return result ? outcomeOf(result) : { status: 'unclear', code: 'no-answer' };
}

function outcomeOf({ kind, code, retryAfterMs }: ItemResult): SendOutcome {
  const pause = retryAfterMs !== undefined && { retryAfterMs };
  switch (kind) {
    case 'ok':
      return { status: 'delivered' };
    case 'invalid':
      return { status: 'rejected', code };
    case 'auth':
      return { status: 'unauthorised', code };
    case 'ambiguous':
      return { status: 'unclear', code };
    case 'throttled':
    case 'transient':
      return { status: kind, code, ...pause };
  }
}
