import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { toPublicId } from '../../domain/events/message-id';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api);

const nameOf = async (messageId: string) => (await api.store.events.byMessageId(workspace.ws, messageId))?.name;
const addToCart = () => ({ type: 'track', userId: 'u1', event: 'add_to_cart', messageId: randomUUID() });

describe("GA4's names", () => {
  it('are kept unless somebody asks', async () => {
    const event = addToCart();
    await sendBatch(api.app, workspace.secretKey, [event]).expect(200);
    expect(await nameOf(event.messageId)).toBe('add_to_cart');
  });

  it('are translated for a request that says so', async () => {
    const event = addToCart();
    await sendBatch(api.app, workspace.secretKey, [event]).set('X-Heddle-Vocabulary', 'ga4-ecommerce').expect(200);
    expect(await nameOf(event.messageId)).toBe('Product Added');
    await sendBatch(api.app, workspace.secretKey, [addToCart()]).set('X-Heddle-Vocabulary', 'ga3').expect(400);
  });

  it('are translated for a source whose settings say so', async () => {
    const put = (settings: object) =>
      request(api.app)
        .put('/v1/sources/web')
        .auth(workspace.apiKey, { type: 'bearer' })
        .send({ name: 'Web', settings });
    await put({ vocabulary: 'ga3' }).expect(400);
    await put({ vocabulary: 'ga4-ecommerce' }).expect(200);
    const key = { name: 'web', kind: 'public' as const, scopes: [], source: 'web', createdAt: 0 };
    const { text } = await api.store.keys.create(workspace.ws, 'dev', key);
    const [event, alone] = [addToCart(), addToCart()];
    await sendBatch(api.app, text, [event]).expect(200);
    await request(api.app).post('/v1/t').auth(text, '').send(alone).expect(200);
    const names = [event, alone].map(({ messageId }) => nameOf(toPublicId(messageId)));
    expect(await Promise.all(names)).toEqual(['Product Added', 'Product Added']);
  });
});

describe('POST /v1/ga4/mp/collect', () => {
  const collect = (secret: string, body: object) =>
    request(api.app).post(`/v1/ga4/mp/collect?measurement_id=G-1&api_secret=${secret}`).send(body);

  it('takes what the Measurement Protocol takes, with a write key as its secret', async () => {
    const events = [{ name: 'purchase', params: { transaction_id: 'o1', value: 5 } }, { name: 'x'.repeat(300) }];
    const { body } = await collect(workspace.secretKey, { client_id: 'c.1', user_id: 'mp1', events }).expect(200);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'invalid_event_name', path: '/name' }] });
    await api.catchUp(workspace.ws);
    const { body: page } = await request(api.app)
      .get('/v1/profiles/user_id:mp1/events')
      .auth(workspace.apiKey, { type: 'bearer' })
      .expect(200);
    expect(page).toMatchObject({ data: [{ name: 'Order Completed', properties: { order_id: 'o1', revenue: 5 } }] });
  });

  it('refuses another secret, and a body without events', async () => {
    await collect('x', { client_id: 'c.1', events: [] }).expect(401);
    await collect(workspace.secretKey, { client_id: 'c.1' }).expect(400);
  });
});
