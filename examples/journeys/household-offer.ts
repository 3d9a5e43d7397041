import { journey } from 'heddle/code';
import { event } from '../heddle-types';

export const householdOffer = journey('household-offer', 'Household offer')
  .describe('One offer for each household when any of its members buys, to the first of them who can be reached.')
  .on(event('Order Completed'))
  .perHousehold('first-reachable')
  .reentry({ again: 'never' })
  .purpose('marketing')
  .send('crm', { mapping: { template: 'household-offer', email: { from: 'identifiers.email' } } })
  .as('offer')
  .exit('told')
  .as('told');
