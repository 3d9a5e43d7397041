import type { Context, Destination, HttpResponse, PlannedRequest } from '../../destinations/destination';
import { findDestination, openContext } from '../../destinations/registry';
import { SendError } from '../../destinations/send-error';
import type { Sender } from '../../destinations/send-request';
import type { ItemResult } from '../../domain/delivery/item-result';
import type { WorkspaceId } from '../../domain/ids';
import type { DestinationDoc } from '../../store/documents';
import type { Store } from '../../store/store';

/** A destination with its settings and secrets read, ready to plan requests. Lives for one attempt. */
export interface ConnectedDestination {
  readonly doc: DestinationDoc;
  readonly kind: Destination;
  readonly context: Context;
}

/** Opens a destination; `undefined` when it does not exist. Throws when its secrets cannot be opened with this master key. */
export async function connectDestination(
  store: Pick<Store, 'destinations'>,
  ws: WorkspaceId,
  key: string,
  now: number,
): Promise<ConnectedDestination | undefined> {
  const doc = await store.destinations.find(ws, key);
  const kind = doc && findDestination(doc.type);
  if (!doc || !kind) return undefined;
  const stored = { settings: doc.settings, secrets: store.destinations.unseal(doc) };
  return { doc, kind, context: openContext(kind, stored, now) };
}

/** How one request ended: what the vendor said of each item, or that nobody knows whether it arrived. */
export type Answer =
  | { readonly results: readonly ItemResult[] }
  | { readonly unclear: { readonly code: string; readonly message: string } };

/** Sends one planned request. A target that is refused, or a connection that never opened, is a definite failure of every item. */
export async function sendPlanned(
  sender: Sender,
  { kind }: ConnectedDestination,
  planned: PlannedRequest,
  now: number,
): Promise<Answer> {
  let response: HttpResponse;
  try {
    response = await sender(planned.request);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    const { code, message } = error;
    if (error.mayHaveArrived) return { unclear: { code, message } };
    const failure = error.kind === 'blocked' ? ('auth' as const) : ('transient' as const);
    return { results: planned.items.map((index) => ({ index, kind: failure, code, message })) };
  }
  return { results: kind.interpret(response, planned, now) };
}
