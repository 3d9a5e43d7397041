import { defineDestination } from '../destination';
import { columns, graph, uploadLimits } from './constants';
import { interpretCreated, interpretMeta } from './interpret';
import { planMembers } from './plan';
import { graphRequest, type MetaContext } from './requests';
import { MetaSecrets, MetaSettings } from './settings.schema';

/** Customer-list audiences of Meta's ads: to reach people, or to keep them off. */
export const metaCustomAudiences = defineDestination({
  type: 'meta-custom-audiences',
  name: 'Meta Custom Audiences',
  settings: MetaSettings,
  secrets: MetaSecrets,
  identifiers: columns.map(({ type }) => type),
  limits: { maxItems: uploadLimits.maxRows, maxBytes: uploadLimits.maxBytes, readIn: graph.readIn },
  capabilities: { createAudience: true, dedup: 'set', members: 'identifier' },
  actions: {},
  planMembers,
  interpret: interpretMeta,
  createAudience: {
    plan: (context: MetaContext, { name }) =>
      graphRequest(context, 'POST', `act_${context.settings.adAccountId}/customaudiences`, {
        body: {
          name,
          subtype: 'CUSTOM',
          description: 'Kept in step by Heddle.',
          customer_file_source: 'USER_PROVIDED_ONLY',
        },
      }),
    interpret: interpretCreated,
  },
  test: (context) => ({
    request: graphRequest(context, 'GET', `act_${context.settings.adAccountId}`, { query: { fields: 'id,name' } }),
    items: [0],
  }),
});
