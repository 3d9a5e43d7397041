import { createHmac } from 'node:crypto';
import { omit } from '../../domain/json';
import { describeReceiver, eventsOf, type Signer } from '../receiver.testsuite';
import { shopify } from './shopify';

const sign: Signer = (body, { secret, topic = 'orders/create' }) => ({
  method: 'POST',
  url: '/v1/webhooks/ws_1/shop',
  headers: {
    'x-shopify-topic': topic,
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
    'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
    'x-shopify-triggered-at': '2026-05-01T10:00:00.000000Z',
  },
  body,
});

const customer = {
  id: 706_405_506_930_370_100,
  email: 'Ann@Example.com',
  phone: '+4917612345678',
  first_name: 'Ann',
  last_name: null,
  orders_count: 3,
  total_spent: '199.65',
  updated_at: '2026-05-01T11:30:00+02:00',
  email_marketing_consent: { state: 'subscribed' },
};
const order = {
  id: 820_982_911_946_154_500,
  name: '#1001',
  email: 'ann@example.com',
  created_at: '2026-05-01T11:00:00+02:00',
  cancelled_at: '2026-05-01T11:45:00+02:00',
  currency: 'EUR',
  subtotal_price: '35.00',
  total_price: '40.50',
  total_tax: '5.50',
  total_discounts: '0.00',
  financial_status: 'paid',
  fulfillment_status: null,
  discount_codes: [{ code: 'SPRING', amount: '5.00' }],
  customer: { id: 7_012, email: 'ann@example.com' },
  line_items: [
    {
      product_id: 632_910_392,
      sku: 'S1',
      title: 'Shirt',
      price: '17.50',
      quantity: 2,
      vendor: 'Loom',
      variant_title: null,
    },
  ],
};
const specimen = { kind: shopify, settings: {}, sign };

describeReceiver({
  ...specimen,
  body: order,
  topic: 'orders/create',
  unknown: { body: order, topic: 'products/update' },
  hasTime: false,
});

describe('Shopify', () => {
  it('tells an order in the words of e-commerce, of the customer it names', () => {
    expect(eventsOf(specimen, order)).toMatchObject([
      {
        messageId: 'shopify:orders/create:98880550-7158-44d4-b7cd-2c97c8a091b5',
        kind: 'track',
        name: 'Order Completed',
        occurredAt: Date.parse('2026-05-01T09:00:00Z'),
        identifiers: [
          { type: 'app_user_id', value: 'shopify:7012' },
          { type: 'email', value: 'ann@example.com' },
        ],
        properties: {
          order_id: '820982911946154500',
          order_name: '#1001',
          financial_status: 'paid',
          total: 40.5,
          revenue: 35,
          tax: 5.5,
          discount: 0,
          currency: 'EUR',
          coupon: 'SPRING',
          products: [{ product_id: '632910392', sku: 'S1', name: 'Shirt', brand: 'Loom', price: 17.5, quantity: 2 }],
        },
      },
    ]);
  });

  it('tells a customer as traits, without those that are empty', () => {
    const [event] = eventsOf(specimen, { ...customer, id: 7_012 }, 'customers/update');
    expect(event).toMatchObject({ kind: 'identify', occurredAt: Date.parse('2026-05-01T09:30:00Z') });
    expect(event?.traits).toEqual({
      email: 'Ann@Example.com',
      phone: '+4917612345678',
      first_name: 'Ann',
      shopify_customer_id: '7012',
      orders_count: 3,
      total_spent: 199.65,
      email_marketing_state: 'subscribed',
    });
    expect(event?.identifiers).toEqual([
      { type: 'email', value: 'ann@example.com' },
      { type: 'phone', value: '+4917612345678' },
      { type: 'app_user_id', value: 'shopify:7012' },
    ]);
  });

  it.each([
    ['orders/cancelled', 'Order Cancelled', '2026-05-01T09:45:00Z'],
    ['checkouts/create', 'Checkout Started', '2026-05-01T09:00:00Z'],
    ['orders/paid', 'Order Paid', '2026-05-01T10:00:00Z'],
  ])('tells %s as "%s", when it says or else when it was sent', (topic, name, at) => {
    expect(eventsOf(specimen, order, topic)).toMatchObject([{ name, occurredAt: Date.parse(at) }]);
  });

  it('knows a guest by the e-mail alone', () => {
    expect(eventsOf(specimen, omit(order, 'customer'))).toMatchObject([
      { identifiers: [{ type: 'email', value: 'ann@example.com' }] },
    ]);
  });
});
