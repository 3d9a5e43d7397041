import type { Context, Destination, PlannedRequest } from '../../destinations/destination';
import { findDestination, openContext } from '../../destinations/registry';
import { SendError } from '../../destinations/send-error';
import type { Sender } from '../../destinations/send-request';
import type { SendResult } from '../../domain/delivery/item-result';
import type { WorkspaceId } from '../../domain/ids';
import type { DestinationDoc } from '../../store/documents';
import type { Store } from '../../store/store';

/** A destination with its settings and secrets read, ready to plan requests. Lives for one attempt. */
export interface ConnectedDestination {
  readonly doc: DestinationDoc;
  readonly kind: Destination;
  readonly context: Context;
}

/** Opens a destination; `undefined` when it does not exist. Throws when its secrets cannot be opened with this master key, and for a type that is not known here. */
export async function connectDestination(
  store: Pick<Store, 'destinations'>,
  ws: WorkspaceId,
  key: string,
  now: number,
): Promise<ConnectedDestination | undefined> {
  const doc = await store.destinations.find(ws, key);
  if (!doc) return undefined;
  const kind = kindOf(doc);
  const stored = { settings: doc.settings, secrets: store.destinations.unseal(doc) };
  return { doc, kind, context: openContext(kind, stored, now) };
}

/** Throws for a type that is not known here: to an older worker during an upgrade, so that one that knows it tries later. */
export function kindOf({ type }: Pick<DestinationDoc, 'type'>): Destination {
  const kind = findDestination(type);
  if (!kind) throw new Error(`This worker knows no destination type "${type}".`);
  return kind;
}

/**
 * Sends one planned request and answers how it ended for each of its items. A target that is refused, or a connection that never
 * opened, is a definite failure; otherwise a request without an answer is `unclear`.
 */
export async function sendPlanned(
  sender: Sender,
  { kind }: ConnectedDestination,
  planned: PlannedRequest,
  now: number,
): Promise<readonly SendResult[]> {
  try {
    return kind.interpret(await sender(planned.request), planned, now);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    const { code, message, mayHaveArrived } = error;
    const failure = mayHaveArrived ? 'unclear' : error.kind === 'blocked' ? 'auth' : 'transient';
    return planned.items.map((index) => ({ index, kind: failure, code, message }));
  }
}
