import { z } from 'zod';
import { isJsonObject, own, type Json, type JsonObject } from '../../domain/json';
import type { Message } from '../map-message';
import { idAt, textAt } from '../read-fields';
import { SigningSecrets, isSigned, isStale } from '../signature';
import { defineSource } from '../source';
import { receiverOf } from '../webhook-receiver';
import { webhookSettings } from '../webhook-settings';
import { hubspotTopics } from './topics';

/** The type of object that contacts are ("Understanding the CRM APIs", object type ids). */
const contactType = '0-1';

const HubSpotSettings = z.strictObject({
  ...webhookSettings,
  /** The target URL exactly as it is written in HubSpot. */
  address: z
    .url({ protocol: /^https?$/, error: 'Write the target URL as it is in HubSpot, with https://.' })
    .max(2_000),
});

/**
 * HubSpot's webhooks: contacts that are made and their properties. Version 3 signs method, address, body and time in milliseconds as
 * base64 of HMAC-SHA256 (HubSpot docs, "Validate the v3 request signature"). The address is the one HubSpot calls, which a proxy may
 * hide from this process, so that it is a setting.
 */
export const hubspot = defineSource({
  type: 'hubspot',
  name: 'HubSpot',
  settings: HubSpotSettings,
  secrets: SigningSecrets,
  receiver: receiverOf<z.output<typeof HubSpotSettings>>({
    name: 'HubSpot',
    verify: ({ method, headers, body }, { settings, secrets, now }) => {
      const signature = own(headers, 'x-hubspot-signature-v3') ?? '';
      const time = own(headers, 'x-hubspot-request-timestamp') ?? '';
      const signed = [method, decoded(settings.address), body, time];
      if (!isSigned(signed, [signature], secrets, 'base64')) return 'unsigned';
      return isStale(Number(time), now) ? 'stale' : undefined;
    },
    read: (body) => (Array.isArray(body) ? (body as readonly Json[]).flatMap(messageOf) : undefined),
    topics: hubspotTopics,
  }),
});

/** Characters that HubSpot signs decoded; a question mark begins the query and is none of them. */
const signedDecoded = /%(?:3A|2F|40|21|24|27|28|29|2A|2C|3B)/gi;
const decoded = (address: string): string => address.replace(signedDecoded, (code) => decodeURIComponent(code));

function messageOf(item: Json): Message[] {
  if (!isJsonObject(item)) return [];
  const [topic, object, event] = [topicOf(item), textAt(item, 'objectId'), textAt(item, 'eventId')];
  if (topic === undefined || event === undefined) return [];
  // HubSpot does not promise that eventId alone is unique.
  const parts = [textAt(item, 'portalId'), textAt(item, 'subscriptionId'), object, event, textAt(item, 'occurredAt')];
  return [
    { topic, id: `hubspot:${parts.join(':')}`, facts: factsOf(item, object), at: own(item, 'occurredAt') ?? null },
  ];
}

/** Generic subscriptions say the type of object beside what happened. */
function topicOf(item: JsonObject): string | undefined {
  const type = textAt(item, 'subscriptionType');
  const isContact = type?.startsWith('object.') && textAt(item, 'objectTypeId') === contactType;
  return isContact ? type?.replace('object.', 'contact.') : type;
}

function factsOf(body: JsonObject, object: string | undefined): JsonObject {
  const [name, value] = [textAt(body, 'propertyName'), own(body, 'propertyValue') ?? null];
  return {
    body,
    contact: idAt('hubspot', object),
    contactId: object ?? null,
    email: name === 'email' ? value : null,
    changed: name === undefined ? {} : Object.fromEntries([[name, value]]),
  };
}
