import { z } from 'zod';
import { definitionSchema, schemaKinds, schemaNames } from '../../schemas/definition-schemas';
import { AnyObject } from '../json-schema';
import { defineOpenRoute, type Route } from '../route';

const Listed = z.strictObject({ kind: z.enum(schemaNames), title: z.string(), path: z.string() });

/** Open to everybody, as `/openapi.json` is: editors ask without a key, and nothing here is of a workspace. */
export const schemaRoutes: readonly Route[] = [
  defineOpenRoute({
    ...{ method: 'get', path: '/v1/schemas', door: 'open' },
    summary: 'What definitions there are a JSON Schema of',
    responses: { 200: z.strictObject({ data: z.array(Listed) }) },
    handle: async () => ({
      status: 200,
      body: {
        data: schemaNames.map((kind) => ({ kind, title: schemaKinds[kind].title, path: `/v1/schemas/${kind}` })),
      },
    }),
  }),
  defineOpenRoute({
    ...{ method: 'get', path: '/v1/schemas/{kind}', door: 'open' },
    summary: 'What a definition of a kind may say, as JSON Schema (draft 2020-12), for editors and checks',
    params: z.strictObject({ kind: z.enum(schemaNames) }),
    responses: { 200: AnyObject },
    handle: async ({ params: { kind } }) => ({ status: 200, body: definitionSchema(kind) }),
  }),
];
