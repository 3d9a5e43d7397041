import type { Route } from '../api/route';
import { routes } from '../api/routes';
import { openScriptedApi } from '../testing/scripted-api';
import { createClient, type Client } from './client';

type Api = Awaited<ReturnType<typeof openScriptedApi>>;
let api: Api;
let client: Client;

beforeEach(async () => {
  api = await openScriptedApi(() => ({ body: { data: [] } }));
  client = createClient({ url: api.url });
});
afterEach(() => api.close());

const vip = { name: 'VIP', rule: { trait: 'tier', is: 'set' } } as const;
const winBack = {
  name: 'Win back',
  entry: { on: { event: 'Left' } },
  start: 'bye',
  steps: { bye: { type: 'exit' } },
} as const;
const crm = { type: 'webhook', name: 'CRM', settings: {}, secrets: { signingSecret: 'whsec_1' } };
const page = { limit: 2, cursor: 'c1' };
const window = { window: '24h' };
const user = { userId: 'u1' };

/** Every management and ingestion route, as a method of the client asks it, with all that the method takes. */
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'POST /v1/track': () => client.events.track({ ...user, event: 'X' }),
  'POST /v1/identify': () => client.events.identify(user),
  'POST /v1/page': () => client.events.page(user),
  'POST /v1/screen': () => client.events.screen(user),
  'POST /v1/group': () => client.events.group({ ...user, groupId: 'g' }),
  'POST /v1/alias': () => client.events.alias({ ...user, previousId: 'a1' }),
  'POST /v1/batch': () => client.events.batch([{ type: 'identify', ...user }]),
  'GET /v1/dead-letters': () => client.deadLetters.list(page),
  'GET /v1/operations': () => client.operations.list({ kind: 'import', status: 'running', ...page }),
  'GET /v1/operations/{id}': () => client.operations.get('op_1'),
  'POST /v1/operations/{id}/cancel': () => client.operations.cancel('op_1'),
  'GET /v1/sources': () => client.sources.list(page),
  'GET /v1/sources/{key}': () => client.sources.get('shop'),
  'PUT /v1/sources/{key}': () => client.sources.put('shop', { type: 'api', name: 'Shop' }),
  'DELETE /v1/sources/{key}': () => client.sources.delete('shop'),
  'GET /v1/sources/{key}/pull': () => client.sources.pulled('shop'),
  'POST /v1/sources/{key}/pull': () => client.sources.pull('shop'),
  'POST /v1/sources/{key}/pull/reset': () => client.sources.reset('shop', { from: '2026-01-01T00:00:00Z' }),
  'POST /v1/sources/{key}/test': () => client.sources.test('shop'),
  'POST /v1/workspaces': () => client.workspaces.create('Shop'),
  'GET /v1/workspaces': () => client.workspaces.current(),
  'GET /v1/keys': () => client.keys.list(),
  'POST /v1/keys': () =>
    client.keys.create({ name: 'shop', kind: 'secret', scopes: [], source: 'shop', expiresAt: '2027-01-01T00:00:00Z' }),
  'DELETE /v1/keys/{id}': () => client.keys.revoke('key_1'),
  'GET /v1/profiles': () => client.profiles.list({ q: 'a@b.example', ...page }),
  'GET /v1/profiles/{ref}': () => client.profiles.get('user_id:a/b'),
  'GET /v1/profiles/{ref}/identifiers': () => client.profiles.identifiers('user_id:a/b', page),
  'GET /v1/profiles/{ref}/merges': () => client.profiles.merges('user_id:a/b', page),
  'GET /v1/profiles/{ref}/audiences': () => client.profiles.audiences('user_id:a/b', page),
  'GET /v1/profiles/{ref}/events': () => client.profiles.events('user_id:a/b', page),
  'GET /v1/profiles/{ref}/enrollments': () => client.profiles.enrollments('user_id:a/b', page),
  'GET /v1/profiles/{ref}/deliveries': () => client.profiles.deliveries('user_id:a/b', page),
  'GET /v1/audiences': () => client.audiences.list(page),
  'GET /v1/audiences/{key}': () => client.audiences.get('vip'),
  'PUT /v1/audiences/{key}': () => client.audiences.put('vip', vip),
  'DELETE /v1/audiences/{key}': () => client.audiences.delete('vip'),
  'GET /v1/audiences/{key}/members': () => client.audiences.members('vip', page),
  'GET /v1/audiences/{key}/history': () =>
    client.audiences.history('vip', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', points: 3 }),
  'POST /v1/audiences/{key}/preview': () =>
    client.audiences.preview('vip', { rule: vip.rule, asOf: '2026-01-01T00:00:00Z', sample: 3 }),
  'GET /v1/audiences/{key}/destinations': () => client.audiences.attachments('vip', page),
  'GET /v1/audiences/{key}/destinations/{destination}': () => client.audiences.attachment('vip', 'crm'),
  'PUT /v1/audiences/{key}/destinations/{destination}': () =>
    client.audiences.attach('vip', 'crm', {
      use: 'exclude',
      purpose: 'ads',
      identifiers: ['email'],
      onExit: 'keep',
      onDetach: 'remove',
      external: { id: '7' },
    }),
  'DELETE /v1/audiences/{key}/destinations/{destination}': () => client.audiences.detach('vip', 'crm'),
  'GET /v1/destinations': () => client.destinations.list(page),
  'GET /v1/destinations/{key}': () => client.destinations.get('crm'),
  'PUT /v1/destinations/{key}': () => client.destinations.put('crm', crm),
  'DELETE /v1/destinations/{key}': () => client.destinations.delete('crm'),
  'POST /v1/destinations/{key}/test': () => client.destinations.test('crm'),
  'POST /v1/destinations/{key}/pause': () => client.destinations.pause('crm'),
  'POST /v1/destinations/{key}/resume': () => client.destinations.resume('crm'),
  'GET /v1/journeys': () => client.journeys.list(page),
  'GET /v1/journeys/{key}': () => client.journeys.get('win-back'),
  'PUT /v1/journeys/{key}': () => client.journeys.put('win-back', winBack),
  'DELETE /v1/journeys/{key}': () => client.journeys.delete('win-back'),
  'POST /v1/journeys/{key}/lint': () => client.journeys.lint('win-back'),
  'POST /v1/journeys/{key}/publish': () => client.journeys.publish('win-back', { inFlight: 'finish' }),
  'POST /v1/journeys/{key}/pause': () => client.journeys.pause('win-back'),
  'POST /v1/journeys/{key}/resume': () => client.journeys.resume('win-back'),
  'POST /v1/journeys/{key}/archive': () => client.journeys.archive('win-back'),
  'GET /v1/journeys/{key}/versions': () => client.journeys.versions('win-back', page),
  'GET /v1/journeys/{key}/enrollments': () => client.journeys.enrollments('win-back', page),
  'GET /v1/journeys/{key}/funnel': () => client.journeys.funnel('win-back', window),
  'GET /v1/enrollments/{id}': () => client.enrollments.get('enr_1'),
  'POST /v1/enrollments/{id}/exit': () => client.enrollments.exit('enr_1', { reason: 'asked' }),
  'GET /v1/deliveries': () =>
    client.deliveries.list({
      destination: 'crm',
      journey: 'win-back',
      audience: 'vip',
      profile: 'user_id:u1',
      status: 'dead',
      ...page,
    }),
  'GET /v1/deliveries/{id}': () => client.deliveries.get('dlv_1'),
  'GET /v1/impact': () => client.impact.overview(window),
  'GET /v1/impact/destinations/{key}': () => client.impact.destination('crm', window),
  'GET /v1/impact/journeys/{key}': () => client.impact.journey('win-back', window),
  'GET /v1/impact/audiences/{key}': () => client.impact.audience('vip', window),
};

