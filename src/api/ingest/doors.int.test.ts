import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { toPublicId } from '../../domain/events/message-id';
import type { EventDoc } from '../../store/documents';
import { openTestApi, useTestApi, useWorkspace } from '../../testing/test-api';
import { pixel } from './pixel';

const api = useTestApi();
const workspace = useWorkspace(api);

const stored = async (messageId: string): Promise<EventDoc> => {
  const event = await api.store.events.byMessageId(workspace.ws, messageId);
  if (!event) throw new Error('The event was not stored.');
  return event;
};
const newestLetter = async () => (await api.store.deadLetters.page(workspace.ws, 1))[0];
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const track = () => ({ type: 'track', userId: 'u1', event: 'Opened', messageId: randomUUID() });

describe('GET /v1/pixel.gif', () => {
  const load = (path: string, query: Record<string, string>) => request(api.app).get(path).query(query);
  const isPixel = { 'content-type': 'image/gif', 'cache-control': 'no-store, max-age=0' };

  it('stores the event of its parameters, and answers an image nobody keeps', async () => {
    const messageId = randomUUID();
    const query = {
      writeKey: workspace.publicKey,
      ...track(),
      messageId,
      'properties.campaign': 'spring',
      'properties.n': '2',
    };
    const { headers, body } = await load('/v1/pixel.gif', query).expect(200);
    expect(headers).toMatchObject({ ...isPixel, 'cross-origin-resource-policy': 'cross-origin' });
    expect(body).toEqual(pixel.bytes);
    expect(await stored(toPublicId(messageId))).toMatchObject({
      kind: 'track',
      name: 'Opened',
      identifiers: [{ type: 'user_id', value: 'u1' }],
      properties: { campaign: 'spring', n: 2 },
      isTrusted: false,
    });
  });

  it('answers the image even to who has one', async () => {
    const query = { writeKey: workspace.publicKey, ...track() };
    const { headers, body } = await load('/v1/pixel.gif', query).set('If-None-Match', '*').expect(200);
    expect(headers).toMatchObject(isPixel);
    expect(body).toEqual(pixel.bytes);
  });

  it.each(['/v1/pixel.gif', '/v1/pixel/track', '/pixel/v1/track'])(
    'takes base64 with the key in it at %s',
    async (path) => {
      const { messageId } = track();
      const data = base64({ ...track(), messageId, writeKey: workspace.publicKey });
      await load(path, { data }).expect(200);
      expect((await stored(toPublicId(messageId))).name).toBe('Opened');
      expect((await load(path, { data }).expect(200)).headers).toMatchObject(isPixel);
    },
  );

  it('takes the kind from the path', async () => {
    const messageId = randomUUID();
    await load('/pixel/v1/page', { writeKey: workspace.publicKey, anonymousId: 'a1', name: 'Home', messageId }).expect(
      200,
    );
    expect(await stored(toPublicId(messageId))).toMatchObject({ kind: 'page', properties: { name: 'Home' } });
  });

  it.each([
    ['an event without a name', { type: 'track', userId: 'u1' }, 'invalid_event_name'],
    ['an id that comes twice', { type: 'page', userId: ['u1', 'u2'] }, 'invalid_id'],
    ['data that is no JSON', { data: 'e30x' }, 'not_an_object'],
  ])('keeps %s as a dead letter, without the key', async (_what, query, code) => {
    const answer = await request(api.app)
      .get('/v1/pixel.gif')
      .query({ ...query, writeKey: workspace.publicKey })
      .expect(200);
    expect(answer.body).toEqual(pixel.bytes);
    const letter = await newestLetter();
    expect(letter).toMatchObject({ code, source: 'website' });
    expect(JSON.stringify(letter)).not.toContain(workspace.publicKey);
  });

  it.each([
    ['no key', {}, 401],
    ['an unknown key', { writeKey: 'hdl_dev_x' }, 401],
    ['a key in data that cannot be read', { data: '%' }, 401],
  ])('says %s by its status and is still an image', async (_what, query, status) => {
    const { headers, body } = await load('/v1/pixel.gif', query).expect(status);
    expect(headers).toMatchObject(isPixel);
    expect(headers['www-authenticate']).toBeUndefined();
    expect(body).toEqual(pixel.bytes);
  });

  it('says 503 and is still an image when the event cannot be stored', async () => {
    const gone = await openTestApi();
    const { publicKey } = await gone.createWorkspace();
    await gone.store.connection.client.close();
    const { headers } = await request(gone.app)
      .get('/v1/pixel.gif')
      .query({ writeKey: publicKey, ...track() })
      .expect(503);
    expect(headers).toMatchObject(isPixel);
  });

  it('puts no key into the log', async () => {
    api.logged.length = 0;
    await load('/v1/pixel.gif', { writeKey: workspace.publicKey, ...track() }).expect(200);
    await load('/v1/pixel.gif', { writeKey: workspace.publicKey, type: 'track' }).expect(200);
    await request(api.app).post(`/v1/beacon?writeKey=${workspace.publicKey}`).send('no JSON').expect(400);
    expect(api.logged).toHaveLength(3);
    expect(api.logged.join('')).not.toContain(workspace.publicKey);
  });
});

