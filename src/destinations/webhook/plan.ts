import type { Operation, Send } from '../../domain/delivery/operation';
import { chunk } from '../chunk';
import type { AudienceContext, Context, Plan, PlannedRequest } from '../destination';
import { sha256Hex } from '../normalise/sha256';
import { maxMembers, standardWebhooks } from './constants';
import type { WebhookSecrets, WebhookSettings } from './settings.schema';
import { sign } from './sign';

type WebhookContext = Context<WebhookSettings, WebhookSecrets>;

const { maxBodyBytes } = standardWebhooks;
const tooLarge = {
  kind: 'invalid',
  code: 'too-large',
  message: `The body would be larger than ${maxBodyBytes} bytes; send less in the mapping.`,
} as const;

/** One request; the idempotency key is its `webhook-id`, and the body is the same for every attempt. */
export function planSend({ timestamp, ...data }: Send, context: WebhookContext): Plan {
  const body = bodyOf('journey.send', timestamp, data);
  if (Buffer.byteLength(body) > maxBodyBytes) return { requests: [], refused: [{ index: 0, ...tooLarge }] };
  return { requests: [{ request: signed(data.id, body, context), items: [0] }], refused: [] };
}

/** Removals, then additions, in bodies that stay within the protocol's size. */
export function planMembers(
  operations: readonly Operation[],
  context: AudienceContext<WebhookSettings, WebhookSecrets>,
): Plan {
  const members = operations.map((operation, index) => ({ index, operation, bytes: sizeOf(operation) }));
  const overhead = Buffer.byteLength(membersBody([], 'remove', context));
  const fits = members.filter(({ bytes }) => overhead + bytes <= maxBodyBytes);
  const requests = (['remove', 'add'] as const).flatMap((kind) => {
    const chosen = fits.filter(({ operation }) => operation.operation === kind);
    return chunk(chosen, { maxItems: maxMembers, maxBytes: maxBodyBytes, overhead }).map((items): PlannedRequest => {
      const batch = items.map((index) => operations[index] as Operation);
      return { request: signed(batchId(batch), membersBody(batch, kind, context), context), items };
    });
  });
  const refused = members.filter((member) => !fits.includes(member)).map(({ index }) => ({ index, ...tooLarge }));
  return { requests, refused };
}

/** A message of a type of its own, which receivers that know nothing of it answer with 2xx. */
export function planTest(context: WebhookContext): PlannedRequest {
  const body = bodyOf('heddle.test', context.now, {});
  return { request: signed(`test_${context.now}`, body, context), items: [0] };
}

const bodyOf = (type: string, timestamp: number, data: object): string =>
  JSON.stringify({ type, timestamp: new Date(timestamp).toISOString(), data });

function membersBody(
  batch: readonly Operation[],
  operation: Operation['operation'],
  { audience, now }: Pick<AudienceContext, 'audience' | 'now'>,
): string {
  const members = batch.map(toMember);
  return bodyOf('audience.members', now, { audience: audience.key, operation, members });
}

const toMember = ({ id, profile, identifiers, variables }: Operation) => ({
  ...{ id, profile, identifiers },
  ...(variables && { variables }),
});

/** With its comma. */
const sizeOf = (operation: Operation): number => Buffer.byteLength(JSON.stringify(toMember(operation))) + 1;

/** The same items have the same id, however often they are sent. */
const batchId = (batch: readonly Operation[]): string =>
  `msg_${sha256Hex(batch.map(({ id }) => id).join('\n')).slice(0, 32)}`;

function signed(id: string, body: string, { settings, secrets, now }: WebhookContext): PlannedRequest['request'] {
  const seconds = Math.floor(now / 1_000);
  const { signingSecret, previousSigningSecret } = secrets;
  const keys = previousSigningSecret === undefined ? [signingSecret] : [signingSecret, previousSigningSecret];
  return {
    method: 'POST',
    url: settings.url,
    headers: {
      ...settings.headers,
      'content-type': 'application/json',
      'user-agent': 'Heddle',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': sign(keys, id, seconds, body),
    },
    body,
  };
}
