import { entered, flow, journey, on, otherwise } from 'heddle/code';
import { event } from '../heddle-types';

export const winBack = journey('win-back', 'Win-back')
  .describe(
    'An offer when somebody has not bought for 60 days; what follows depends on whether they come back within a week.',
  )
  .on(entered('inactive-60d'))
  .reentry({ again: '60d' })
  .goal('came-back', event('Order Completed'), {
    within: '14d',
    value: 'properties.revenue',
    currency: 'properties.currency',
  })
  .purpose('marketing')
  .send('crm', { mapping: { template: 'win-back-offer', discount: 15 } })
  .as('offer')
  .waitFor(
    { timeout: '7d' },
    on(event('Order Completed'), flow().exit('won-back').as('won-back')),
    on(
      event('Offer Clicked'),
      flow()
        .send('crm', { mapping: { template: 'offer-ends' } })
        .as('last-call')
        .exit('clicked')
        .as('clicked'),
    ),
    otherwise(flow().exit('no-answer').as('no-answer')),
  )
  .as('response');
