import { Registry } from 'prom-client';
import { createDeliveryMetrics } from '../activities/delivery/delivery-metrics';
import { createDestinationSender } from '../activities/delivery/destination-sender';
import type { JourneySender } from '../activities/journeys/journey-sender';
import type { WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { CompiledJourney } from '../domain/journeys/compiled-journey';
import { RulesetCache } from '../folding/ruleset-cache';
import type { Store } from '../store/store';
import type { Surroundings } from './live-through';
import type { Definitions } from './virtual-store';

/** A workspace as it is defined now, but for the journeys, which are those that are given. */
export async function surroundingsOf(
  store: Store,
  ws: WorkspaceId,
  journeys: readonly CompiledJourney[],
): Promise<Omit<Surroundings, 'sessionMs'>> {
  const given = { compiledVersions: async () => [...journeys] } satisfies Pick<Store['journeys'], 'compiledVersions'>;
  const [definitions, ruleset] = await Promise.all([
    readDefinitions(store, ws),
    new RulesetCache({ ...store, journeys: given } as unknown as Store).current(ws),
  ]);
  // What is being prepared, and what is kept in step elsewhere, does nothing in a journey.
  const plain = { ...ruleset, prepared: [], attachments: [], startingJourneys: new Set<string>() };
  return { definitions, ruleset: plain, senderOf };
}

async function readDefinitions(store: Store, ws: WorkspaceId): Promise<Definitions> {
  const [workspace, sending, audiences, purposes, computed, destinations] = await Promise.all([
    store.workspaces.find(ws),
    store.workspaces.sending(ws),
    store.audiences.list(ws),
    store.purposes.list(ws),
    store.computedTraits.list(ws),
    store.destinations.list(ws),
  ]);
  const state = { version: workspace?.rulesetVersion ?? 0, switchedFrom: undefined };
  const byKey = <Doc extends { readonly key: string }>(docs: readonly Doc[]) => {
    const found = new Map(docs.map((doc) => [doc.key, doc]));
    return async (_ws: WorkspaceId, key: string): Promise<Doc | undefined> => found.get(key);
  };
  return {
    connection: { masterKey: store.connection.masterKey },
    // Whoever has stopped all sends wants to know what would be sent.
    workspaces: {
      find: async () => workspace,
      sending: async () => ({ policy: omit(sending.policy, 'sendsStopped') }),
      rulesetState: async () => state,
    },
    audiences: { find: byKey(audiences), list: async () => audiences },
    purposes: { find: byKey(purposes) },
    computedTraits: { list: async () => computed },
    destinations: { find: byKey(destinations), unseal: (doc) => store.destinations.unseal(doc) },
  };
}

const metrics = createDeliveryMetrics(new Registry());

/** Plans each request as it would leave, and has it arrive. Nothing leaves: there is no way out here. */
function senderOf(store: Store, clock: () => number): JourneySender {
  const sender = (): never => {
    throw new Error('A simulation sends nothing.');
  };
  const planning = createDestinationSender({ store, sender, clock, metrics });
  return {
    ...planning,
    state: async (...asked) => {
      const to = await planning.state(...asked);
      return to.state === 'paused' ? { ...to, state: 'ready' } : to;
    },
    send: async (request) =>
      (await planning.reaches(request))
        ? { kind: 'ok', code: 'simulated' }
        : { kind: 'invalid', code: 'not-identified-or-mapped' },
    pause: async () => undefined,
  };
}
