import { audience } from 'heddle/code';
import { event } from '../heddle-types';

export const keenOnACategory = audience('keen-on-a-category', 'Keen on a category')
  .describe('Three views of one category within a week, and no order from it.')
  .where(
    event('Product Viewed')
      .per('category')
      .atLeast(3)
      .within('7d')
      .without(event('Order Completed').per('products[].category').within('7d')),
  );
