import { flow, journey, otherwise, when } from 'heddle/code';
import { event } from '../heddle-types';

export const onboarding = journey('onboarding', 'Onboarding')
  .describe('Welcome a new account, give it three days, then praise those who got going and help those who did not.')
  .on(event('Account Created'))
  .goal('activated', event('Feature Activated'), { within: '14d' })
  .purpose('onboarding')
  .send('crm', { mapping: { template: 'welcome' } })
  .as('welcome')
  .wait('3d')
  .as('try-out')
  .branch(
    when(
      event('Feature Activated').within('7d'),
      flow()
        .send('crm', { mapping: { template: 'next-steps' } })
        .as('praise')
        .exit('engaged')
        .as('engaged'),
    ),
    otherwise(
      flow()
        .send('crm', { mapping: { template: 'getting-started' } })
        .as('help')
        .exit('not-engaged')
        .as('stalled'),
    ),
  )
  .as('is-active');
