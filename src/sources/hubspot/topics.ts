import type { z } from 'zod';
import type { TopicMapping } from '../event-mapping.schema';

const identifiers = { app_user_id: { from: 'contact' }, email: { from: 'email' } } as const;

/** Subscriptions of HubSpot's webhooks ("Webhooks API", subscription types) that are about a contact. */
export const hubspotTopics = {
  'contact.creation': [
    { event: 'Contact Created', identifiers, properties: { source: { from: 'body.changeSource' } } },
    { type: 'identify', identifiers, traits: { hubspot_contact_id: { from: 'contactId' } } },
  ],
  'contact.propertyChange': [{ type: 'identify', identifiers, traits: { from: 'changed' } }],
} as const satisfies z.input<typeof TopicMapping>;
