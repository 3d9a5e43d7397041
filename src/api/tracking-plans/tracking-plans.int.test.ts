import request from 'supertest';
import type { EventsAnswer, Page, PlanCheck, StoredEvent } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' });
const order = (messageId: string, properties: object) => ({
  ...{ type: 'track', userId: 'u1', event: 'Order Completed', messageId, properties },
});
const total = { path: 'total', types: ['number'], required: true };
const plan = (onViolation: string, more: object = {}) => ({
  ...{ name: 'Shop', isDefault: true, onViolation, events: [{ event: 'Order Completed', properties: [total] }] },
  ...more,
});
const stored = (messageId: string) => api.store.events.byMessageId(workspace.ws, messageId);
const send = async (events: readonly unknown[]) =>
  (await sendBatch(api.app, workspace.secretKey, events).expect(200)).body as EventsAnswer;

describe('an event that is not as planned', () => {
  it('is taken and flagged', async () => {
    await call('put', '/v1/tracking-plans/shop').send(plan('flag')).expect(200);
    expect(await send([order('m1', { total: 'twelve' }), order('m2', { total: 12 })])).toMatchObject({
      accepted: 2,
      rejected: [],
    });
    expect((await stored('m1'))?.violations).toMatchObject([{ code: 'wrong_type', path: '/properties/total' }]);
    expect(await stored('m2')).not.toHaveProperty('violations');
    await api.catchUp(workspace.ws);
    const { body } = await call('get', '/v1/profiles/user_id:u1/events').expect(200);
    const flagged = (body as Page<StoredEvent>).data.filter(({ violations }) => violations);
    expect(flagged).toMatchObject([{ messageId: 'm1', violations: [{ code: 'wrong_type' }] }]);
    await api.deps.traffic.flush();
    expect((await call('get', '/v1/sources/server')).body.traffic.total).toMatchObject({ accepted: 2, flagged: 1 });
  });

  it('is kept out as one letter, however often it is sent', async () => {
    await call('put', '/v1/tracking-plans/shop').send(plan('quarantine')).expect(200);
    const answers = [await send([order('q1', {})]), await send([order('q1', {})])];
    for (const answer of answers)
      expect(answer).toMatchObject({
        accepted: 0,
        rejected: [],
        quarantined: [{ index: 0, messageId: 'q1', code: 'plan_violation', path: '/properties/total' }],
      });
    expect(await stored('q1')).toBeNull();
    const { body } = await call('get', '/v1/dead-letters?stage=quarantined').expect(200);
    expect(body.data).toMatchObject([{ messageId: 'q1', event: 'Order Completed', source: 'server', state: 'open' }]);
    await api.deps.traffic.flush();
    const counts = (await call('get', '/v1/sources/server')).body.traffic.total;
    expect(counts).toMatchObject({ quarantined: 1, duplicates: 1, rejectedByCode: { plan_violation: 1 } });
  });

  it("is counted by Jitsu's door as received, neither good nor an error", async () => {
    await call('put', '/v1/tracking-plans/shop').send(plan('quarantine')).expect(200);
    const sent = request(api.app).post('/api/s/track').set('X-Write-Key', workspace.secretKey).send(order('j1', {}));
    expect((await sent.expect(200)).body).toEqual({ ok: true, receivedEvents: 1, okEvents: 0, errors: [] });
  });

  it('is refused with its path', async () => {
    await call('put', '/v1/tracking-plans/shop').send(plan('reject')).expect(200);
    expect(await send([order('r1', { total: 'twelve' }), order('r2', { total: 1 })])).toMatchObject({
      accepted: 1,
      rejected: [
        {
          ...{ index: 0, messageId: 'r1', code: 'plan_violation', path: '/properties/total' },
          message: 'total is a string; the tracking plan says number.',
        },
      ],
    });
    const { text } = await request(api.app).get('/metrics');
    expect(text).toMatch(/heddle_events_rejected_total\{code="plan_violation"\} 1/);
  });
});

