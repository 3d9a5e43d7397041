import { all, audience } from 'heddle/code';
import { event } from '../heddle-types';

export const cartAbandoners = audience('cart-abandoners', 'Cart abandoners')
  .describe('Started a cart in the last 24 hours and completed no purchase in that time.')
  .where(all(event('Cart Started').within('24h'), event('Order Completed').count().equals(0).within('24h')));
