import { destination } from 'heddle/code';

export const crm = destination('crm', 'CRM')
  .type('webhook', { url: 'https://crm.example.com/hooks/heddle' })
  .secrets({ signingSecret: { fromEnv: 'CRM_SECRET' } });
