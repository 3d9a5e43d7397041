import { absent, audience, sequence } from 'heddle/code';
import { event } from '../heddle-types';

export const abandonedCarts = audience('abandoned-carts', 'Carts left for a day')
  .describe('Somebody began a cart in the last week and a day passed without an order of that very cart.')
  .where(
    sequence(event('Cart Started'), absent(event('Order Completed')))
      .same('properties.cart_id')
      .within('24h')
      .startedWithin('7d')
      .settled(),
  );
