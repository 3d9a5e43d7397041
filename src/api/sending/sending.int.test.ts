import request from 'supertest';
import type { SendingPolicy } from '../../client/types';
import { enrollmentId, profileId, subjectOf } from '../../domain/ids';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post', path = '') =>
  request(api.app)[method](`/v1/policies/sending${path}`).auth(workspace.apiKey, { type: 'bearer' });
const put = (policy: object) => call('put').send(policy);
const read = async () => (await call('get').expect(200)).body as SendingPolicy;

const policy: SendingPolicy = {
  quietHours: { from: '21:00', to: '08:00', zone: 'profile', then: 'delay' },
  caps: [{ channel: 'email', max: 2, per: '7d', then: 'skip' }],
  zone: 'Europe/Berlin',
};

describe('the policy of sending', () => {
  it('lets everything go unless one was set, and is answered as it was set, with a tag that counts', async () => {
    expect(await read()).toEqual({});
    const first = await put(policy).expect(200);
    expect(first.headers['etag']).toBe('"v1"');
    expect(await read()).toEqual(policy);
    expect((await put(policy).expect(200)).headers['etag']).toBe('"v1"');
    await call('put').set('If-Match', '"v0"').send({}).expect(412);
    expect((await call('put').set('If-Match', '"v1"').send({}).expect(200)).headers['etag']).toBe('"v2"');
  });

  it('evaluates nobody anew', async () => {
    const before = await api.store.workspaces.rulesetVersion(workspace.ws);
    await put(policy).expect(200);
    expect(await api.store.workspaces.rulesetVersion(workspace.ws)).toBe(before);
    expect(api.backfills).not.toContain(workspace.ws);
  });

  it('evaluates anew where another zone moves the dates by which people enter journeys', async () => {
    await request(api.app)
      .put('/v1/journeys/renewal')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ name: 'R', entry: { on: { date: 'traits.renews_at' } }, start: 'bye', steps: { bye: { type: 'exit' } } })
      .expect(200);
    await request(api.app).post('/v1/journeys/renewal/publish').auth(workspace.apiKey, { type: 'bearer' }).expect(200);
    const before = await api.store.workspaces.rulesetVersion(workspace.ws);
    await put({ zone: 'Europe/Berlin' }).expect(200);
    await put({ zone: 'Europe/Berlin', caps: policy.caps }).expect(200);
    expect(await api.store.workspaces.rulesetVersion(workspace.ws)).toBe(before + 1);
  });

  it.each<[string, object, string]>([
    ['an unknown field', { quietTime: {} }, ''],
    ['a time of day that is none', { quietHours: { ...policy.quietHours, from: '24:00' } }, '/quietHours/from'],
    ['quiet hours that never end', { quietHours: { ...policy.quietHours, to: '21:00' } }, '/quietHours/to'],
    ['a zone that is none', { zone: 'Mars' }, '/zone'],
    ['a cap of nothing', { caps: [{ max: 0, per: '7d', then: 'skip' }] }, '/caps/0/max'],
    [
      'a cap that looks back further than sends are told',
      { caps: [{ max: 1, per: '91d', then: 'skip' }] },
      '/caps/0/per',
    ],
    ['a cap that does not say what then', { caps: [{ max: 1, per: '7d' }] }, '/caps/0/then'],
  ])('refuses %s, and names the place', async (_, body, pointer) => {
    const { body: problem } = await put(body).expect(400);
    expect((problem as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toEqual([pointer]);
  });
});

describe('a stop of all sends', () => {
  it('is in the policy, twice is once, and is taken back by a start', async () => {
    await put(policy).expect(200);
    expect((await call('post', '/stop').expect(200)).body).toEqual({ sendsStopped: true });
    await call('post', '/stop').expect(200);
    expect(await read()).toEqual({ ...policy, sendsStopped: true });
    expect((await call('get')).headers['etag']).toBe('"v2"');
    expect((await call('post', '/start').expect(200)).body).toEqual({ sendsStopped: false });
    expect(await read()).toEqual(policy);
  });

  it('is not ended by a policy that is older than it, and one that says otherwise is refused', async () => {
    await call('post', '/stop').expect(200);
    expect((await put(policy).expect(200)).body).toEqual({ ...policy, sendsStopped: true });
    const { body } = await put({ ...policy, sendsStopped: false }).expect(400);
    expect((body as { detail: string }).detail).toContain('POST /v1/policies/sending/start');
    expect((await read()).sendsStopped).toBe(true);
  });

  it('says how many attempts had begun before it and are still under way', async () => {
    const run = { id: enrollmentId('enr_1'), journey: 'j', step: 'mail', visit: 1, subject: 's', openUntil: 0 };
    const enrollment = { ...run, status: 'active', sending: { key: 'k', at: 1 }, rev: 1 } as never;
    await api.store.enrollments.write(workspace.ws, [{ enrollment }]);
    expect((await call('post', '/stop').expect(200)).body).toEqual({ sendsStopped: true, sending: 1 });
  });

  it('lets what it held go on over as long as the pace asks for', async () => {
    const profile = profileId('prf_1');
    const held = Array.from({ length: 120 }, (_, index) => ({
      ...{ ws: workspace.ws, idempotencyKey: `k${index}`, kind: 'journey' as const, destination: 'crm', profile },
      ...{ subject: subjectOf(workspace.ws, profile), causedAt: 1 },
    }));
    await api.store.deliveries.reserve(held, 1);
    const change = { status: 'held', reason: 'sends-stopped', now: 1 } as const;
    await api.store.deliveries.change(
      workspace.ws,
      held.map(({ idempotencyKey }) => ({ idempotencyKey, ...change })),
    );
    await call('post', '/stop').expect(200);
    const { body } = await call('post', '/start').expect(200);
    expect(body).toEqual({ sendsStopped: false, resuming: { held: 120, seconds: 3 } });
    expect((await api.store.workspaces.sending(workspace.ws)).resumed).toMatchObject({ overMs: 2_400 });
  });

  it('needs a key that may write journeys', async () => {
    const reading = await request(api.app)
      .post('/v1/keys')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ name: 'r', kind: 'management', scopes: ['journeys:read'] });
    const { key } = reading.body as { key: string };
    await request(api.app).post('/v1/policies/sending/stop').auth(key, { type: 'bearer' }).expect(403);
  });
});
