import { all, audience } from 'heddle/code';
import { event } from '../heddle-types';

export const productViewers = audience('product-viewers', 'Product viewers without a purchase')
  .describe('Viewed a product in the last 7 days and bought nothing in that time: retargeting.')
  .where(all(event('Product Viewed').within('7d'), event('Order Completed').count().equals(0).within('7d')));
