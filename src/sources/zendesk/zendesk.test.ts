import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../domain/json';
import { describeReceiver, eventsOf, type Signer } from '../receiver.testsuite';
import { zendesk } from './zendesk';

const sign: Signer = (body, { secret, at }) => {
  const time = new Date(at).toISOString().replace('.000', '');
  return {
    method: 'POST',
    url: '/v1/webhooks/ws_1/desk',
    headers: {
      'x-zendesk-webhook-signature': createHmac('sha256', secret).update(time).update(body).digest('base64'),
      'x-zendesk-webhook-signature-timestamp': time,
    },
    body,
  };
};

const ticketEvent = (type: string, event: JsonObject = {}): JsonObject => ({
  account_id: 22_129_848,
  id: '7f0c4b0e-9d4a',
  time: '2026-05-01T11:58:00.500Z',
  type: `zen:event-type:${type}`,
  subject: 'zen:ticket:5158',
  zendesk_event_version: '2022-11-06',
  event,
  detail: {
    id: '5158',
    requester_id: '8447388090494',
    subject: 'Where is my parcel?',
    status: 'OPEN',
    priority: 'HIGH',
    type: null,
    tags: ['parcel'],
    via: { channel: 'web' },
  },
});
const specimen = { kind: zendesk, settings: {}, sign };

describeReceiver({
  ...specimen,
  body: ticketEvent('ticket.created'),
  topic: 'zen:event-type:ticket.created',
  unknown: { body: ticketEvent('article.published'), topic: 'zen:event-type:article.published' },
  hasTime: true,
});

describe('Zendesk', () => {
  const requester = { type: 'app_user_id', value: 'zendesk:8447388090494' };

  it('tells a ticket of the one who asks, without what they wrote', () => {
    const [event] = eventsOf(specimen, ticketEvent('ticket.created'));
    expect(event).toMatchObject({
      messageId: 'zendesk:7f0c4b0e-9d4a',
      name: 'Ticket Created',
      occurredAt: Date.parse('2026-05-01T11:58:00.500Z'),
      identifiers: [requester],
      properties: { ticket_id: '5158', status: 'OPEN', priority: 'HIGH', channel: 'web', tags: ['parcel'] },
    });
    expect(JSON.stringify(event)).not.toContain('parcel?');
  });

  it('tells what a change was from and to', () => {
    const changed = ticketEvent('ticket.status_changed', { previous: 'OPEN', current: 'SOLVED' });
    expect(eventsOf(specimen, changed)).toMatchObject([
      { name: 'Ticket Status Changed', properties: { from_value: 'OPEN', to_value: 'SOLVED' } },
    ]);
  });

  it('ties the id that tickets name to an e-mail', () => {
    const detail = { id: '8447388090494', email: 'ann@example.com', role: 'end-user', external_id: null };
    const user = { ...ticketEvent('user.created'), subject: 'zen:user:8447388090494', detail };
    expect(eventsOf(specimen, user)).toMatchObject([
      {
        kind: 'identify',
        identifiers: [{ type: 'email', value: 'ann@example.com' }, requester],
        traits: { zendesk_user_id: '8447388090494', zendesk_role: 'end-user' },
      },
    ]);
  });
});
