import { interpretWebhook } from './interpret';
import { planMembers, planSend, planTest } from './plan';
import { WebhookSecrets, WebhookSettings } from './settings.schema';
import { defineDestination } from '../destination';
import { identifierTypeNames } from '../../domain/identity/identifier-types';

/** Signed HTTP requests to a receiver of the user's own, by Standard Webhooks. */
export const webhook = defineDestination({
  type: 'webhook',
  name: 'Signed webhook',
  settings: WebhookSettings,
  secrets: WebhookSecrets,
  identifiers: identifierTypeNames,
  takesOwnTypes: true,
  capabilities: { dedup: 'key', members: 'profile' },
  channelOf: ({ channel }) => channel,
  actions: { message: { description: 'One request with the mapped payload.' } },
  planSend,
  planMembers,
  interpret: interpretWebhook,
  test: planTest,
});
