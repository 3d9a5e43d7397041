import { audience } from 'heddle/code';
import { trait } from '../heddle-types';

export const existingCustomers = audience('existing-customers', 'Existing customers')
  .describe(
    'Everybody whose subscription is active: the suppression list that keeps acquisition ads away from customers.',
  )
  .where(trait('status').equals('active'));
