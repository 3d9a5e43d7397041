import { createHmac, timingSafeEqual } from 'node:crypto';
import { startTwinServer, type TwinAnswer, type TwinRequest, type TwinServer } from './twin-server';

export interface JourneyMessage {
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly step: string;
  readonly enrollment: string;
  readonly profile: { readonly id: string; readonly identifiers: Record<string, string>; readonly traits: object };
  readonly payload: Record<string, unknown>;
}

export interface MembersMessage {
  readonly audience: string;
  readonly operation: 'add' | 'remove';
  readonly members: readonly {
    readonly id: string;
    readonly profile: string;
    readonly identifiers: Record<string, string>;
  }[];
}

export type WebhookMessage =
  | { readonly type: 'journey.send'; readonly timestamp: string; readonly data: JourneyMessage }
  | { readonly type: 'audience.members'; readonly timestamp: string; readonly data: MembersMessage }
  | { readonly type: 'heddle.test'; readonly timestamp: string; readonly data: object };

/** An accepted message with its `webhook-id`. */
export type ReceivedMessage = WebhookMessage & { readonly webhookId: string; readonly receivedAt: number };

export interface WebhookTwin extends TwinServer {
  /** Where to post. */
  readonly hook: string;
  /** Every accepted message, repeats included. */
  readonly messages: readonly ReceivedMessage[];
  /** Why requests were refused. */
  readonly complaints: readonly string[];
  /** The idempotency keys of all accepted messages and members, each once. */
  distinctIds(): ReadonlySet<string>;
  sends(): readonly JourneyMessage[];
  /** Profiles in an audience after all additions and removals, each idempotency key counted once. */
  membersOf(audience: string): string[];
}

const toleranceSeconds = 300;
const largestBody = 20_000;

/** A receiver that follows Standard Webhooks: checks signature, age, size and form, and keeps what it accepts. */
export async function startWebhookTwin({
  secret,
  port,
}: {
  /** `whsec_…`; without it signatures must be there and are not checked. */
  readonly secret?: string;
  readonly port?: number;
} = {}): Promise<WebhookTwin> {
  const messages: ReceivedMessage[] = [];
  const complaints: string[] = [];
  const receive = (request: TwinRequest): TwinAnswer => {
    const refusal = refuse(request, secret);
    if (refusal) {
      complaints.push(refusal.why);
      return { status: refusal.status, body: { error: refusal.why } };
    }
    const message = JSON.parse(request.body) as WebhookMessage;
    messages.push({ ...message, webhookId: request.headers['webhook-id'] ?? '', receivedAt: request.receivedAt });
    return { status: 204 };
  };
  const server = await startTwinServer(receive, port);
  return {
    ...server,
    hook: `${server.url}/hook`,
    messages,
    complaints,
    distinctIds: () => new Set(messages.flatMap(idsOf)),
    sends: () => messages.flatMap((message) => (message.type === 'journey.send' ? [message.data] : [])),
    membersOf: (audience) => membersOf(messages, audience),
  };
}

interface Refusal {
  readonly status: number;
  readonly why: string;
}

function refuse({ method, headers, body }: TwinRequest, secret: string | undefined): Refusal | undefined {
  if (method !== 'POST') return { status: 405, why: 'A webhook is a POST.' };
  if (Buffer.byteLength(body) > largestBody) return { status: 413, why: 'The body is larger than 20 kB.' };
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signature = headers['webhook-signature'];
  if (!id || !timestamp || !signature) return { status: 400, why: 'A webhook header is missing.' };
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= toleranceSeconds)) {
    return { status: 401, why: 'The timestamp is too far from now.' };
  }
  if (secret !== undefined && !isSignedWith(secret, `${id}.${timestamp}.${body}`, signature)) {
    return { status: 401, why: 'No signature matches.' };
  }
  return hasForm(body) ? undefined : { status: 400, why: 'The body is not { type, timestamp, data }.' };
}

function isSignedWith(secret: string, content: string, signatures: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return signatures
    .split(' ')
    .map((signature) => Buffer.from(signature))
    .some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
}

function hasForm(body: string): boolean {
  try {
    const { type, timestamp, data } = JSON.parse(body) as Record<string, unknown>;
    return typeof type === 'string' && !Number.isNaN(Date.parse(String(timestamp))) && typeof data === 'object';
  } catch {
    return false;
  }
}

function idsOf(message: ReceivedMessage): string[] {
  switch (message.type) {
    case 'journey.send':
      return [message.data.id];
    case 'audience.members':
      return message.data.members.map(({ id }) => id);
    case 'heddle.test':
      return [];
  }
}

function membersOf(messages: readonly ReceivedMessage[], audience: string): string[] {
  const members = new Set<string>();
  const seen = new Set<string>();
  for (const message of messages) {
    if (message.type !== 'audience.members' || message.data.audience !== audience) continue;
    for (const { id, profile } of message.data.members) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (message.data.operation === 'add') members.add(profile);
      else members.delete(profile);
    }
  }
  return [...members].sort();
}
