import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { IngestBody } from '../ingest/answer';
import { defineOpenRoute, type Route } from '../route';
import { takeMessage } from './take-message';

// For the document only: a signature covers bytes, so they are not read as JSON on the way.
const Message = z.looseObject({}) as unknown as z.ZodType<Buffer>;

export const webhookRoutes: readonly Route[] = [
  defineOpenRoute({
    method: 'post',
    path: '/v1/webhooks/{workspace}/{source}',
    door: 'webhook',
    summary: 'What a connected tool sends by itself, signed with the secret of its source',
    params: z.strictObject({ workspace: z.string().max(100), source: DefinitionKey }),
    isIdempotent: true,
    body: Message,
    responses: { 200: IngestBody },
    handle: takeMessage,
  }),
];