describe('a plan', () => {
  it('of a source holds there in the place of the default', async () => {
    await call('put', '/v1/tracking-plans/shop').send(plan('reject')).expect(200);
    await call('put', '/v1/tracking-plans/free').send({ name: 'Free' }).expect(200);
    await call('put', '/v1/sources/server').send({ name: 'Server', trackingPlan: 'free' }).expect(200);
    expect(await send([order('s1', {})])).toMatchObject({ accepted: 1 });
    await call('put', '/v1/sources/server').send({ name: 'Server' }).expect(200);
    expect(await send([order('s2', {})])).toMatchObject({ accepted: 0 });
  });

  it('has versions, one default, and stays while a source names it', async () => {
    const first = await call('put', '/v1/tracking-plans/shop').send(plan('flag')).expect(200);
    expect(first.headers['etag']).toBe('"v1"');
    const again = call('put', '/v1/tracking-plans/shop').set('If-Match', '"v1"').send(plan('reject'));
    expect((await again.expect(200)).body).toMatchObject({
      version: 2,
      onViolation: 'reject',
      unplannedEvents: 'allow',
    });
    await call('put', '/v1/tracking-plans/shop').set('If-Match', '"v1"').send(plan('flag')).expect(412);
    await call('put', '/v1/tracking-plans/other').send(plan('flag')).expect(409);
    await call('put', '/v1/sources/server').send({ name: 'Server', trackingPlan: 'none' }).expect(400);
    await call('put', '/v1/sources/server').send({ name: 'Server', trackingPlan: 'shop' }).expect(200);
    expect((await call('delete', '/v1/tracking-plans/shop').expect(409)).body.detail).toContain('server');
    await call('put', '/v1/sources/server').send({ name: 'Server' }).expect(200);
    await call('delete', '/v1/tracking-plans/shop').expect(204);
    await call('get', '/v1/tracking-plans/shop').expect(404);
    expect(await send([order('d1', {})])).toMatchObject({ accepted: 1 });
  });

  it('judges events without storing them, as it is or as it would be', async () => {
    await call('put', '/v1/tracking-plans/shop').send(plan('quarantine')).expect(200);
    const check = async (body: object) =>
      (await call('post', '/v1/tracking-plans/shop/check').send(body).expect(200)).body.data as PlanCheck[];
    const events = [order('x1', { total: 1 }), order('x2', {}), { type: 'track' }];
    expect(await check({ events })).toMatchObject([
      { index: 0, verdict: 'accepted', violations: [] },
      { index: 1, verdict: 'quarantined', violations: [{ code: 'missing_property', action: 'quarantine' }] },
      { index: 2, verdict: 'rejected' },
    ]);
    expect(await check({ events: [events[1]], plan: plan('flag') })).toMatchObject([{ verdict: 'flagged' }]);
    expect(await stored('x1')).toBeNull();
  });

  it('is drafted from what was sent, and what was sent keeps it', async () => {
    const events = Array.from({ length: 25 }, (_, n) => order(`l${n}`, { total: n, currency: 'EUR' }));
    await send(events);
    await sendBatch(api.app, workspace.publicKey, [{ type: 'page', anonymousId: 'a', name: 'Home' }]).expect(200);
    await api.deps.traffic.flush();
    const learn = (body: object) => call('post', '/v1/tracking-plans/shop/learn').send(body).expect(200);
    const { body: draft } = await learn({ source: 'server' });
    expect(draft.events).toMatchObject([
      {
        event: 'Order Completed',
        properties: [
          { path: 'currency', required: true, types: ['string'] },
          { path: 'total', required: true, types: ['number'] },
        ],
      },
    ]);
    expect((await learn({})).body.events).toHaveLength(2);
    await call('put', '/v1/tracking-plans/shop')
      .send({ ...draft, isDefault: true, onViolation: 'reject' })
      .expect(200);
    expect(await send([order('k1', { total: 1, currency: 'USD' }), order('k2', { total: 1 })])).toMatchObject({
      accepted: 1,
    });
  });
});
