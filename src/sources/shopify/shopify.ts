import { isJsonObject, own, type Json, type JsonObject } from '../../domain/json';
import type { Message } from '../map-message';
import { idAt, objectAt, objectsAt, textAt } from '../read-fields';
import { SigningSecrets, isSigned } from '../signature';
import { defineSource, type InboundRequest } from '../source';
import { receiverOf } from '../webhook-receiver';
import { WebhookSettings } from '../webhook-settings';
import { shopifyTopics } from './topics';

/**
 * Shopify's webhooks: customers, checkouts and orders. Signed as base64 of HMAC-SHA256 over the body (Shopify docs, "Deliver webhooks
 * through HTTPS"); no time is signed, so a request told again is known by its event id only.
 */
export const shopify = defineSource({
  type: 'shopify',
  name: 'Shopify',
  settings: WebhookSettings,
  secrets: SigningSecrets,
  receiver: receiverOf({
    name: 'Shopify',
    verify: ({ headers, body }, { secrets }) => {
      const signature = own(headers, 'x-shopify-hmac-sha256');
      return signature !== undefined && isSigned([body], [signature], secrets, 'base64') ? undefined : 'unsigned';
    },
    read: (body, request) => (isJsonObject(body) ? messagesOf(body, request) : undefined),
    topics: shopifyTopics,
  }),
});

function messagesOf(body: JsonObject, { headers }: InboundRequest): readonly Message[] | undefined {
  const topic = own(headers, 'x-shopify-topic');
  // The event is told under the same id however often it is sent; one action may be told under several topics.
  const event = own(headers, 'x-shopify-event-id') ?? own(headers, 'x-shopify-webhook-id');
  if (topic === undefined || event === undefined) return undefined;
  const at = own(headers, 'x-shopify-triggered-at') ?? null;
  return [{ topic, id: `shopify:${topic}:${event}`, facts: factsOf(topic, body), at }];
}

/** The body, with what takes more than a path to read. */
function factsOf(topic: string, body: JsonObject): JsonObject {
  const person = topic.startsWith('customers/') ? body : objectAt(body, 'customer');
  const [discount] = objectsAt(body, 'discount_codes');
  return {
    body,
    topic,
    customer: idAt('shopify', textAt(person, 'id')),
    email: textAt(body, 'email') ?? textAt(person, 'email') ?? null,
    phone: textAt(body, 'phone') ?? textAt(person, 'phone') ?? null,
    coupon: (discount && textAt(discount, 'code')) ?? null,
    products: objectsAt(body, 'line_items').map(productOf),
  };
}

function productOf(item: JsonObject): JsonObject {
  const fields: Readonly<Record<string, Json | undefined>> = {
    product_id: textAt(item, 'product_id'),
    sku: textAt(item, 'sku'),
    name: textAt(item, 'title'),
    variant: textAt(item, 'variant_title'),
    brand: textAt(item, 'vendor'),
    price: numberOf(own(item, 'price')),
    quantity: own(item, 'quantity'),
  };
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, Json] => field[1] !== undefined));
}

/** Shopify writes amounts as text. */
const numberOf = (amount: Json | undefined): number | undefined => {
  const number = typeof amount === 'string' && amount !== '' ? Number(amount) : amount;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};
