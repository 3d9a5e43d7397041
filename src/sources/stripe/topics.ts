import type { z } from 'zod';
import type { TopicMapping } from '../event-mapping.schema';

const identifiers = {
  app_user_id: { from: 'person.customer' },
  email: { from: 'person.email' },
  phone: { from: 'person.phone' },
} as const;

const customer = {
  type: 'identify',
  identifiers,
  traits: {
    email: { from: 'person.email' },
    phone: { from: 'person.phone' },
    name: { from: 'object.name' },
    stripe_customer_id: { from: 'object.id' },
    stripe_delinquent: { from: 'object.delinquent' },
    currency: { from: 'object.currency', transform: ['upper'] },
  },
} as const;

const currency = { from: 'object.currency', transform: ['upper'] } as const;

const subscription = (event: string) =>
  ({
    event,
    identifiers,
    properties: {
      subscription_id: { from: 'object.id' },
      status: { from: 'object.status' },
      price_ids: { from: 'object.items.data[].price.id' },
      cancel_at_period_end: { from: 'object.cancel_at_period_end' },
      trial_ends_at: { from: 'object.trial_end', transform: [{ date: 'iso' }] },
      currency,
    },
  }) as const;

const invoice = (event: string) =>
  ({
    event,
    identifiers,
    properties: {
      invoice_id: { from: 'object.id' },
      subscription_id: { from: 'subscription' },
      amount: { from: 'amounts.amount_due' },
      paid: { from: 'amounts.amount_paid' },
      attempt: { from: 'object.attempt_count' },
      currency,
    },
  }) as const;

/** Types of Stripe's events ("Types of events", API reference) that are about a customer. */
export const stripeTopics = {
  'customer.created': [customer],
  'customer.updated': [customer],
  'checkout.session.completed': [
    {
      event: 'Order Completed',
      identifiers,
      properties: {
        order_id: { from: 'object.id' },
        total: { from: 'amounts.amount_total' },
        revenue: { from: 'amounts.amount_subtotal' },
        mode: { from: 'object.mode' },
        payment_status: { from: 'object.payment_status' },
        client_reference_id: { from: 'object.client_reference_id' },
        currency,
      },
    },
  ],
  'customer.subscription.created': [subscription('Subscription Started')],
  'customer.subscription.updated': [subscription('Subscription Updated')],
  'customer.subscription.trial_will_end': [subscription('Trial Ending')],
  'customer.subscription.deleted': [subscription('Subscription Cancelled')],
  'invoice.paid': [invoice('Invoice Paid')],
  'invoice.payment_failed': [invoice('Payment Failed')],
  'charge.refunded': [
    {
      event: 'Order Refunded',
      identifiers,
      properties: { charge_id: { from: 'object.id' }, total: { from: 'amounts.amount_refunded' }, currency },
    },
  ],
} as const satisfies z.input<typeof TopicMapping>;
