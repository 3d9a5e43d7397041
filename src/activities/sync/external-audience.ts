import type { AttachmentDoc } from '../../store/documents';
import type { ConnectedDestination } from '../delivery/connected-destination';
import { SendError } from '../../destinations/send-error';
import type { Pair, SyncDeps, SyncState } from './sync';

type Ready = { readonly attachment: AttachmentDoc } | { readonly waits: SyncState };
type CreateAudience = NonNullable<ConnectedDestination['kind']['createAudience']>;

const tryAgainMs = 30_000;

/** Nobody can ask the vendor, and a second audience would be paid for twice, so a person decides. */
const unclear: SyncState = {
  label:
    'Nobody knows whether the audience was created at the destination. Look there: give its external.id, or detach and attach again to create one.',
  resumeInMs: 10 * 60_000,
};

/** The attachment with the vendor's id of its audience, which is created there once when the attachment asks for it. */
export async function ensureExternalAudience(
  deps: SyncDeps,
  pair: Pair,
  connected: ConnectedDestination,
  attachment: AttachmentDoc,
): Promise<Ready> {
  const { createAudience } = connected.kind;
  if (attachment.externalId !== undefined || !createAudience) return { attachment };
  if (!attachment.createExternal)
    return {
      waits: { label: 'The attachment names no audience at the destination: give it external.id or external.create.' },
    };
  // Written before the request leaves: whoever is killed in between has perhaps created it.
  const isFirst = await deps.store.attachments.beginCreating(pair.ws, pair.audience, pair.destination, deps.clock());
  return isFirst ? create(deps, pair, connected, attachment, createAudience) : { waits: unclear };
}

async function create(
  deps: SyncDeps,
  pair: Pair,
  connected: ConnectedDestination,
  attachment: AttachmentDoc,
  vendor: CreateAudience,
): Promise<Ready> {
  const audience = await deps.store.audiences.find(pair.ws, pair.audience);
  const request = vendor.plan(connected.context, { name: audience?.name ?? pair.audience });
  try {
    const created = vendor.interpret(await deps.sender(request), deps.clock());
    if ('externalId' in created) return { attachment: await keep(deps, attachment, created.externalId) };
    const { kind, code, retryAfterMs } = created.failed;
    if (kind !== 'auth') return { waits: await failed(deps, pair, code, retryAfterMs) };
    await deps.store.attachments.endCreating(pair.ws, pair.audience, pair.destination);
    await deps.store.destinations.pause(pair.ws, pair.destination, code, deps.clock());
    return { waits: { label: 'Paused: the destination refuses its credentials.' } };
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    return { waits: error.mayHaveArrived ? unclear : await failed(deps, pair, error.code) };
  }
}

async function keep(deps: SyncDeps, attachment: AttachmentDoc, externalId: string): Promise<AttachmentDoc> {
  const { ws, audience, destination } = attachment;
  await deps.store.attachments.setExternalId(ws, audience, destination, externalId);
  return { ...attachment, externalId };
}

async function failed(deps: SyncDeps, pair: Pair, code: string, retryAfterMs = tryAgainMs): Promise<SyncState> {
  const until = deps.clock() + retryAfterMs;
  await deps.store.attachments.endCreating(pair.ws, pair.audience, pair.destination, until);
  return {
    label: `The audience could not be created at the destination yet (${code}).`,
    resumeInMs: retryAfterMs,
  };
}
