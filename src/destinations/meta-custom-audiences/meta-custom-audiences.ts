import { defineDestination } from '../destination';
import { columns } from './constants';
import { createAudience } from './create-audience';
import { interpretMeta } from './interpret';
import { planMembers } from './plan';
import { graphRequest } from './requests';
import { MetaSecrets, MetaSettings } from './settings.schema';

/** Customer-list audiences of Meta's ads: to reach people, or to keep them off. */
export const metaCustomAudiences = defineDestination({
  type: 'meta-custom-audiences',
  name: 'Meta Custom Audiences',
  settings: MetaSettings,
  secrets: MetaSecrets,
  identifiers: columns.map(({ type }) => type),
  capabilities: { dedup: 'set', members: 'identifier' },
  channelOf: () => 'ads',
  actions: {},
  planMembers,
  interpret: interpretMeta,
  createAudience,
  secretsGoTo: ({ apiBase }) => apiBase,
  test: (context) => ({
    request: graphRequest(context, 'GET', `act_${context.settings.adAccountId}`, { query: { fields: 'id,name' } }),
    items: [0],
  }),
});
