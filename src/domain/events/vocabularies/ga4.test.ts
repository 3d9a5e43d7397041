import type { Json, JsonObject } from '../../json';
import { ga4Events } from './ga4-ecommerce';
import { readMeasurements, translateMeasurement } from './measurement-protocol';
import { translateGa4 } from './translate-ga4';

const shirt = { item_id: 'sku1', item_name: 'Shirt', item_category: 'Apparel', price: 20, quantity: 2, index: 1 };
const product = { product_id: 'sku1', name: 'Shirt', category: 'Apparel', price: 20, quantity: 2, position: 1 };
const translated = (event: Json, properties: JsonObject = {}) =>
  translateGa4({ type: 'track', userId: 'u1', event, properties });

describe('GA4 e-commerce', () => {
  it.each<[string, string, JsonObject, JsonObject]>([
    [
      'purchase',
      'Order Completed',
      { transaction_id: 'o1', value: 40, currency: 'EUR', tax: 4, shipping: 3, coupon: 'C', items: [shirt] },
      { order_id: 'o1', revenue: 40, currency: 'EUR', tax: 4, shipping: 3, coupon: 'C', products: [product] },
    ],
    ['refund', 'Order Refunded', { transaction_id: 'o1', value: 40 }, { order_id: 'o1', total: 40 }],
    ['add_to_cart', 'Product Added', { value: 40, items: [shirt] }, { ...product, value: 40, products: [product] }],
    ['view_item', 'Product Viewed', { items: [shirt, {}] }, { ...product, products: [product, {}] }],
    ['begin_checkout', 'Checkout Started', { value: 40, items: [shirt] }, { value: 40, products: [product] }],
    ['add_shipping_info', 'Checkout Step Completed', { shipping_tier: 'fast' }, { shipping_method: 'fast' }],
    ['add_payment_info', 'Payment Info Entered', { payment_type: 'card' }, { payment_method: 'card' }],
    [
      'view_item_list',
      'Product List Viewed',
      { item_list_id: 'l1', item_list_name: 'Sale' },
      { list_id: 'l1', category: 'Sale' },
    ],
    ['view_promotion', 'Promotion Viewed', { creative_slot: 'top' }, { position: 'top' }],
    ['search', 'Products Searched', { search_term: 'shoe' }, { query: 'shoe' }],
    ['login', 'Signed In', { method: 'Google' }, { method: 'Google' }],
  ])('%s is "%s"', (event, name, parameters, properties) => {
    expect(translated(event, parameters)).toEqual({
      raw: {
        type: 'track',
        userId: 'u1',
        event: name,
        properties,
        context: { vocabulary: { name: 'ga4-ecommerce', event } },
      },
    });
  });

  it('gives every name it knows an event or a kind', () => {
    for (const name of Object.keys(ga4Events))
      expect(translated(name)).not.toMatchObject({ raw: { event: name, type: 'track' } });
  });

  it.each<[string, Json]>([
    ['an event of another name', { type: 'track', event: 'Cart Started', properties: { items: [shirt] } }],
    ['a name that every object has', { type: 'track', event: 'constructor' }],
    ['another kind of event', { type: 'identify', event: 'purchase' }],
    ['properties that are none', { event: 'purchase', properties: 'all' }],
    ['what is no event', 'purchase'],
  ])('leaves %s as it is', (_, event) => {
    expect(translateGa4(event)).toEqual({ raw: event });
  });

  it('takes a page view for a page, and items that are no objects as they are', () => {
    expect(translated('page_view', { page_title: 'Home' })).toMatchObject({
      raw: { type: 'page', properties: { title: 'Home' } },
    });
    expect(translated('view_item', { items: ['x'] })).toMatchObject({ raw: { properties: { products: ['x'] } } });
  });
});

describe('the GA4 Measurement Protocol', () => {
  const body = { client_id: 'c.1', user_id: 'u1', timestamp_micros: '1777626000000000' };

  it('says who, when and what, with user properties as traits and consent as purposes', () => {
    const read = readMeasurements({
      ...body,
      user_properties: { tier: { value: 'gold' } },
      consent: { ad_user_data: 'GRANTED', ad_personalization: 'DENIED' },
      events: [{ name: 'login', params: { method: 'x' }, timestamp_micros: 1_777_626_060_000_000 }, { name: 'Other' }],
    });
    const of = {
      anonymousId: 'c.1',
      userId: 'u1',
      context: { consent: { categoryPreferences: { ad_user_data: true, ad_personalization: false } } },
    };
    expect(read).toEqual([
      { ...of, timestamp: 1_777_626_000_000, type: 'identify', traits: { tier: 'gold' } },
      { ...of, timestamp: 1_777_626_060_000, type: 'track', event: 'login', properties: { method: 'x' } },
      { ...of, timestamp: 1_777_626_000_000, type: 'track', event: 'Other', properties: {} },
    ]);
    expect(Array.isArray(read) && read.map((one) => translateMeasurement(one))).toMatchObject([
      { raw: { type: 'identify' } },
      { raw: { event: 'Signed In' } },
      { raw: { event: 'Other' } },
    ]);
  });

  it.each<[string, Json, string]>([
    ['no object', [], ''],
    ['no events', body, '/events'],
    ['more than 25 events', { ...body, events: Array.from({ length: 26 }, () => ({ name: 'x' })) }, '/events'],
  ])('refuses a body with %s', (_, sent, path) => {
    expect(readMeasurements(sent)).toMatchObject({ path });
  });

  it('leaves what is wrong with an event to the check of events', () => {
    expect(readMeasurements({ ...body, timestamp_micros: 'soon', events: ['x', {}] })).toMatchObject([
      { event: null, timestamp: 'soon' },
      { event: null },
    ]);
  });
});
