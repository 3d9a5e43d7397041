import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { routes } from '../src/api/routes';
import type { Route } from '../src/api/route';
import { createClient } from '../src/client/client';
import { parseEvent } from '../src/domain/events/parse-event';
import { eventKinds, type EventKind } from '../src/domain/events/event';
import { readPixel } from '../src/domain/events/pixel-event';
import { isJsonObject, type Json, type JsonObject } from '../src/domain/json';
import { findSourceKind } from '../src/sources/registry';
import { blocksOf, codeIn, commandsOf, door, pages, type Page } from './doc-examples';

interface Example {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  /** As written, with dots for what is left out. */
  readonly answer?: string;
}

/** Requests as written under each other, with their bodies and, after an arrow, what is answered. */
function requestsOf(block: string): Example[] {
  return block.split(/^(?=(?:GET|PUT|POST|PATCH|DELETE) )/m).map((text) => {
    const [asked = '', answer] = text.split(/^→ (?:\d+ )?/m);
    const [first = '', ...rest] = asked.trim().split('\n');
    const [method = '', path = ''] = first.split(' ');
    const body = rest.join('\n').trim();
    return { method, path, ...(body !== '' && { body }), ...(answer !== undefined && { answer }) };
  });
}

/** What curl would send: `-T` puts a file, `-d` posts unless `-X` says otherwise. */
function curlOf([command, ...words]: readonly string[]): Example[] {
  if (command !== 'curl') return [];
  const after = (option: string) => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
  const body = after('-d');
  const sends = words.includes('-T') ? 'PUT' : body === undefined ? 'GET' : 'POST';
  const path = words.map((word) => word.replace('$id', 'op_1').replace(/^.*?(?=\/v1\/)/, ''));
  return [
    {
      method: after('-X') ?? sends,
      path: path.find((word) => word.startsWith('/v1/')) ?? '',
      ...(body !== undefined && { body }),
    },
  ];
}

/** The route that a path with values, or with `{names}`, leads to, and what it makes of the values. */
function routeOf(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const pattern = route.path.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    const found = new RegExp(`^${pattern}$`).exec(path);
    if (found && route.method === method.toLowerCase())
      return {
        route,
        params: Object.fromEntries(Object.entries(found.groups ?? {}).map(([k, v]) => [k, decodeURIComponent(v)])),
      };
  }
  return undefined;
}

const readAt = (kind?: EventKind) => (event: unknown) => parseEvent(event, { ...door, ...(kind && { kind }) });

/** What is wrong with a body, as the route or, for events, the door would say. */
function faultsOf({ path: at, body: schema }: Route, body: Json): unknown[] {
  const kind = eventKinds.find((one) => at === `/v1/${one}`);
  const events = kind
    ? [body]
    : at === '/v1/batch' && isJsonObject(body)
      ? (body['batch'] as readonly Json[])
      : undefined;
  if (!events)
    return schema ? [...(schema.safeParse(body).error?.issues ?? []), ...settingsFaults(at, body)] : ['takes no body'];
  return events.map(readAt(kind)).flatMap((parsed) => ('rejection' in parsed ? [parsed.rejection] : []));
}

/** Of a source, by its type. */
function settingsFaults(at: string, body: Json): unknown[] {
  if (at !== '/v1/sources/{key}' || !isJsonObject(body)) return [];
  const { type = 'api', settings = {} } = body;
  const kind = findSourceKind(type as string);
  return kind ? (kind.settings.safeParse(settings).error?.issues ?? []) : ['no such type'];
}

/** An answer as documentation shortens it, as JSON of what is left. */
const shortened = (answer: string): Json =>
  JSON.parse(
    answer
      .replace(/,\s*…(?=\s*[\]}])/g, '')
      .replace(/,\s*…\s*(?=,)/g, '')
      .replace(/([[{])\s*…\s*(?=[\]}])/g, '$1')
      .replace(/:\s*…/g, ': null'),
  ) as Json;

/** Places of an answer that its schema does not know. */
function unknownIn(value: unknown, schema: JsonObject, root: JsonObject, at = ''): string[] {
  const ref = schema['$ref'];
  if (typeof ref === 'string')
    return unknownIn(value, (root['$defs'] as JsonObject)[ref.split('/').at(-1) ?? ''] as JsonObject, root, at);
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonObject[] | undefined;
  if (choices)
    return (
      choices.map((one) => unknownIn(value, one, root, at)).sort((one, other) => one.length - other.length)[0] ?? []
    );
  if (Array.isArray(value))
    return value.flatMap((item) => unknownIn(item, (schema['items'] ?? {}) as JsonObject, root, `${at}/-`));
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {}, additionalProperties } = schema as { properties?: JsonObject; additionalProperties?: Json };
  return Object.entries(value).flatMap(([name, part]) => {
    const known = properties[name] ?? (isJsonObject(additionalProperties ?? null) ? additionalProperties : undefined);
    if (known === undefined)
      return schema['type'] === 'object' && additionalProperties === false ? [`${at}/${name}`] : [];
    return unknownIn(part, known as JsonObject, root, `${at}/${name}`);
  });
}

