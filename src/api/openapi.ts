import { z } from 'zod';
import { partNames } from '../schemas/part-names';
import { mapRefs, toJsonSchema } from '../schemas/to-json-schema';
import type { Route } from './route';
import { mediaOf } from './streamed';

type Schema = Record<string, unknown>;
type Components = Record<string, Schema>;

const problem = 'Problem';
const ProblemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
  errors: z
    .array(
      z.strictObject({ in: z.enum(['body', 'query', 'path']).optional(), pointer: z.string(), message: z.string() }),
    )
    .optional(),
});

/** The OpenAPI 3.1 document of the routes, from the schemas that check them. */
export function documentRoutes(routes: readonly Route[]) {
  const components: Components = {};
  const paths: Record<string, Record<string, unknown>> = {};
  components[problem] = toSchema(ProblemSchema, 'output', problem, components);
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method] = documentRoute(route, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Heddle',
      version: '1',
      description: 'Events to profiles, audiences, durable journeys and destinations.',
    },
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        management: {
          type: 'http',
          scheme: 'bearer',
          description: 'A management key; each operation names its scope.',
        },
        writeKey: {
          type: 'http',
          scheme: 'basic',
          description:
            'A write key as user name, or `X-Write-Key`, or `writeKey` in the body or, where shown, the query.',
        },
        root: { type: 'http', scheme: 'bearer', description: "The installation's root key." },
      },
    },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key carries the request out once; a repeat is answered as the first time.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

function documentRoute(route: Route, components: Components) {
  const name = operationId(route);
  const body = route.body && {
    required: !route.body.safeParse(undefined).success,
    content: contentOf(route.body, () => toSchema(route.body as z.ZodType, 'input', `${name}Body`, components)),
  };
  return {
    operationId: name,
    summary: route.summary,
    ...security(route),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(route.method === 'post' && !route.isIdempotent ? [idempotencyKey] : []),
    ],
    ...(body && { requestBody: body }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, schema]) => answer(status, schema, name, components)),
      ),
      default: {
        description: 'A problem (RFC 9457)',
        content: route.problemBody
          ? { [route.problemBody.type]: { schema: { contentMediaType: route.problemBody.type } } }
          : { 'application/problem+json': { schema: { $ref: `#/components/schemas/${problem}` } } },
      },
    },
  };
}

/** What is streamed has media types of its own and is text to the document; of events some readers take the schema for that of one event, others for that of the text. */
function contentOf(schema: z.ZodType, describe: () => Schema): Record<string, { schema: Schema }> {
  const media = mediaOf(schema);
  if (!media) return { 'application/json': { schema: describe() } };
  return Object.fromEntries(
    media.map((type) => [
      type,
      { schema: type === 'text/event-stream' ? { contentMediaType: type } : { type: 'string' } },
    ]),
  );
}

function answer(status: string, schema: z.ZodType, name: string, components: Components): [string, unknown] {
  const description = schema.meta()?.description ?? 'Done';
  if (schema instanceof z.ZodUndefined) return [status, { description }];
  if (mediaOf(schema)) return [status, { description, content: contentOf(schema, () => ({})) }];
  const media = schema.meta()?.['contentMediaType'] as string | undefined;
  const type = media ?? (schema instanceof z.ZodString ? 'text/plain' : 'application/json');
  return [
    status,
    { description, content: { [type]: { schema: toSchema(schema, 'output', `${name}${status}`, components) } } },
  ];
}

function security({ access }: Route) {
  if ('scope' in access) return { security: [{ management: [] }], 'x-scope': access.scope };
  if (access.door === 'ingest') return { security: [{ writeKey: [] }, { management: [] }], 'x-scope': 'events:write' };
  if (access.door === 'surface')
    return { security: [{ writeKey: [] }, { management: [] }], 'x-scope': 'profiles:read' };
  return { security: access.door === 'root' ? [{ root: [] }] : [] };
}

function parameters(schema: z.ZodObject | undefined, part: 'path' | 'query') {
  return Object.entries(schema?.shape ?? {}).map(([name, one]) => ({
    name,
    in: part,
    required: part === 'path' || !(one as z.ZodType).safeParse(undefined).success,
    schema: toSchema(one as z.ZodType, 'input', name, {}),
  }));
}

/** `GET /v1/audiences/{key}/members` → `getAudiencesByKeyMembers`. */
function operationId({ method, path }: Route): string {
  const words = path.split('/').filter((part) => part !== '' && part !== 'v1');
  const named = words.map((part) => (part.startsWith('{') ? `By${capital(part.slice(1, -1))}` : capital(part)));
  return `${method}${named.join('').replace(/[^A-Za-z0-9]/g, '')}`;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** JSON Schema of a zod schema. What definitions share stands once in the components; what else contains itself, under the name of its owner. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', owner: string, components: Components): Schema {
  const { own, defs } = toJsonSchema(schema, io, partNames);
  const nameOf = (name: string) => (isUnnamed(name) ? owner + name : `${io === 'output' ? 'read-' : ''}${name}`);
  const placed = (value: unknown) =>
    mapRefs(value, (ref) =>
      ref === '#' ? `#/components/schemas/${owner}` : `#/components/schemas/${nameOf(ref.replace('#/$defs/', ''))}`,
    ) as Schema;
  for (const [name, definition] of Object.entries(defs)) components[nameOf(name)] = placed(definition);
  if (!JSON.stringify(own).includes('"$ref":"#"')) return placed(own);
  components[owner] = placed(own);
  return { $ref: `#/components/schemas/${owner}` };
}

const isUnnamed = (name: string): boolean => name.startsWith('__schema');