describe('POST /v1/beacon', () => {
  const send = (body: object, key: string | undefined = workspace.publicKey, path = '/v1/beacon') =>
    request(api.app).post(path).query({ writeKey: key }).set('Content-Type', 'text/plain').send(JSON.stringify(body));

  it.each(['/v1/beacon', '/beacon/v1/batch'])('takes a batch at %s', async (path) => {
    const [one, other] = [track(), track()];
    const { body, headers } = await send(
      { batch: [one, other, {}], context: { locale: 'de' } },
      workspace.publicKey,
      path,
    ).expect(200);
    expect(body).toMatchObject({ success: true, accepted: 2, rejected: [{ index: 2, code: 'unknown_type' }] });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect((await stored(toPublicId(other.messageId))).context).toEqual({ locale: 'de' });
  });

  it('takes a single event, whose context is its own', async () => {
    const event = { ...track(), context: { text: 'x'.repeat(20_000) } };
    await send(event).expect(200, { success: true, accepted: 1, duplicates: 0, rejected: [] });
    expect((await stored(toPublicId(event.messageId))).context).toEqual(event.context);
  });

  it('takes the key from the body as well', async () => {
    const event = { ...track(), writeKey: workspace.publicKey };
    await request(api.app).post('/v1/beacon').send(event).expect(200);
    expect((await stored(toPublicId(event.messageId))).kind).toBe('track');
  });

  it('lets the page read why nothing was taken', async () => {
    const { headers } = await send({ batch: [] }, 'hdl_dev_x').expect(401);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toContain('Retry-After');
  });
});

describe("Jitsu's paths", () => {
  const send = (path: string, body: object) =>
    request(api.app)
      .post(path)
      .set('X-Write-Key', workspace.secretKey)
      .send({ writeKey: 'wk:***', ...body });

  it.each(['/api/s/track', '/api/s/s2s/track', '/api/s/event'])('take an event at %s', async (path) => {
    const event = track();
    await send(path, event).expect(200, { ok: true, receivedEvents: 1, okEvents: 1, errors: [] });
    await send(path, event).expect(200, { ok: true, receivedEvents: 1, okEvents: 1, errors: [] });
    expect(await stored(event.messageId)).toMatchObject({ kind: 'track', isTrusted: true });
  });

  it('say what is wrong with an event, and keep it as a dead letter', async () => {
    const { body } = await send('/api/s/track', { userId: 17, event: 'X' }).expect(200);
    expect(body).toEqual({
      ok: false,
      receivedEvents: 1,
      okEvents: 0,
      errors: ['/userId: userId is a number; send ids as text.'],
    });
    expect(await newestLetter()).toMatchObject({ code: 'invalid_id' });
  });

  it('take the key from the query', async () => {
    const event = track();
    await request(api.app).post(`/api/s/track?writekey=${workspace.publicKey}`).send(event).expect(200);
    expect((await stored(toPublicId(event.messageId))).isTrusted).toBe(false);
  });

  it('may be asked about by browsers before they send', async () => {
    const { headers } = await request(api.app)
      .options('/api/s/track')
      .set('Origin', 'https://shop.example')
      .expect(204);
    expect(headers['access-control-allow-headers']).toContain('x-write-key');
  });
});
