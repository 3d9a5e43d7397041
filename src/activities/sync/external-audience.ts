import type { AttachmentDoc } from '../../store/documents';
import type { ConnectedDestination } from '../connected-destination';
import { SendError } from '../../destinations/send-error';
import type { Pair, SyncDeps, SyncState } from '../sync';

type Ready = { readonly attachment: AttachmentDoc } | { readonly waits: SyncState };

const tryAgainMs = 30_000;

/** The attachment with the vendor's id of its audience, which is created there once when the attachment asks for it. */
export async function ensureExternalAudience(
  deps: SyncDeps,
  pair: Pair,
  connected: ConnectedDestination,
): Promise<Ready> {
  const attachment = await deps.store.attachments.findEver(pair.ws, pair.audience, pair.destination);
  if (!attachment) return { waits: { label: 'The audience is not attached.' } };
  const { createAudience } = connected.kind;
  if (attachment.externalId !== undefined || !createAudience) return { attachment };
  if (!attachment.createExternal)
    return {
      waits: { label: 'The attachment names no audience at the destination: give it external.id or external.create.' },
    };
  return create(deps, pair, connected, attachment, createAudience);
}

async function create(
  deps: SyncDeps,
  pair: Pair,
  connected: ConnectedDestination,
  attachment: AttachmentDoc,
  vendor: NonNullable<ConnectedDestination['kind']['createAudience']>,
): Promise<Ready> {
  const audience = await deps.store.audiences.find(pair.ws, pair.audience);
  const request = vendor.plan(connected.context, { name: audience?.name ?? pair.audience });
  try {
    const created = vendor.interpret(await deps.sender(request), deps.clock());
    if ('externalId' in created) return { attachment: await keep(deps, attachment, created.externalId) };
    if (created.failed.kind !== 'auth') return { waits: waiting(created.failed.code, created.failed.retryAfterMs) };
    await deps.store.destinations.pause(pair.ws, pair.destination, created.failed.code, deps.clock());
    return { waits: { label: 'Paused: the destination refuses its credentials.' } };
  } catch (error) {
    if (error instanceof SendError) return { waits: waiting(error.code) };
    throw error;
  }
}

async function keep(deps: SyncDeps, attachment: AttachmentDoc, externalId: string): Promise<AttachmentDoc> {
  const { ws, audience, destination } = attachment;
  await deps.store.attachments.setExternalId(ws, audience, destination, externalId);
  return { ...attachment, externalId };
}

const waiting = (code: string, retryAfterMs = tryAgainMs): SyncState => ({
  label: `The audience could not be created at the destination yet (${code}).`,
  resumeInMs: retryAfterMs,
});
