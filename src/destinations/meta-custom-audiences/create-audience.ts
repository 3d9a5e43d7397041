import type { AudienceMaker } from '../destination';
import { interpretCreated, interpretFound } from './interpret';
import { graphRequest, type MetaContext } from './requests';
import type { MetaSecrets, MetaSettings } from './settings.schema';

const pageSize = '100';
const pathOf = ({ settings }: MetaContext): string => `act_${settings.adAccountId}/customaudiences`;

/**
 * Meta knows no idempotency key and takes two audiences of one name, so the description carries a mark by which an audience is found
 * again ("Ad Account Customaudiences": reading answers `fields`, a page at a time).
 */
export const createAudience: AudienceMaker<MetaSettings, MetaSecrets> = {
  plan: (context, { name, mark }) =>
    graphRequest(context, 'POST', pathOf(context), {
      body: {
        name,
        subtype: 'CUSTOM',
        description: `Kept in step by Heddle (${mark}).`,
        customer_file_source: 'USER_PROVIDED_ONLY',
      },
    }),
  interpret: interpretCreated,
  planFind: (context, _, after) =>
    graphRequest(context, 'GET', pathOf(context), {
      query: { fields: 'id,description', limit: pageSize, ...(after !== undefined && { after }) },
    }),
  interpretFound,
};
