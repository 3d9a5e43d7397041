import type { z } from 'zod';
import type { TopicMapping } from '../event-mapping.schema';

const identifiers = {
  app_user_id: { from: 'customer' },
  email: { from: 'email' },
  phone: { from: 'phone' },
} as const;

const customer = {
  type: 'identify',
  identifiers,
  timestamp: { from: 'body.updated_at' },
  traits: {
    email: { from: 'body.email' },
    phone: { from: 'body.phone' },
    first_name: { from: 'body.first_name' },
    last_name: { from: 'body.last_name' },
    shopify_customer_id: { from: 'body.id', transform: ['string'] },
    shopify_tags: { from: 'body.tags' },
    orders_count: { from: 'body.orders_count' },
    total_spent: { from: 'body.total_spent', transform: ['number'] },
    email_marketing_state: { from: 'body.email_marketing_consent.state' },
  },
} as const;

const sums = {
  total: { from: 'body.total_price', transform: ['number'] },
  revenue: { from: 'body.subtotal_price', transform: ['number'] },
  tax: { from: 'body.total_tax', transform: ['number'] },
  discount: { from: 'body.total_discounts', transform: ['number'] },
  currency: { from: 'body.currency' },
  coupon: { from: 'coupon' },
  products: { from: 'products' },
} as const;

const order = (event: string, timestamp: string) =>
  ({
    event,
    identifiers,
    timestamp: { from: timestamp },
    properties: {
      order_id: { from: 'body.id', transform: ['string'] },
      order_name: { from: 'body.name' },
      financial_status: { from: 'body.financial_status' },
      fulfillment_status: { from: 'body.fulfillment_status' },
      cancel_reason: { from: 'body.cancel_reason' },
      ...sums,
    },
  }) as const;

const checkout = (event: string, timestamp: string) =>
  ({
    event,
    identifiers,
    timestamp: { from: timestamp },
    properties: { checkout_id: { from: 'body.token' }, ...sums },
  }) as const;

/** Topics of Shopify's webhooks ("Webhook topics", Admin API) that are about a person. */
export const shopifyTopics = {
  'customers/create': [customer],
  'customers/update': [customer],
  'checkouts/create': [checkout('Checkout Started', 'body.created_at')],
  'checkouts/update': [checkout('Checkout Updated', 'body.updated_at')],
  'orders/create': [order('Order Completed', 'body.created_at')],
  'orders/paid': [order('Order Paid', 'body.updated_at')],
  'orders/fulfilled': [order('Order Fulfilled', 'body.updated_at')],
  'orders/cancelled': [order('Order Cancelled', 'body.cancelled_at')],
} as const satisfies z.input<typeof TopicMapping>;