const nameOf = ({ method, path }: Route): string => `${method.toUpperCase()} ${path}`;
/** Left out: what probes and browsers read, and the one-letter forms of ingestion. */
const offered = routes.filter(({ path }) => /^\/v1\/\w{2,}/.test(path));

/** The values of the path's parameters; undefined when the address is of another route. */
function paramsOf({ path }: Route, address: string): Record<string, string> | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const found = new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(address);
  return found
    ? Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? '')]))
    : undefined;
}

describe('the client', () => {
  it('has a method for every route', () => {
    expect(Object.keys(calls).sort()).toEqual(offered.map(nameOf).sort());
  });

  it.each(offered.map((route) => [nameOf(route), route] as const))('asks %s for what it takes', async (name, route) => {
    await calls[name]?.();
    expect(api.requests).toHaveLength(1);
    const [{ method, url, body } = { method: '', url: '', body: undefined }] = api.requests;
    const [address = '', query = ''] = url.split('?');
    const params = paramsOf(route, address);
    expect({ method, isOfRoute: params !== undefined }).toEqual({
      method: route.method.toUpperCase(),
      isOfRoute: true,
    });
    route.params?.parse(params);
    expect(query === '' || route.query !== undefined).toBe(true);
    route.query?.parse(Object.fromEntries(new URLSearchParams(query)));
    // Ingestion reads its own bodies; its schema takes what has been read.
    const isIngestion = 'door' in route.access && route.access.door === 'ingest';
    if (isIngestion) return;
    expect(body === undefined || route.body !== undefined).toBe(true);
    route.body?.parse(body);
  });
});
