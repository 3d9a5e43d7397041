import fc from 'fast-check';
import type { CommandStartedEvent } from 'mongodb';
import request from 'supertest';
import { createAnswerCheck } from '../testing/check-answer';
import { testRootKey, useTestApi, useWorkspace } from '../testing/test-api';
import { documentRoutes } from './openapi';
import type { Route } from './route';
import { routes } from './routes';

jest.setTimeout(180_000);

const document = documentRoutes(routes);
const check = createAnswerCheck(document);
const runsPerRoute = 5;

beforeAll(() => {
  // The driver tells what it sends only when it is asked to.
  const uri = new URL(process.env['HEDDLE_TEST_MONGODB_URI'] ?? '');
  uri.searchParams.set('monitorCommands', 'true');
  process.env['HEDDLE_TEST_MONGODB_URI'] = uri.href;
});
const api = useTestApi();
const workspace = useWorkspace(api);

/** What senders try: operators, prototypes, other types, long, empty and broken texts. */
const hostileText = fc.constantFrom(
  '',
  '$ne',
  '__proto__',
  'constructor',
  'a.b',
  '../..',
  '%00',
  'ü',
  '\ud800',
  'x'.repeat(300),
  '-1',
  '1e999',
);
const operator = fc.constantFrom({ $ne: null }, { $gt: '' }, { $where: 'sleep(1000)' }, { $regex: '.*' }, ['$ne'], {});
const text = fc.oneof(
  hostileText,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('vip', 'crm', 'user_id:u1', 'k1'),
);
const anything = fc.oneof(operator, text, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>);

type Schema = Readonly<Record<string, unknown>>;

/** Values that a schema of the document describes, more or less: each part is at times replaced by anything. */
function derived(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  if (depth > 4) return anything;
  const near = nearly(schema, depth);
  return fc.oneof({ weight: 6, arbitrary: near }, { weight: 1, arbitrary: anything });
}

function nearly(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, enum: choices, const: only, type, properties, items } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return derived(document.components.schemas[name] ?? {}, depth + 1);
  }
  const parts = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (parts) return fc.oneof(...parts.map((part) => derived(part, depth + 1)));
  if (choices) return fc.constantFrom(...(choices as readonly unknown[]));
  if (only !== undefined) return fc.constant(only);
  if (type === 'array') return fc.array(derived((items ?? {}) as Schema, depth + 1), { maxLength: 3 });
  if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -1, max: 1_000 }), fc.double());
  if (type === 'boolean') return fc.boolean();
  if (type === 'string') return text;
  const fields = Object.entries((properties ?? {}) as Readonly<Record<string, Schema>>);
  if (fields.length === 0) return anything;
  const record = Object.fromEntries(fields.map(([name, field]) => [name, derived(field, depth + 1)]));
  return fc.record(record, { requiredKeys: (schema['required'] ?? []) as never[] });
}

interface Asked {
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } };
}

function askedOf({ method, path }: Route): fc.Arbitrary<Asked> {
  const { parameters, requestBody } = document.paths[path]?.[method] as Operation;
  // A file is no JSON: what is in it is tested where it is read.
  const json = requestBody?.content['application/json'];
  const named = (part: string) => parameters.filter((parameter) => parameter.in === part);
  const values = fc.record(Object.fromEntries(named('path').map(({ name }) => [name, text])));
  const queries = Object.fromEntries(named('query').map(({ name, schema }) => [name, fc.oneof(derived(schema), text)]));
  const header = fc.constantFrom('', '0', '-1', '"a"', 'W/"1"', '*', 'x'.repeat(200), 'bulk', '{"$ne":1}');
  return fc.record({
    path: values.map((all) => path.replace(/\{(\w+)\}/g, (_, name: string) => escape(String(all[name])))),
    query: fc.record(queries, { requiredKeys: [] }),
    body: json ? derived(json.schema) : fc.constant(undefined),
    headers: fc.dictionary(fc.constantFrom('If-Match', 'If-None-Match', 'X-Heddle-Lane', 'Idempotency-Key'), header, {
      maxKeys: 2,
    }),
  });
}

const escape = (value: string): string => encodeURIComponent(value.toWellFormed()) || '%20';
const queryOf = (query: Asked['query']): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${escape(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('&');

function keyFor({ access }: Route): string {
  if ('door' in access && access.door === 'root') return testRootKey;
  return 'door' in access && access.door === 'ingest' ? workspace.secretKey : workspace.apiKey;
}

const send = (route: Route, { path, query, body, headers }: Asked) => {
  const call = request(api.app)
    [route.method](`${path}?${queryOf(query)}`)
    .auth(keyFor(route), { type: 'bearer' })
    .set({ ...headers });
  return body === undefined ? call : call.set('Content-Type', 'application/json').send(JSON.stringify(body));
};

describe('whatever is asked of', () => {
  it.each(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
    '%s, the answer is no fault of ours and as the document says',
    async (_name, route) => {
      await fc.assert(
        fc.asyncProperty(askedOf(route), async (asked) => {
          const answer = await send(route, asked);
          expect({ status: answer.status, isFault: answer.status >= 500 }).toMatchObject({ isFault: false });
          expect(check(route, answer)).toEqual([]);
        }),
        { numRuns: runsPerRoute },
      );
    },
  );
});

describe('an operator in a request', () => {
  /** Whether an operator stands anywhere that only a sender can have written. */
  function holdsOperator(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([key, child]) => key === '$where' || holdsOperator(child));
  }

  it('never becomes one of a question to the database', async () => {
    const filters: unknown[] = [];
    const listen = ({ command }: CommandStartedEvent) =>
      filters.push(command['filter'], command['pipeline'], command['updates'], command['deletes']);
    const { client } = api.store.connection;
    client.on('commandStarted', listen);
    const hostile = { $where: 'sleep(1000)' };
    for (const route of routes) {
      const path = route.path.replace(/\{\w+\}/g, escape(JSON.stringify(hostile)));
      const body = route.body ? { name: hostile, userId: hostile, key: hostile, q: hostile, rule: hostile } : undefined;
      const { status } = await send(route, {
        path,
        query: { q: hostile, 'q[$where]': '1', cursor: hostile },
        body,
        headers: {},
      });
      expect(status).toBeLessThan(500);
    }
    client.off('commandStarted', listen);
    expect(filters.filter((filter) => filter !== undefined).length).toBeGreaterThan(10);
    expect(filters.filter(holdsOperator)).toEqual([]);
  });
});
