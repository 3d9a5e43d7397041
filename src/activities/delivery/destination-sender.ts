import type { PlannedRequest } from '../../destinations/destination';
import { applyMapping } from '../../destinations/mapping';
import { Mapping } from '../../destinations/mapping.schema';
import { channelOf } from '../../destinations/registry';
import type { Sender } from '../../destinations/send-request';
import { computedKeysRead, traitsRead } from '../../destinations/traits-read';
import { computedTraitsOf, readComputed } from '../../folding/read-computed';
import { toSandbox } from '../../domain/delivery/sandbox';
import type { Send } from '../../domain/delivery/operation';
import { own } from '../../domain/json';
import { identifiersByType, presentTraits } from '../../domain/profiles/present';
import type { Store } from '../../store/store';
import { connectDestination, kindOf, sendPlanned, type ConnectedDestination } from './connected-destination';
import type { DeliveryMetrics } from './delivery-metrics';
import type { JourneySend, JourneySender, SendAnswer } from '../journeys/journey-sender';

export interface DestinationSenderDeps {
  readonly store: Pick<Store, 'destinations' | 'computedTraits' | 'events'>;
  readonly sender: Sender;
  readonly clock: () => number;
  readonly metrics: DeliveryMetrics;
}

/** Sends what journeys ask for, through the destination's own plan and the one way out. */
export function createDestinationSender(deps: DestinationSenderDeps): JourneySender {
  return {
    state: async (ws, key, action = '') => {
      const doc = await deps.store.destinations.find(ws, key);
      if (!doc) return { state: 'unknown', hasDedup: false };
      const kind = kindOf(doc);
      const state = !doc.enabled ? 'disabled' : doc.paused ? 'paused' : 'ready';
      const { purpose } = doc;
      const channel = own(kind.actions, action)?.channel ?? channelOf(doc);
      return {
        state,
        hasDedup: kind.capabilities.dedup !== 'none',
        ...(purpose !== undefined && { purpose }),
        ...(channel !== undefined && { channel }),
      };
    },
    reaches: async (send) => {
      const connected = await connectDestination(deps.store, send.ws, send.definition.destination, deps.clock());
      const isKnown = send.profile.identifiers.some(({ type }) => connected?.kind.identifiers.includes(type));
      return connected !== undefined && isKnown && 'planned' in (await plan(deps, connected, send));
    },
    rehearse: async (send) => {
      const connected = await connectDestination(deps.store, send.ws, send.definition.destination, deps.clock());
      if (!connected) return { code: unknownCode };
      const found = await plan(deps, connected, send);
      return 'code' in found ? found : { request: toSandbox(found.planned.request, connected.context.secrets) };
    },
    send: async (send) => {
      const connected = await connectDestination(deps.store, send.ws, send.definition.destination, deps.clock());
      const answer = connected ? await attempt(deps, connected, send) : refuse(unknownCode);
      const type = connected?.kind.type ?? 'unknown';
      deps.metrics.deliveries.inc({ type, outcome: answer.kind });
      if (answer.kind === 'ok')
        deps.metrics.latency.observe({ type }, Math.max(0, deps.clock() - send.arrivedAt) / 1_000);
      return answer;
    },
    pause: (ws, key, reason) => deps.store.destinations.pause(ws, key, reason, deps.clock()),
  };
}

const unknownCode = 'destination-unknown';
const refuse = (code: string): SendAnswer => ({ kind: 'invalid', code });

async function attempt(
  deps: DestinationSenderDeps,
  connected: ConnectedDestination,
  send: JourneySend,
): Promise<SendAnswer> {
  const found = await plan(deps, connected, send);
  if ('code' in found) return refuse(found.code);
  const [result] = await sendPlanned(deps.sender, connected, found.planned, connected.context.now);
  if (!result) return { kind: 'unclear', code: 'no-answer' };
  const { kind: outcome, code, retryAfterMs } = result;
  return { kind: outcome, code, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** What would leave, or why nothing can. */
async function plan(
  { store }: DestinationSenderDeps,
  { kind, context }: ConnectedDestination,
  send: JourneySend,
): Promise<{ readonly planned: PlannedRequest } | { readonly code: string }> {
  const message = await toMessage(store, send, context.now);
  if (!message) return { code: 'mapping' };
  const plan = kind.planSend?.(message, context);
  if (!plan) return { code: 'no-such-action' };
  const [refused] = plan.refused;
  if (refused) return { code: refused.code };
  const [planned] = plan.requests;
  return planned ? { planned } : { code: 'nothing-to-send' };
}

/** `undefined` when the mapping asks for something this person does not have. */
async function toMessage(
  store: DestinationSenderDeps['store'],
  send: JourneySend,
  now: number,
): Promise<Send | undefined> {
  const { idempotencyKey, journey, version, step, enrollment, profile, definition, run, arrivedAt } = send;
  const mapping = Mapping.parse(definition.mapping ?? {});
  const traits = presentTraits(profile, now);
  const identifiers = identifiersByType(profile);
  const asked = await computedTraitsOf(store, send.ws, computedKeysRead(mapping));
  const computed = await readComputed(store, send.ws, profile, asked, now);
  const mapped = applyMapping(mapping, { ...run, traits, identifiers, computed });
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
