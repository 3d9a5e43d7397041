import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../domain/json';
import { describeReceiver, eventsOf, receive, now, type Signer } from '../receiver.testsuite';
import { amountsOf } from './amounts';
import { stripe } from './stripe';

const v1 = (body: Buffer, secret: string, seconds: number): string =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');

const sign: Signer = (body, { secret, at }) => {
  const seconds = at / 1_000;
  return {
    method: 'POST',
    url: '/v1/webhooks/ws_1/stripe',
    headers: { 'stripe-signature': `t=${seconds},v1=${v1(body, secret, seconds)},v0=${'0'.repeat(64)}` },
    body,
  };
};

const event = (type: string, object: JsonObject): JsonObject => ({
  id: 'evt_1PgQ',
  object: 'event',
  api_version: '2026-03-25',
  created: now / 1_000 - 30,
  type,
  data: { object },
});
const session = {
  id: 'cs_test_1',
  object: 'checkout.session',
  amount_subtotal: 3_500,
  amount_total: 4_050,
  currency: 'eur',
  customer: 'cus_9s6X',
  customer_details: { email: 'ann@example.com', phone: null, name: 'Ann' },
  mode: 'payment',
  payment_status: 'paid',
  client_reference_id: null,
};
const specimen = { kind: stripe, settings: {}, sign };

describeReceiver({
  ...specimen,
  body: event('checkout.session.completed', session),
  topic: 'checkout.session.completed',
  unknown: { body: event('product.created', { id: 'prod_1' }), topic: 'product.created' },
  hasTime: true,
});

describe('Stripe', () => {
  it('tells a finished checkout as an order, in units of its currency', () => {
    expect(eventsOf(specimen, event('checkout.session.completed', session))).toMatchObject([
      {
        messageId: 'stripe:evt_1PgQ',
        name: 'Order Completed',
        occurredAt: now - 30_000,
        identifiers: [
          { type: 'app_user_id', value: 'stripe:cus_9s6X' },
          { type: 'email', value: 'ann@example.com' },
        ],
        properties: {
          order_id: 'cs_test_1',
          total: 40.5,
          revenue: 35,
          currency: 'EUR',
          mode: 'payment',
          payment_status: 'paid',
        },
      },
    ]);
  });

  it('tells a customer as traits', () => {
    const customer = { id: 'cus_9s6X', object: 'customer', email: 'ann@example.com', name: 'Ann', phone: null };
    expect(eventsOf(specimen, event('customer.updated', customer))).toMatchObject([
      { kind: 'identify', traits: { email: 'ann@example.com', name: 'Ann', stripe_customer_id: 'cus_9s6X' } },
    ]);
  });

  it.each([
    ['customer.subscription.created', 'Subscription Started'],
    ['customer.subscription.updated', 'Subscription Updated'],
    ['customer.subscription.deleted', 'Subscription Cancelled'],
    ['customer.subscription.trial_will_end', 'Trial Ending'],
  ])('tells %s as "%s" of the customer it names', (type, name) => {
    const object = {
      id: 'sub_1',
      object: 'subscription',
      customer: 'cus_9s6X',
      status: 'trialing',
      trial_end: 1_777_626_000,
      items: { data: [{ price: { id: 'price_1' } }] },
    };
    expect(eventsOf(specimen, event(type, object))).toMatchObject([
      {
        name,
        identifiers: [{ type: 'app_user_id', value: 'stripe:cus_9s6X' }],
        properties: { subscription_id: 'sub_1', price_ids: ['price_1'], trial_ends_at: '2026-05-01T09:00:00.000Z' },
      },
    ]);
  });

  it.each([
    ['as it was', { subscription: 'sub_1' }],
    ['as it is since 2025', { parent: { subscription_details: { subscription: 'sub_1' } } }],
  ])('finds the subscription of an invoice %s', (_, where) => {
    const invoice = {
      id: 'in_1',
      customer: 'cus_1',
      customer_email: 'a@b.example',
      amount_due: 999,
      currency: 'usd',
      ...where,
    };
    expect(eventsOf(specimen, event('invoice.payment_failed', invoice))).toMatchObject([
      { name: 'Payment Failed', properties: { invoice_id: 'in_1', subscription_id: 'sub_1', amount: 9.99 } },
    ]);
  });

  it('takes one right signature of several, as there are while a secret is rolled', () => {
    const body = Buffer.from(JSON.stringify(event('product.created', {})));
    const signature = `t=${now / 1_000},v1=${'a'.repeat(64)},v1=${v1(body, 'new', now / 1_000)}`;
    const request = { method: 'POST', url: '/', headers: { 'stripe-signature': signature }, body };
    const answer = receive(stripe, request, { settings: {}, secrets: { signingSecret: 'new' } });
    expect(answer).toMatchObject({ verdict: 'accepted' });
  });

  it.each([
    ['usd', 1_005, 10.05],
    ['jpy', 500, 500],
    ['kwd', 5_124, 5.124],
  ])('counts %s in its own smallest unit', (currency, amount_total, expected) => {
    expect(amountsOf({ currency, amount_total })).toEqual({ amount_total: expected });
  });
});
