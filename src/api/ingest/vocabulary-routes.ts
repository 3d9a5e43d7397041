import { z } from 'zod';
import type { Translate } from '../../domain/events/translation';
import { translateEngagement } from '../../domain/events/vocabularies/engagement';
import { translateFact } from '../../domain/events/vocabularies/fact';
import { translateIdentityMapping } from '../../domain/events/vocabularies/identity-mapping';
import type { JsonBody } from '../read-body';
import { defineRoute, type Route } from '../route';
import { IngestBody, answer } from './answer';
import { ingest } from './ingest';
import { itemsOf } from './items';

/** Items of other vocabularies, one or a list of them: what they say becomes events like any other, each judged alone. */
export const vocabularyRoutes: readonly Route[] = [
  vocabularyRoute('engagements', 'Say what people did: engagements, as typed events', translateEngagement),
  vocabularyRoute('facts', 'Say what is true of people for a time: facts, which expire by themselves', translateFact),
  vocabularyRoute(
    'identity-mappings',
    'Say which identifiers are of one person, and whether what is known by them is merged',
    translateIdentityMapping,
  ),
];

// For the document only, as for events: items are checked one by one, by hand.
function OneOrMany() {
  const Item = z.looseObject({});
  return z.union([Item, z.array(Item)]) as unknown as z.ZodType<JsonBody>;
}

function vocabularyRoute(path: string, summary: string, translate: Translate): Route {
  return defineRoute({
    method: 'post',
    path: `/v1/${path}`,
    door: 'ingest',
    summary,
    body: OneOrMany(),
    responses: { 200: IngestBody },
    handle: async (call) => answer(await ingest(call, itemsOf(call), { translate })),
  });
}
