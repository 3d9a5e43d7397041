import { journey } from 'heddle/code';
import { event } from '../heddle-types';

export const abandonedCart = journey('abandoned-cart', 'Abandoned cart recovery')
  .describe('Two hours after a cart is started, a reminder; a purchase of that cart ends it at any moment.')
  .on(event('Cart Started'))
  .key('properties.cart_id')
  .reentry({ again: 'always' })
  .exitOn(event('Order Completed').match({ 'properties.cart_id': 'entry.properties.cart_id' }), 'purchased')
  .goal('purchase', event('Order Completed').match({ 'properties.cart_id': 'entry.properties.cart_id' }), {
    within: '7d',
    value: 'properties.revenue',
    currency: 'properties.currency',
  })
  .purpose('marketing')
  .wait('2h')
  .as('settle')
  .send('crm', {
    mapping: {
      template: 'cart-reminder',
      cart: { from: 'entry.properties.cart_id' },
      greeting: { template: "Hello {{ traits.first_name | default: 'there' }}" },
    },
  })
  .as('remind')
  .exit('reminded')
  .as('done');
