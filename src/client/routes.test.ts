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
const people = { mapping: { columns: { id: { to: 'identifier', type: 'user_id' } } } } as const;
const page = { limit: 2, cursor: 'c1' };
const window = { window: '24h' };
const user = { userId: 'u1' };
const u1 = { user_id: 'u1' };
const january = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
const letter = { stage: 'rejected', code: 'invalid_id', source: 'shop', kind: 'track' } as const;
const letters = { ...letter, ...january, event: 'X', messageId: 'm1' };

/** Every management and ingestion route, as a method of the client asks it, with all that the method takes. */
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'POST /v1/track': () => client.events.track({ ...user, event: 'X' }),
  'POST /v1/identify': () => client.events.identify(user),
  'POST /v1/page': () => client.events.page(user),
  'POST /v1/screen': () => client.events.screen(user),
  'POST /v1/group': () => client.events.group({ ...user, groupId: 'g' }),
  'POST /v1/alias': () => client.events.alias({ ...user, previousId: 'a1' }),
  'POST /v1/batch': () => client.events.batch([{ type: 'identify', ...user }]),
  'POST /v1/engagements': () => client.events.engagements([{ identifiers: u1, type: 'Brochure Downloaded' }]),
  'POST /v1/facts': () => client.events.facts([{ identifiers: u1, name: 'tier', value: 'gold', ttl: '30d' }]),
  'POST /v1/identity-mappings': () =>
    client.events.identityMappings([
      { from: { type: 'email', value: 'a@b.example' }, to: { type: 'user_id', value: 'u1' }, merge: true },
    ]),
  'POST /v1/cloudevents': () =>
    client.events.cloudEvents([{ specversion: '1.0', id: '1', source: '/shop', type: 'Viewed', subject: 'u1' }]),
  'POST /v1/ga4/mp/collect': () => client.events.measure({ client_id: 'c.1', events: [{ name: 'login' }] }),
  'GET /v1/decide': () => client.decide({ profile: 'user_id:u1' }),
  'GET /v1/dead-letters': () => client.deadLetters.list({ state: 'open', ...letters, ...page }),
  'GET /v1/dead-letters/{id}': () => client.deadLetters.get('ddl_1'),
  'GET /v1/dead-letters/summary': () => client.deadLetters.summary(letters),
  'POST /v1/dead-letters/replay': () => client.deadLetters.replay({ filter: letters }),
  'POST /v1/dead-letters/discard': () => client.deadLetters.discard({ ids: ['ddl_1'] }, 'old'),
  'GET /v1/operations': () => client.operations.list({ kind: 'import', status: 'running', ...page }),
  'GET /v1/operations/{id}': () => client.operations.get('op_1'),
  'POST /v1/operations/{id}/cancel': () => client.operations.cancel('op_1'),
  'POST /v1/imports': () => client.imports.create(people, { idempotencyKey: 'monday' }),
  'PUT /v1/imports/{id}/file': () => client.imports.upload('op_1', '{"id":"u1"}', { type: 'ndjson' }),
  'GET /v1/imports/{id}': () => client.imports.get('op_1'),
  'GET /v1/imports/{id}/preview': () => client.imports.preview('op_1'),
  'GET /v1/imports/{id}/errors.csv': () => client.imports.errors('op_1'),
  'GET /v1/sources': () => client.sources.list(page),
  'GET /v1/sources/{key}': () => client.sources.get('shop'),
  'PUT /v1/sources/{key}': () => client.sources.put('shop', { type: 'api', name: 'Shop' }),
  'DELETE /v1/sources/{key}': () => client.sources.delete('shop'),
  'GET /v1/schemas': () => client.schemas.list(),
  'GET /v1/schemas/{kind}': () => client.schemas.get('journey'),
  'GET /v1/audit': () => client.audit.list(page),
  'GET /v1/households': () => client.households.list(page),
  'GET /v1/households/{key}': () => client.households.get('g1'),
  'PUT /v1/households/{key}': () => client.households.setTraits('g1', { plan: 'team' }),
  'GET /v1/households/{key}/members': () => client.households.members('g1', page),
  'PUT /v1/households/{key}/members/{ref}': () => client.households.addMember('g1', 'user_id:u1', { role: 'child' }),
  'DELETE /v1/households/{key}/members/{ref}': () => client.households.removeMember('g1', 'user_id:u1'),
  'GET /v1/accounts': () => client.accounts.list(page),
  'GET /v1/accounts/{key}': () => client.accounts.get('g1'),
  'PUT /v1/accounts/{key}': () => client.accounts.setTraits('g1', { plan: 'team' }),
  'GET /v1/accounts/{key}/members': () => client.accounts.members('g1', page),
  'PUT /v1/accounts/{key}/members/{ref}': () => client.accounts.addMember('g1', 'user_id:u1', { role: 'child' }),
  'DELETE /v1/accounts/{key}/members/{ref}': () => client.accounts.removeMember('g1', 'user_id:u1'),
  'GET /v1/policies/households': () => client.households.policy(),
  'PUT /v1/policies/households': () =>
    client.households.setPolicy({ household: { by: [['address.street']], most: 12 } }),
  'GET /v1/policies/sending': () => client.sending.policy(),
  'PUT /v1/policies/sending': () =>
    client.sending.setPolicy({ caps: [{ channel: 'email', max: 2, per: '7d', then: 'delay' }] }),
  'POST /v1/policies/sending/stop': () => client.sending.stop(),
  'POST /v1/policies/sending/start': () => client.sending.start(),
  'GET /v1/purposes': () => client.purposes.list(page),
  'GET /v1/purposes/{key}': () => client.purposes.get('ads'),
  'PUT /v1/purposes/{key}': () => client.purposes.put('ads', { name: 'Ads', whenUnset: 'allow' }),
  'DELETE /v1/purposes/{key}': () => client.purposes.delete('ads'),
  'GET /v1/suppressions': () =>
    client.suppressions.list({ scope: 'everything', reason: 'bounce', type: 'email', ...page }),
  'POST /v1/suppressions': () => client.suppressions.add([{ identifier: { type: 'email', value: 'a@b.example' } }]),
  'GET /v1/suppressions/{ref}': () => client.suppressions.get('email:a@b.example', page),
  'PUT /v1/suppressions/{ref}': () => client.suppressions.put('email:a@b.example', { reason: 'unsubscribe' }),
  'DELETE /v1/suppressions/{ref}': () => client.suppressions.delete('email:a@b.example', { scope: 'everything' }),
  'GET /v1/tracking-plans': () => client.trackingPlans.list(page),
  'GET /v1/tracking-plans/{key}': () => client.trackingPlans.get('web'),
  'PUT /v1/tracking-plans/{key}': () => client.trackingPlans.put('web', { name: 'Web', events: [{ event: 'X' }] }),
  'DELETE /v1/tracking-plans/{key}': () => client.trackingPlans.delete('web'),
  'POST /v1/tracking-plans/{key}/check': () =>
    client.trackingPlans.check('web', { events: [{ type: 'track' }], plan: { name: 'Web' } }),
  'POST /v1/tracking-plans/{key}/learn': () => client.trackingPlans.learn('web', { source: 'shop' }),
  'GET /v1/catalogue': () => client.catalogue.list({ q: 'cart', kind: 'track', source: 'shop', ...page }),
  'GET /v1/catalogue/{event}': () => client.catalogue.get('Cart Started', { kind: 'track' }),
  'GET /v1/sources/{key}/pull': () => client.sources.pulled('shop'),
  'POST /v1/sources/{key}/pull': () => client.sources.pull('shop'),
  'POST /v1/sources/{key}/pull/reset': () => client.sources.reset('shop', { from: '2026-01-01T00:00:00Z' }),
  'POST /v1/sources/{key}/test': () => client.sources.test('shop'),
  'POST /v1/workspaces': () => client.workspaces.create('Shop'),
  'GET /v1/workspaces': () => client.workspaces.current(),
  'GET /v1/keys': () => client.keys.list(),
  'POST /v1/keys': () =>
    client.keys.create({
      ...{ name: 'shop', kind: 'secret', scopes: [], source: 'shop' },
      ...{ expiresAt: '2027-01-01T00:00:00Z', ratePerSecond: 10 },
    }),
  'POST /v1/keys/{id}/rotate': () => client.keys.rotate('key_1', { overlap: '7d' }),
  'GET /v1/sources/{key}/keys': () => client.sources.keys('shop'),
  'GET /v1/sources/{key}/volume': () => client.sources.volume('shop', { ...january, interval: 'day' }),
  'DELETE /v1/keys/{id}': () => client.keys.revoke('key_1'),
  'GET /v1/profiles': () => client.profiles.list({ q: 'a@b.example', ...page }),
  'GET /v1/profiles/{ref}': () => client.profiles.get('user_id:a/b'),
  'GET /v1/profiles/{ref}/identifiers': () => client.profiles.identifiers('user_id:a/b', page),
  'GET /v1/profiles/{ref}/merges': () => client.profiles.merges('user_id:a/b', page),
  'GET /v1/profiles/{ref}/audiences': () => client.profiles.audiences('user_id:a/b', page),
  'GET /v1/profiles/{ref}/events': () => client.profiles.events('user_id:a/b', page),
  'GET /v1/profiles/{ref}/enrollments': () => client.profiles.enrollments('user_id:a/b', page),
  'GET /v1/profiles/{ref}/consent': () => client.profiles.consent('user_id:a/b', page),
  'PUT /v1/profiles/{ref}/consent/{purpose}': () =>
    client.profiles.putConsent('user_id:a/b', 'email/news', { status: 'granted', proof: { form: 'f1' } }),
  'GET /v1/profiles/{ref}/deliveries': () => client.profiles.deliveries('user_id:a/b', page),
  'DELETE /v1/profiles/{ref}': () => client.profiles.erase('user_id:a/b'),
  'PUT /v1/profiles/{ref}/restriction': () => client.profiles.restrict('user_id:a/b'),
  'DELETE /v1/profiles/{ref}/restriction': () => client.profiles.liftRestriction('user_id:a/b'),
  'POST /v1/profiles/{ref}/merge': () => client.profiles.merge('user_id:a/b', 'email:a@example.com'),
  'GET /v1/profiles/{ref}/graph': () => client.profiles.graph('user_id:a/b'),
  'GET /v1/profiles/{ref}/traits': () => client.profiles.traits('user_id:a/b', page),
  'GET /v1/identity/insights': () => client.identity.insights(),
  'POST /v1/profiles/{ref}/unmerge': () => client.profiles.unmerge('user_id:a/b', 'prf_1'),
  'POST /v1/profiles/{ref}/export': () => client.profiles.export('user_id:a/b'),
  'GET /v1/exports/{id}/file': () => client.privacy.file('op_1'),
  'GET /v1/policies/retention': () => client.privacy.retention(),
  'PUT /v1/policies/retention': () => client.privacy.setRetention({ events: 365, deadLetters: 30 }),
  'GET /v1/policies/identity': () => client.identity.policy(),
  'PUT /v1/policies/identity': () => client.identity.setPolicy({ unique: ['app_user_id'] }),
  'GET /v1/identity/quarantine': () => client.identity.quarantine(page),
  'POST /v1/identity/quarantine': () => client.identity.putInQuarantine({ type: 'email', value: 'a@b.example' }),
  'DELETE /v1/identity/quarantine/{id}': () => client.identity.release('a-b_c'),
  'GET /v1/identity/violations': () => client.identity.violations({ reason: 'limit', limit: 10 }),
  'POST /v1/erasures': () => client.privacy.erase(['user_id:a/b']),
  'POST /v1/receipts/verify': () => client.privacy.verify({ receipt: { version: 1 }, signature: 'v1.x' }),
  'GET /v1/audiences': () => client.audiences.list({ ...page, q: 'v', label: 'core', kind: 'manual', starred: true }),
  'GET /v1/audiences/{key}': () => client.audiences.get('vip'),
  'GET /v1/computed-traits': () => client.computedTraits.list(page),
  'GET /v1/computed-traits/{key}': () => client.computedTraits.get('orders'),
  'PUT /v1/computed-traits/{key}': () =>
    client.computedTraits.put('orders', { name: 'Orders', value: { event: 'Order Completed', count: true } }),
  'DELETE /v1/computed-traits/{key}': () => client.computedTraits.delete('orders'),
  'PUT /v1/audiences/{key}': () => client.audiences.put('vip', vip),
  'DELETE /v1/audiences/{key}': () => client.audiences.delete('vip'),
  'POST /v1/audiences/{key}/members': () =>
    client.audiences.changeMembers('vip', { add: ['user_id:a/b'], remove: ['prf_1'] }),
  'POST /v1/audiences/{key}/members/copy': () => client.audiences.copyMembers('vip', 'buyers'),
  'GET /v1/audiences/{key}/members/export': () =>
    client.audiences.exportMembers('vip', { format: 'csv', identifiers: ['email', 'user_id'], traits: ['first_name'] }),
  'POST /v1/audiences/{key}/duplicate': () =>
    client.audiences.duplicate('vip', { key: 'vip-2', name: 'VIP 2', members: true }),
  'PUT /v1/audiences/{key}/star': () => client.audiences.star('vip'),
  'DELETE /v1/audiences/{key}/star': () => client.audiences.unstar('vip'),
  'GET /v1/audiences/{key}/changes': () =>
    client.audiences.changes('vip', { after: 'c1', from: 'now', include: 'identifiers', limit: 2 }),
  'GET /v1/audiences/{key}/changes/stream': () =>
    client.audiences.openChanges('vip', { after: 'c1', from: 'now', include: 'identifiers' }, 'c2'),
  'GET /v1/audiences/{key}/members': () => client.audiences.members('vip', page),
  'GET /v1/audiences/{key}/history': () =>
    client.audiences.history('vip', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', points: 3 }),
  'GET /v1/audiences/{key}/versions': () => client.audiences.versions('vip', page),
  'POST /v1/audiences/{key}/rollback': () => client.audiences.rollback('vip', 3),
  'POST /v1/audiences/{key}/cancel-edit': () => client.audiences.cancelEdit('vip'),
  'GET /v1/audiences/{key}/explain': () =>
    client.audiences.explain('vip', { profile: 'user_id:a/b', at: '2026-01-01T00:00:00Z' }),
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
  'POST /v1/journeys/{key}/simulate': () => client.journeys.simulate('win-back', { days: 7, version: 2, seed: 's' }),
  'POST /v1/journeys/{key}/publish': () => client.journeys.publish('win-back', { inFlight: 'finish' }),
  'POST /v1/journeys/{key}/pause': () => client.journeys.pause('win-back'),
  'POST /v1/journeys/{key}/resume': () => client.journeys.resume('win-back', { overdue: 'skip', perSecond: 5 }),
  'POST /v1/journeys/{key}/archive': () => client.journeys.archive('win-back', { inFlight: 'exit', perSecond: 5 }),
  'GET /v1/journeys/{key}/versions': () => client.journeys.versions('win-back', page),
  'GET /v1/journeys/{key}/enrollments': () => client.journeys.enrollments('win-back', page),
  'POST /v1/journeys/{key}/publish-preview': () =>
    client.journeys.previewPublish('win-back', { inFlight: 'migrate', stepMap: { old: null } }),
  'POST /v1/journeys/{key}/approve': () => client.journeys.approve('win-back'),
  'POST /v1/journeys/{key}/canary': () => client.journeys.canary('win-back', 20),
  'POST /v1/journeys/{key}/rollback': () => client.journeys.rollback('win-back', { inFlight: 'exit', perSecond: 5 }),
  'POST /v1/journeys/{key}/enrol-existing': () =>
    client.journeys.enrolExisting('win-back', { audience: 'vip', dryRun: true, perSecond: 5 }),
  'POST /v1/journeys/{key}/enrollments': () =>
    client.journeys.enrol('win-back', { profile: 'user_id:u1', properties: { order: 1 } }),
  'POST /v1/journeys/{key}/test': () =>
    client.journeys.test('win-back', { traits: { tier: 'gold' }, properties: { order: 1 }, waits: '1s', version: 2 }),
  'GET /v1/journeys/{key}/experiments/{experiment}': () => client.journeys.experiment('win-back', 'subject'),
  'GET /v1/journeys/{key}/funnel': () => client.journeys.funnel('win-back', { ...window, version: 2 }),
  'GET /v1/enrollments/{id}/record': () => client.enrollments.record('enr_1', { values: true }),
  'GET /v1/enrollments/{id}': () => client.enrollments.get('enr_1'),
  'POST /v1/enrollments/{id}/exit': () => client.enrollments.exit('enr_1', { reason: 'asked' }),
  'POST /v1/enrollments/{id}/signal': () =>
    client.enrollments.signal('enr_1', { signal: 'approved', data: { by: 'ann' } }),
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
/** Left out: what probes and browsers read, the one-letter forms of ingestion, and what pages or the tools of others send by themselves. */
const offered = routes.filter(
  ({ path, access }) =>
    /^\/v1\/(?!pixel|beacon|id$)\w{2,}/.test(path) && !('door' in access && access.door === 'webhook'),
);

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