const answersOf = ({ responses }: Route): z.ZodType =>
  z.union(
    Object.entries(responses).flatMap(([status, schema]) => (status.startsWith('2') ? [schema] : [])) as [z.ZodType],
  );

const examplesOf = (page: Page): Example[] => [
  ...blocksOf(page, 'http').flatMap(requestsOf),
  ...blocksOf(page, 'sh').flatMap(commandsOf).flatMap(curlOf),
];
const examples = pages.flatMap((page) =>
  examplesOf(page).map((example) => [page.name, `${example.method} ${example.path}`, example] as const),
);
const routesNamed = pages.flatMap((page) =>
  codeIn(page).flatMap((code) => {
    const [, method, path = ''] = /^(GET|PUT|POST|PATCH|DELETE) (\/v1\/\S+)/.exec(code) ?? [];
    return method === undefined ? [] : [[page.name, method, path.replace(/\?.*/, '')] as const];
  }),
);

describe('a request in the documentation', () => {
  it('is found in the guides that have some', () => {
    const names = new Set(examples.map(([page]) => page));
    const guides = ['consent', 'impact', 'imports', 'sending-events', 'trust'].map((name) => `docs/guides/${name}.md`);
    expect([...names]).toEqual(expect.arrayContaining([...guides, 'README.md']));
  });

  it.each(examples)('is one that its route takes: %s: %s', (_page, _line, { method, path, body }) => {
    const url = new URL(path, 'http://heddle.example');
    const found = routeOf(method, url.pathname);
    if (!found) throw new Error('There is no such route.');
    const { route, params } = found;
    expect(route.params?.safeParse(params).error).toBeUndefined();
    expect(route.query?.safeParse(Object.fromEntries(url.searchParams)).error).toBeUndefined();
    if (body !== undefined) expect(faultsOf(route, JSON.parse(body) as Json)).toEqual([]);
  });

  const answered = examples.filter(([, , { answer }]) => answer !== undefined);
  it.each(answered)(
    'is answered with nothing that is not there: %s: %s',
    (_page, _line, { method, path, answer = '' }) => {
      const found = routeOf(method, new URL(path, 'http://heddle.example').pathname);
      if (!found) throw new Error('There is no such route.');
      const schema = z.toJSONSchema(answersOf(found.route), { io: 'output', unrepresentable: 'any' }) as JsonObject;
      expect(unknownIn(shortened(answer), schema, schema)).toEqual([]);
    },
  );

  it.each(routesNamed)('goes to a route that there is: %s: %s %s', (_page, method, path) => {
    expect(routeOf(method, path)?.route.path).toBeDefined();
  });
});

describe('docs/guides/sending-events.md', () => {
  const page = pages.find(({ name }) => name.endsWith('sending-events.md'));
  const code = page ? blocksOf(page, 'js', 'html').join('\n') : '';

  it('shows an image whose address is an event', () => {
    const [, query = ''] = /pixel\.gif\?([^"]+)/.exec(code) ?? [];
    const { writeKey, ...event } = readPixel(query) as JsonObject;
    expect(writeKey).toBe('WRITE_KEY');
    expect(readAt()(event)).toMatchObject({
      event: { kind: 'track', name: 'Email Opened', properties: { campaign: 'spring' } },
    });
  });

  it('calls only what the script has', () => {
    const calls = new Set([...code.matchAll(/heddle\.(\w+)\(/g)].map(([, name = '']) => name));
    calls.delete('load');
    expect(calls.size).toBeGreaterThan(5);
    // Read, not loaded: it is written for browsers, whose names are not known here.
    const tracker = readFileSync(join(__dirname, '../src/browser/tracker.ts'), 'utf8');
    const methods = [...tracker.matchAll(/^ {2}(\w+)\(.*\{$/gm)].map(([, name]) => name);
    expect(methods).toEqual(expect.arrayContaining([...calls]));
  });
});

describe('a program in the documentation', () => {
  const client: unknown = createClient({ url: 'http://heddle.example' });
  const calls = pages.flatMap((page) =>
    [...blocksOf(page, 'ts'), ...codeIn(page)].flatMap((text) =>
      [...text.matchAll(/heddle((?:\.\w+){2,})\(/g)].map(([, path = '']) => [page.name, path.slice(1)] as const),
    ),
  );

  it.each(calls)('calls what the client has: %s: %s', (_page, path) => {
    const found = path
      .split('.')
      .reduce((at: unknown, name) => (at as Record<string, unknown> | undefined)?.[name], client);
    expect(typeof found).toBe('function');
  });
});
