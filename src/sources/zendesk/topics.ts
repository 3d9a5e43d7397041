import type { z } from 'zod';
import type { TopicMapping } from '../event-mapping.schema';

const ticket = (event: string, more: Readonly<Record<string, { readonly from: string }>> = {}) => ({
  event,
  identifiers: { app_user_id: { from: 'requester' } },
  properties: {
    ticket_id: { from: 'detail.id', transform: ['string' as const] },
    status: { from: 'detail.status' },
    priority: { from: 'detail.priority' },
    type: { from: 'detail.type' },
    channel: { from: 'detail.via.channel' },
    tags: { from: 'detail.tags' },
    ...more,
  },
});

const user = {
  type: 'identify',
  identifiers: { app_user_id: { from: 'user' }, email: { from: 'detail.email' } },
  traits: {
    email: { from: 'detail.email' },
    name: { from: 'detail.name' },
    zendesk_user_id: { from: 'detail.id', transform: ['string'] },
    zendesk_role: { from: 'detail.role' },
    zendesk_external_id: { from: 'detail.external_id' },
  },
} as const;

const change = { from_value: { from: 'body.event.previous' }, to_value: { from: 'body.event.current' } };

/** Types of Zendesk's events ("Webhook event types": tickets, users) that are about a person. */
export const zendeskTopics = {
  'zen:event-type:ticket.created': [ticket('Ticket Created')],
  'zen:event-type:ticket.status_changed': [ticket('Ticket Status Changed', change)],
  'zen:event-type:ticket.priority_changed': [ticket('Ticket Priority Changed', change)],
  'zen:event-type:ticket.comment_added': [
    ticket('Ticket Comment Added', { is_public: { from: 'body.event.comment.is_public' } }),
  ],
  'zen:event-type:user.created': [user],
} satisfies z.input<typeof TopicMapping>;
