import { audience } from 'heddle/code';
import { event } from '../heddle-types';

export const inactive60d = audience('inactive-60d', 'Inactive for 60 days')
  .describe('Bought before, but not for 60 days: where the win-back journey begins, on time and without an event.')
  .where(event('Order Completed').last().olderThan('60d'));
