import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../src/domain/json';

/** What a tool signs, and with what. */
interface Signed {
  readonly body: string;
  readonly secret: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The address that the tool calls. */
  readonly url: string;
}

export interface Message {
  readonly body: JsonObject | readonly JsonObject[];
  /** What the tool says of the message in headers: its topic and its id. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A tool as it sends, with bodies in the form of its documentation, and what they say of somebody. */
export interface Tool {
  readonly type: string;
  settings(url: string): JsonObject;
  sign(of: Signed): Readonly<Record<string, string>>;
  /** Told in this order. */
  readonly messages: readonly Message[];
  /** A message that is about nobody. */
  readonly unknown: Message;
  /** Whether the signature covers a time. */
  readonly hasTime: boolean;
  /** Any identifier by which the person is found. */
  readonly person: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly traits: JsonObject;
  /** Names of what the person did, newest last. */
  readonly events: readonly string[];
}

const hmac = (secret: string, ...parts: readonly string[]) =>
  parts.reduce((sum, part) => sum.update(part), createHmac('sha256', secret));
const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds;
const isoAgo = (seconds: number): string => new Date(secondsAgo(seconds) * 1_000).toISOString();

const stripeEvent = (id: string, type: string, object: JsonObject): Message => ({
  body: {
    ...{ id, object: 'event', api_version: '2025-09-30.clover', created: secondsAgo(30), type, data: { object } },
    ...{ livemode: false, pending_webhooks: 1, request: { id: 'req_8ZkT2', idempotency_key: null } },
  },
});

/** Stripe docs, "Verify webhook signatures manually" and "Types of events". */
const stripe: Tool = {
  type: 'stripe',
  settings: () => ({}),
  sign: ({ body, secret, at }) => {
    const seconds = Math.floor(at / 1_000);
    const v1 = hmac(secret, `${seconds}.`, body).digest('hex');
    return { 'stripe-signature': `t=${seconds},v1=${v1},v0=${'0'.repeat(64)}` };
  },
  messages: [
    stripeEvent('evt_1SaA', 'customer.created', {
      ...{ id: 'cus_T9s6X', object: 'customer', created: secondsAgo(40), email: 'sam@stripe.example', phone: null },
      ...{ name: 'Sam Sparr', address: null, currency: null, invoice_settings: { footer: null }, metadata: {} },
    }),
    stripeEvent('evt_1SaB', 'checkout.session.completed', {
      ...{ id: 'cs_test_a1', object: 'checkout.session', amount_subtotal: 3_500, amount_total: 4_050 },
      ...{ currency: 'eur', customer: 'cus_T9s6X', mode: 'payment', payment_status: 'paid', status: 'complete' },
      customer_details: { email: 'sam@stripe.example', name: 'Sam Sparr', phone: null, address: { country: 'DE' } },
    }),
  ],
  unknown: stripeEvent('evt_1SaC', 'product.created', { id: 'prod_1', object: 'product', name: 'T-shirt' }),
  hasTime: true,
  person: 'email:sam@stripe.example',
  identifiers: { email: 'sam@stripe.example', app_user_id: 'stripe:cus_T9s6X' },
  traits: { name: 'Sam Sparr', stripe_customer_id: 'cus_T9s6X' },
  events: ['Order Completed'],
};

const shopifyHeaders = (topic: string, event: string) => ({
  ...{ 'x-shopify-topic': topic, 'x-shopify-shop-domain': 'loom.myshopify.com', 'x-shopify-api-version': '2026-04' },
  ...{ 'x-shopify-webhook-id': `${event}-w`, 'x-shopify-event-id': event, 'x-shopify-triggered-at': isoAgo(5) },
});
const shopifyCustomer = {
  ...{
    id: 7_012_345,
    email: 'kim@shopify.example',
    phone: null,
    first_name: 'Kim',
    last_name: 'Loom',
    state: 'enabled',
  },
  ...{ created_at: isoAgo(90), updated_at: isoAgo(60), tags: 'wholesale', note: null, verified_email: true },
  email_marketing_consent: { state: 'subscribed', opt_in_level: 'single_opt_in', consent_updated_at: null },
};

/** Shopify docs, "Deliver webhooks through HTTPS" and the Admin API's "Webhook topics". */
const shopify: Tool = {
  type: 'shopify',
  settings: () => ({}),
  sign: ({ body, secret }) => ({ 'x-shopify-hmac-sha256': hmac(secret, body).digest('base64') }),
  messages: [
    { body: shopifyCustomer, headers: shopifyHeaders('customers/create', 'b54557e4-1') },
    {
      headers: shopifyHeaders('orders/create', 'b54557e4-2'),
      body: {
        ...{ id: 820_982_911, name: '#1001', email: 'kim@shopify.example', created_at: isoAgo(30), currency: 'EUR' },
        ...{ subtotal_price: '35.00', total_price: '40.50', total_tax: '5.50', total_discounts: '0.00' },
        ...{ financial_status: 'paid', fulfillment_status: null, cancelled_at: null, discount_codes: [] },
        customer: shopifyCustomer,
        line_items: [{ id: 466_157_049, product_id: 632_910, sku: 'S1', title: 'Shirt', price: '17.50', quantity: 2 }],
      },
    },
  ],
  unknown: { headers: shopifyHeaders('products/update', 'b54557e4-3'), body: { id: 632_910, title: 'Shirt' } },
  hasTime: false,
  person: 'app_user_id:shopify:7012345',
  identifiers: { email: 'kim@shopify.example', app_user_id: 'shopify:7012345' },
  traits: { first_name: 'Kim', last_name: 'Loom', shopify_tags: 'wholesale', email_marketing_state: 'subscribed' },
  events: ['Order Completed'],
};

const hubspotChange = (eventId: number, subscriptionType: string, of: JsonObject = {}): JsonObject => ({
  ...{ eventId, subscriptionId: 138, portalId: 33, appId: 1_160_452, occurredAt: secondsAgo(20 - eventId) * 1_000 },
  ...{ subscriptionType, attemptNumber: 0, objectId: 5_150, changeSource: 'CRM_UI', sourceId: 'userId:12345', ...of },
});
const hubspotProperty = (eventId: number, propertyName: string, propertyValue: string) =>
  hubspotChange(eventId, 'contact.propertyChange', { propertyName, propertyValue });

/** HubSpot docs, "Validate the v3 request signature" and "Webhooks API". One request tells several changes. */
const hubspot: Tool = {
  type: 'hubspot',
  settings: (url) => ({ address: url }),
  sign: ({ body, secret, at, url }) => ({
    'x-hubspot-signature-v3': hmac(secret, 'POST', url, body, String(at)).digest('base64'),
    'x-hubspot-request-timestamp': String(at),
    'x-hubspot-signature-version': 'v1',
  }),
  messages: [
    { body: [hubspotChange(1, 'contact.creation'), hubspotProperty(2, 'email', 'lee@hubspot.example')] },
    { body: [hubspotProperty(3, 'lifecyclestage', 'customer'), hubspotProperty(4, 'firstname', 'Lee')] },
  ],
  unknown: { body: [hubspotChange(5, 'deal.creation')] },
  hasTime: true,
  person: 'email:lee@hubspot.example',
  identifiers: { email: 'lee@hubspot.example', app_user_id: 'hubspot:5150' },
  traits: { hubspot_contact_id: '5150', lifecyclestage: 'customer', firstname: 'Lee' },
  events: ['Contact Created'],
};

const zendeskEvent = (id: string, type: string, subject: string, detail: JsonObject, event: JsonObject = {}) => ({
  headers: { 'x-zendesk-account-id': '12514403', 'x-zendesk-webhook-id': '01F1KRFQ6B' },
  body: {
    ...{ type: `zen:event-type:${type}`, account_id: 12_514_403, id, time: isoAgo(10), subject, detail, event },
    zendesk_event_version: '2022-06-20',
  },
});
const zendeskTicket = {
  ...{ id: '5158', requester_id: '8447388090494', assignee_id: '8447388090365', subject: 'Where is it?' },
  ...{ status: 'OPEN', priority: 'HIGH', type: null, tags: ['parcel'], via: { channel: 'web' }, is_public: true },
};

/** Zendesk docs, "Verifying webhook authenticity" and "Webhook event types". A ticket names its requester by id alone. */
const zendesk: Tool = {
  type: 'zendesk',
  settings: () => ({}),
  sign: ({ body, secret, at }) => {
    const time = new Date(Math.floor(at / 1_000) * 1_000).toISOString().replace('.000', '');
    return {
      'x-zendesk-webhook-signature': hmac(secret, time, body).digest('base64'),
      'x-zendesk-webhook-signature-timestamp': time,
    };
  },
  messages: [
    zendeskEvent('2b24ef10-1', 'user.created', 'zen:user:8447388090494', {
      ...{ id: '8447388090494', email: 'ria@zendesk.example', external_id: '', role: 'end-user' },
      ...{ created_at: isoAgo(20), updated_at: isoAgo(20), default_group_id: '0', organization_id: '0' },
    }),
    zendeskEvent('2b24ef10-2', 'ticket.created', 'zen:ticket:5158', zendeskTicket),
    zendeskEvent('2b24ef10-3', 'ticket.status_changed', 'zen:ticket:5158', zendeskTicket, {
      ...{ previous: 'OPEN', current: 'SOLVED' },
    }),
  ],
  unknown: zendeskEvent('2b24ef10-4', 'article.published', 'zen:article:1', { id: '1', brand_id: '2' }),
  hasTime: true,
  person: 'email:ria@zendesk.example',
  identifiers: { email: 'ria@zendesk.example', app_user_id: 'zendesk:8447388090494' },
  traits: { zendesk_user_id: '8447388090494', zendesk_role: 'end-user' },
  events: ['Ticket Created', 'Ticket Status Changed'],
};

export const tools = [stripe, shopify, hubspot, zendesk] as const;
