import { isJsonObject, own, type JsonObject } from '../../domain/json';
import type { Message } from '../map-message';
import { idAt, objectAt, textAt } from '../read-fields';
import { SigningSecrets, isSigned, isStale } from '../signature';
import { defineSource } from '../source';
import { receiverOf } from '../webhook-receiver';
import { WebhookSettings } from '../webhook-settings';
import { zendeskTopics } from './topics';

/**
 * Zendesk's event webhooks: tickets and users. Signed as base64 of HMAC-SHA256 over time and body (Zendesk docs, "Verifying webhooks").
 * Tickets name their requester by Zendesk's id only, which `user.created` ties to an e-mail.
 */
export const zendesk = defineSource({
  type: 'zendesk',
  name: 'Zendesk',
  settings: WebhookSettings,
  secrets: SigningSecrets,
  receiver: receiverOf({
    name: 'Zendesk',
    verify: ({ headers, body }, { secrets, now }) => {
      const signature = own(headers, 'x-zendesk-webhook-signature') ?? '';
      const time = own(headers, 'x-zendesk-webhook-signature-timestamp') ?? '';
      if (!isSigned([time, body], [signature], secrets, 'base64')) return 'unsigned';
      return isStale(Date.parse(time), now) ? 'stale' : undefined;
    },
    read: (body) => (isJsonObject(body) ? messagesOf(body) : undefined),
    topics: zendeskTopics,
  }),
});

function messagesOf(body: JsonObject): readonly Message[] | undefined {
  const [id, topic] = [textAt(body, 'id'), textAt(body, 'type')];
  if (id === undefined || topic === undefined) return undefined;
  const detail = objectAt(body, 'detail');
  const requester = idAt('zendesk', textAt(detail, 'requester_id'));
  const facts = { body, detail, requester, user: idAt('zendesk', textAt(detail, 'id')) };
  return [{ topic, id: `zendesk:${id}`, facts, at: own(body, 'time') ?? null }];
}
