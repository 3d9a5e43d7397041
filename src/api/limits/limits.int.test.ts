import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import request from 'supertest';
import { sendBatch, testLimits, useTestApi, useWorkspace } from '../../testing/test-api';
import { until } from '../../testing/system';
import { createApiServer } from '../server';

const limits = {
  ...testLimits,
  maxBytesInFlight: 3_000,
  maxKeyBytesInFlight: 2_000,
  failedKeysPerMinute: 3,
  rates: {
    ...{ windowSeconds: 3_600, processes: 3_600 },
    ...{ workspaceEvents: 15, keyEvents: 10, workspaceRequests: 3, keyRequests: 2 },
    ...{ workspaceDecisions: 3, keyDecisions: 2 },
  },
};
const api = useTestApi({ limits, trustedProxies: ['loopback'] });
const workspace = useWorkspace(api, beforeEach);
let server: Server;
beforeAll(async () => {
  server = createApiServer(api.app, { bodySeconds: 30 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const events = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ type: 'track', userId: `u${n}`, event: 'E' }));
const storedCount = () => api.store.connection.db.collection('events').countDocuments({ ws: workspace.ws });

describe('the rate of a key', () => {
  it('is told with each answer, also to pages on other sites', async () => {
    const { headers } = await sendBatch(api.app, workspace.publicKey, events(4)).expect(200);
    expect(headers['ratelimit-policy']).toBe('"key-events";q=10;w=3600, "workspace-events";q=15;w=3600');
    expect(headers['ratelimit']).toMatch(/^"key-events";r=6;t=\d+, "workspace-events";r=11;t=\d+$/);
    expect(headers['access-control-expose-headers']).toContain('RateLimit, RateLimit-Policy, Retry-After');
  });

  it('refuses a batch that is over it as a whole, with a problem and whole seconds to wait', async () => {
    await sendBatch(api.app, workspace.publicKey, events(8)).expect(200);
    const { headers, body } = await sendBatch(api.app, workspace.publicKey, events(3)).expect(429);
    expect(body).toMatchObject({ type: 'urn:heddle:problem:rate-limited', status: 429 });
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(await storedCount()).toBe(8);
    await sendBatch(api.app, workspace.publicKey, events(2)).expect(200);
  });

  it('may be its own', async () => {
    const make = { name: 'quiet', kind: 'secret', ratePerSecond: 1 };
    const { body } = await request(api.app)
      .post('/v1/keys')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send(make)
      .expect(201);
    expect(body).toMatchObject({ ratePerSecond: 1 });
    await sendBatch(api.app, body.key as string, events(2)).expect(413);
    await sendBatch(api.app, body.key as string, events(1)).expect(200);
  });

  it('counts management by the request, and the workspace whatever its keys', async () => {
    const ask = () => request(api.app).get('/v1/keys').auth(workspace.apiKey, { type: 'bearer' });
    expect((await ask().expect(200)).headers['ratelimit']).toContain('"key-requests";r=1;');
    await ask().expect(200);
    await ask().expect(429);
    await sendBatch(api.app, workspace.publicKey, events(10)).expect(200);
    await sendBatch(api.app, workspace.secretKey, events(6)).expect(429);
  });
});

describe('keys that open nothing', () => {
  it('are looked up only so often for one address, and keys that work still do', async () => {
    const from = (address: string, key: string) => sendBatch(api.app, key, events(1)).set('X-Forwarded-For', address);
    await from('198.51.100.7', workspace.secretKey).expect(200);
    const bad = `hdl_dev_${'0'.repeat(12)}_${'a'.repeat(43)}`;
    for (const key of [bad, 'no key', bad]) await from('198.51.100.7', key).expect(401);
    const { headers } = await from('198.51.100.7', bad).expect(429);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    await from('198.51.100.7', workspace.secretKey).expect(200);
    await from('198.51.100.8', bad).expect(401);
    await from('2001:db8:1:2::1', bad).expect(401);
  });
});

describe('bodies in flight', () => {
  const hold = async (key: string, length: number): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const head = ['POST /v1/batch HTTP/1.1', 'Host: x', `Authorization: Bearer ${key}`, `Content-Length: ${length}`];
    socket.write(`${head.join('\r\n')}\r\n\r\n{`);
    return socket;
  };
  /** Pads the body, so that it needs this many bytes. */
  const send = (key: string, bytes: number) =>
    request(server)
      .post('/v1/batch')
      .auth(key, { type: 'bearer' })
      .send(`{"batch":[],"x":"${'x'.repeat(bytes - 21)}"}`);
  const statusOf = async (key: string, bytes: number) => (await send(key, bytes)).status;
  /** Asks without using up the rate: what is no JSON has no events. */
  const statusNow = async (key: string) =>
    (
      await request(server)
        .post('/v1/batch')
        .auth(key, { type: 'bearer' })
        .send(`{${'x'.repeat(199)}`)
    ).status;

  it('of one key keep others of it waiting, of all keys everybody, and nobody when they have gone', async () => {
    const held = await hold(workspace.publicKey, 1_900);
    await until(async () => ((await statusNow(workspace.publicKey)) === 429 ? true : undefined), 'the share of a key');
    expect((await send(workspace.publicKey, 200)).headers['retry-after']).toBe('1');
    expect(await statusOf(workspace.secretKey, 200)).toBe(200);
    const second = await hold(workspace.secretKey, 1_000);
    const third = await api.createWorkspace();
    await until(async () => ((await statusNow(third.secretKey)) === 503 ? true : undefined), 'the limit of all');
    for (const socket of [held, second]) socket.destroy();
    await until(async () => ((await statusNow(third.secretKey)) === 400 ? true : undefined), 'room for others');
  });
});
