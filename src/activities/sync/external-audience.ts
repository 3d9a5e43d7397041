import { createHash } from 'node:crypto';
import type { AudienceMaker, Created, Failed, HttpResponse, NewAudience } from '../../destinations/destination';
import { SendError } from '../../destinations/send-error';
import type { AttachmentDoc } from '../../store/documents';
import type { ConnectedDestination } from '../delivery/connected-destination';
import type { Pair, SyncDeps, SyncState } from './sync';

type Ready = { readonly attachment: AttachmentDoc } | { readonly waits: SyncState };

interface Making {
  readonly deps: SyncDeps;
  readonly pair: Pair;
  readonly connected: ConnectedDestination;
  readonly maker: AudienceMaker;
  readonly audience: NewAudience;
}

const tryAgainMs = 30_000;
/** By then a request that was never answered has taken effect or never will, and the vendor's list shows it. */
const clearsUpMs = 60_000;
/** More pages than a vendor lets one account have audiences for. */
const mostPages = 100;

/**
 * The attachment with the vendor's id of its audience, which is created there once when the attachment asks for it. A second one
 * would be paid for twice, so before one is created, one that bears the attachment's mark is looked for.
 */
export async function ensureExternalAudience(
  deps: SyncDeps,
  pair: Pair,
  connected: ConnectedDestination,
  attachment: AttachmentDoc,
): Promise<Ready> {
  const { createAudience: maker } = connected.kind;
  if (attachment.externalId !== undefined || !maker) return { attachment };
  if (!attachment.createExternal)
    return {
      waits: { label: 'The attachment names no audience at the destination: give it external.id or external.create.' },
    };
  const { creatingSince } = attachment;
  if (creatingSince !== undefined && deps.clock() < creatingSince + clearsUpMs)
    return { waits: unclear(creatingSince + clearsUpMs - deps.clock()) };
  const named = await deps.store.audiences.find(pair.ws, pair.audience);
  const audience = { name: named?.name ?? pair.audience, mark: markOf(attachment) };
  const making = { deps, pair, connected, maker, audience };
  const found = await find(making);
  if (found === undefined) return create(making, attachment);
  return 'externalId' in found
    ? { attachment: await keep(deps, attachment, found.externalId) }
    : { waits: await putOff(making, found) };
}

/** Short, since vendors cut descriptions, and the same for every try. */
const markOf = ({ _id }: AttachmentDoc): string =>
  `heddle-${createHash('sha256').update(_id).digest('base64url').slice(0, 16)}`;

const unclear = (resumeInMs: number): SyncState => ({
  label: 'Nobody knows yet whether the audience was created at the destination; it is looked for there in a minute.',
  resumeInMs,
});

/** `undefined` when the vendor has no audience with the mark. */
async function find({ deps, connected, maker, audience }: Making): Promise<Created | undefined> {
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await attempt(() => deps.sender(maker.planFind(connected.context, audience, after)));
    if ('failed' in answer) return answer;
    const found = maker.interpretFound(answer, audience, deps.clock());
    if (!('next' in found)) return found;
    if (found.next === undefined) return undefined;
    after = found.next;
  }
  return { failed: { kind: 'invalid', code: 'too-many-audiences', message: 'The list of audiences has no end.' } };
}

async function create(making: Making, attachment: AttachmentDoc): Promise<Ready> {
  const { deps, pair, connected, maker, audience } = making;
  // Written before the request leaves: whoever is killed in between has perhaps created it.
  if (!(await deps.store.attachments.beginCreating(attachment, deps.clock()))) return { waits: unclear(clearsUpMs) };
  const answer = await attempt(() => deps.sender(maker.plan(connected.context, audience)));
  const created = 'failed' in answer ? answer : maker.interpret(answer, deps.clock());
  if ('externalId' in created) return { attachment: await keep(deps, attachment, created.externalId) };
  // Whoever fails in the middle may have done it.
  if (['transient', 'ambiguous'].includes(created.failed.kind)) return { waits: unclear(clearsUpMs) };
  await deps.store.attachments.endCreating(pair.ws, pair.audience, pair.destination);
  return { waits: await putOff(making, created) };
}

/** The answer to a request, or how it failed: `ambiguous` when it may have arrived. */
async function attempt(request: () => Promise<HttpResponse>): Promise<HttpResponse | Failed> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    const { code, message, mayHaveArrived } = error;
    const kind = error.kind === 'blocked' ? 'auth' : mayHaveArrived ? 'ambiguous' : 'throttled';
    return { failed: { kind, code, message } };
  }
}

async function keep(deps: SyncDeps, attachment: AttachmentDoc, externalId: string): Promise<AttachmentDoc> {
  const { ws, audience, destination } = attachment;
  await deps.store.attachments.setExternalId(ws, audience, destination, externalId);
  return { ...attachment, externalId };
}

/** Nothing was created; asked again later, or once the destination's credentials are mended. */
async function putOff({ deps, pair }: Making, { failed }: Failed): Promise<SyncState> {
  const { kind, code, retryAfterMs = tryAgainMs } = failed;
  if (kind === 'auth') {
    await deps.store.destinations.pause(pair.ws, pair.destination, code, deps.clock());
    return { label: 'Paused: the destination refuses its credentials.' };
  }
  await deps.store.attachments.throttle(pair.ws, pair.audience, pair.destination, deps.clock() + retryAfterMs);
  return { label: `The audience could not be created at the destination yet (${code}).`, resumeInMs: retryAfterMs };
}
