import { createHmac, randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import request from 'supertest';
import { testLimits, useTestApi, useWorkspace } from '../../testing/test-api';
import { createApp } from '../app';

const signingSecret = 'whsec_of_the_tests_only';
let path: string;
const api = useTestApi();
const workspace = useWorkspace(api);
beforeAll(async () => {
  const { body } = await put('pay', { type: 'stripe', name: 'Payments', secrets: { signingSecret } }).expect(200);
  path = body.webhookPath as string;
});

const put = (key: string, definition: object) =>
  request(api.app).put(`/v1/sources/${key}`).auth(workspace.apiKey, { type: 'bearer' }).send(definition);
const get = (where: string) => request(api.app).get(where).auth(workspace.apiKey, { type: 'bearer' });

function send(event: object, { to = path, secret = signingSecret, at = Date.now(), app = api.app } = {}) {
  const [body, seconds] = [JSON.stringify(event), Math.floor(at / 1_000)];
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return request(app)
    .post(to)
    .set({ 'stripe-signature': `t=${seconds},v1=${v1}`, 'content-type': 'application/json; charset=utf-8' })
    .send(body);
}

const invoicePaid = (customer: string, of: object = {}) => ({
  id: `evt_${randomUUID()}`,
  type: 'invoice.paid',
  created: Math.floor(Date.now() / 1_000),
  data: {
    object: { id: 'in_1', customer, customer_email: `${customer}@b.example`, amount_paid: 999, currency: 'eur', ...of },
  },
});

describe('POST /v1/webhooks/{workspace}/{source}', () => {
  it('takes what the tool signed, over bytes as they came, and counts a repeat once', async () => {
    const customer = `cus_${randomUUID()}`;
    const event = invoicePaid(customer, { description: 'größer \u00e9 1.0', total: 1.0 });
    expect((await send(event).expect(200)).body).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [] });
    expect((await send(event, { at: Date.now() - 60_000 }).expect(200)).body).toMatchObject({ duplicates: 1 });
    await api.catchUp(workspace.ws);
    const { body } = await get(`/v1/profiles/email:${customer}@b.example/events`).expect(200);
    expect(body.data).toMatchObject([{ name: 'Invoice Paid', source: 'pay', properties: { paid: 9.99 } }]);
    await get(`/v1/profiles/app_user_id:stripe:${customer}`).expect(200);
  });

  it('takes no more events than a key may send, and says when to come again', async () => {
    const rates = { ...testLimits.rates, windowSeconds: 3_600, processes: 3_600, keyEvents: 2 };
    const app = createApp({ ...api.deps, metrics: new Registry(), limits: { ...testLimits, rates } });
    const ask = () => send(invoicePaid('cus_rate'), { app });
    const { headers } = await ask().expect(200);
    expect(headers['ratelimit']).toContain('"key-events";r=1');
    await ask().expect(200);
    // Who is not who they should be takes nothing of it.
    await send(invoicePaid('cus_rate'), { app, secret: 'another' }).expect(401);
    const over = invoicePaid('cus_rate');
    const refused = await send(over, { app }).expect(429);
    expect(refused.body).toMatchObject({ type: 'urn:heddle:problem:rate-limited' });
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(await api.store.events.byMessageId(workspace.ws, `stripe:${over.id}`)).toBeNull();
  });

  it('refuses another secret, a time that is over, and a request that is not signed', async () => {
    const event = invoicePaid('cus_1');
    const { body } = await send(event, { secret: 'another' }).expect(401);
    expect(body).toMatchObject({ type: 'urn:heddle:problem:invalid-signature' });
    await send(event, { at: Date.now() - 301_000 }).expect(401);
    await request(api.app).post(path).send(event).expect(401);
    expect(await api.store.events.byMessageId(workspace.ws, `stripe:${event.id}`)).toBeNull();
  });

  it('answers 200 where nothing follows, and leaves a letter of what cannot be an event', async () => {
    expect((await send({ id: 'evt_1', type: 'product.created', data: {} }).expect(200)).body).toMatchObject({
      accepted: 0,
    });
    const nobody = { ...invoicePaid('cus_1'), data: { object: { id: 'in_2' } } };
    const { body } = await send(nobody).expect(200);
    expect(body).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'no_identifier', messageId: `stripe:${nobody.id}` }],
    });
    const [letter] = await api.store.deadLetters.page(workspace.ws, 1);
    expect(letter).toMatchObject({ source: 'pay', code: 'no_identifier' });
    await send(['no event']).expect(400);
  });

  it('is not there without such a source, and is gone while the source is disabled', async () => {
    await send(invoicePaid('cus_1'), { to: `/v1/webhooks/${workspace.ws}/none` }).expect(404);
    await send(invoicePaid('cus_1'), { to: '/v1/webhooks/ws_none/pay' }).expect(404);
    await put('web', { name: 'Web' }).expect(200);
    await send(invoicePaid('cus_1'), { to: `/v1/webhooks/${workspace.ws}/web` }).expect(404);
    const other = await put('old', { type: 'stripe', name: 'Old', secrets: { signingSecret }, enabled: false }).expect(
      200,
    );
    await send(invoicePaid('cus_1'), { to: other.body.webhookPath as string }).expect(410);
  });

  it('follows the mapping of the source, and keeps its secret to itself', async () => {
    const identifiers = { user_id: { from: 'object.metadata.user' } };
    const mapping = {
      'invoice.paid': [
        { event: 'Renewed', identifiers, properties: { plan: { from: 'object.plan', default: 'basic' } } },
      ],
    };
    const settings = { mapping };
    const saved = await put('renewals', { type: 'stripe', name: 'R', settings, secrets: { signingSecret } }).expect(
      200,
    );
    expect(JSON.stringify([saved.body, api.logged])).not.toContain(signingSecret);
    const event = invoicePaid('cus_1', { metadata: { user: 'u77' } });
    await send(event, { to: saved.body.webhookPath as string }).expect(200);
    expect(await api.store.events.byMessageId(workspace.ws, `stripe:${event.id}`)).toMatchObject({
      name: 'Renewed',
      identifiers: [{ type: 'user_id', value: 'u77' }],
      properties: { plan: 'basic' },
    });
    const wrong = { mapping: { 'invoice.paid': [{ event: 'X', identifiers: { shoe: 'x' } }] } };
    await put('renewals', { type: 'stripe', name: 'R', settings: wrong }).expect(400);
    await put('bare', { type: 'stripe', name: 'B' }).expect(400);
  });
});
