import type { Server } from 'node:http';
import { CloudEvent, HTTP, emitterFor, httpTransport } from 'cloudevents';
import request from 'supertest';
import { listen, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api);
let server: Server;
let url: string;
beforeAll(async () => {
  ({ server, url } = await listen(api.app));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const authorization = (): string => `Basic ${Buffer.from(`${workspace.secretKey}:`).toString('base64')}`;
const anEvent = (id: string, of: object = {}) =>
  new CloudEvent({
    id,
    source: '/shop',
    type: 'Order Completed',
    subject: 'user_id:é1',
    time: '2026-05-01T09:00:00.000Z',
    data: { total: 10 },
    ...of,
  });
const stored = (id: string) => api.store.events.byMessageId(workspace.ws, `/shop ${id}`);
const asStored = {
  kind: 'track',
  name: 'Order Completed',
  occurredAt: Date.parse('2026-05-01T09:00:00Z'),
  identifiers: [{ type: 'user_id', value: 'é1' }],
  properties: { total: 10 },
  isTrusted: true,
};

describe('POST /v1/cloudevents, by the official client', () => {
  it.each(['structured', 'binary'] as const)('takes an event in %s mode', async (mode) => {
    const emit = emitterFor(httpTransport(`${url}/v1/cloudevents`), { binding: HTTP, mode });
    await emit(anEvent(mode), { headers: { authorization: authorization() } });
    expect(await stored(mode)).toMatchObject(asStored);
  });

  it('takes a batch, each judged alone, and the same event again once', async () => {
    const send = () =>
      request(api.app)
        .post('/v1/cloudevents')
        .set('authorization', authorization())
        .set('content-type', 'application/cloudevents-batch+json; charset=utf-8')
        .send(JSON.stringify([anEvent('b1'), { specversion: '1.0', id: 'b2' }, anEvent('b3', { subject: undefined })]));
    expect((await send().expect(200)).body).toMatchObject({
      accepted: 1,
      duplicates: 0,
      rejected: [
        { index: 1, code: 'invalid_envelope', path: '/source' },
        { index: 2, messageId: '/shop b3', code: 'no_identifier' },
      ],
    });
    expect((await send().expect(200)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await stored('b1')).toMatchObject(asStored);
  });

  it('takes an event of headers alone', async () => {
    await request(api.app)
      .post('/v1/cloudevents')
      .set({ authorization: authorization(), 'ce-specversion': '1.0', 'ce-id': 'h2', 'ce-source': '/shop' })
      .set({ 'ce-type': 'Viewed', 'ce-userid': 'u2' })
      .expect(200);
    expect(await stored('h2')).toMatchObject({ name: 'Viewed', identifiers: [{ type: 'user_id', value: 'u2' }] });
  });

  it('refuses what is no CloudEvent with a verdict, and data that is not JSON with a problem', async () => {
    const post = () => request(api.app).post('/v1/cloudevents').set('authorization', authorization());
    const { body } = await post().send({ hello: 'world' }).expect(200);
    expect(body).toMatchObject({ accepted: 0, rejected: [{ code: 'invalid_envelope', path: '/specversion' }] });
    await post().set(anEventHeaders).set('content-type', 'text/xml').send('<a/>').expect(400);
  });
});

const anEventHeaders = { 'ce-specversion': '1.0', 'ce-id': 'x1', 'ce-source': '/shop', 'ce-type': 'Viewed' };
