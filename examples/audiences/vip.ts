import { all, audience } from 'heddle/code';
import { trait } from '../heddle-types';

export const vip = audience('vip', 'VIP')
  .describe('Gold tier and a lifetime value above 500.')
  .where(all(trait('tier').equals('gold'), trait('ltv').greaterThan(500)));
