import { randomUUID } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { mostEventBytes, mostJsonDepth } from '../../config-limits';
import { toPublicId } from '../../domain/events/message-id';
import type { EventDoc } from '../../store/documents';
import { openTestApi, sendBatch, testLimits, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api);

const stored = async (messageId: string): Promise<EventDoc> => {
  const event = await api.store.events.byMessageId(workspace.ws, messageId);
  if (!event) throw new Error('The event was not stored.');
  return event;
};
const track = (more: object = {}) => ({
  type: 'track',
  userId: 'u1',
  event: 'Cart Started',
  messageId: randomUUID(),
  ...more,
});
const post = (path: string) => request(api.app).post(path).auth(workspace.secretKey, '');
const all = { success: true, accepted: 1, duplicates: 0, rejected: [] };

describe('POST /v1/batch', () => {
  it('stores events as pending before it answers, and rings the intake', async () => {
    const event = track({ properties: { cart_id: 'c1' } });
    api.rings.length = 0;
    const { body } = await sendBatch(api.app, workspace.secretKey, [event]).expect(200);
    expect(body).toEqual(all);
    expect(api.rings).toEqual([`${workspace.ws}/0`]);
    const doc = await stored(event.messageId);
    expect(doc).toMatchObject({
      state: 'pending',
      pending: `${workspace.ws}/0`,
      lane: 'live',
      kind: 'track',
      name: 'Cart Started',
      identifiers: [{ type: 'user_id', value: 'u1' }],
      properties: { cart_id: 'c1' },
      isTrusted: true,
      source: 'server',
    });
    expect(doc.pendingKeys).toEqual([api.store.identifiers.key(workspace.ws, { type: 'user_id', value: 'u1' })]);
  });

  it('answers the same success to a repeat, and keeps the first', async () => {
    const event = track({ properties: { n: 1 } });
    await sendBatch(api.app, workspace.secretKey, [event]).expect(200);
    const again = await sendBatch(api.app, workspace.secretKey, [{ ...event, properties: { n: 2 } }, track()]).expect(
      200,
    );
    expect(again.body).toEqual({ success: true, accepted: 1, duplicates: 1, rejected: [] });
    expect((await stored(event.messageId)).properties).toEqual({ n: 1 });
  });

  it('counts a message that is twice in one batch once', async () => {
    const event = track();
    const { body } = await sendBatch(api.app, workspace.secretKey, [event, event]).expect(200);
    expect(body).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  it('refuses single events with their index and reason, and keeps the others', async () => {
    const good = track();
    const bad = track({ userId: 17 });
    const { body } = await sendBatch(api.app, workspace.secretKey, [bad, good, 'text']).expect(200);
    expect(body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, messageId: bad.messageId, code: 'invalid_id', path: '/userId' },
        { index: 2, code: 'not_an_object', path: '' },
      ],
    });
    const letters = await api.store.deadLetters.page(workspace.ws, 10);
    expect(letters.map(({ code }) => code)).toEqual(expect.arrayContaining(['invalid_id', 'not_an_object']));
    expect(letters.find(({ messageId }) => messageId === bad.messageId)?.payload).toContain(bad.messageId);
  });

  it('lays the context and integrations of the batch under those of each event', async () => {
    const event = track({ context: { locale: 'de' } });
    const body = { batch: [event], context: { locale: 'en', app: { name: 'shop' } }, integrations: { All: false } };
    await post('/v1/batch').send(body).expect(200);
    const { context, integrations } = await stored(event.messageId);
    expect({ context, integrations }).toEqual({
      context: { locale: 'de', app: { name: 'shop' } },
      integrations: { All: false },
    });
  });

  it('gives keys with a meaning elsewhere back as they came', async () => {
    const properties = '{"__proto__":{"polluted":1},"$set":{"a.b":1},"a.b":2,"constructor":{"prototype":3},"":4}';
    const event = track();
    const text = JSON.stringify({ batch: [event] }).replace('"userId"', `"properties":${properties},"userId"`);
    await post('/v1/batch').set('Content-Type', 'application/json').send(text).expect(200);
    expect(JSON.stringify((await stored(event.messageId)).properties)).toBe(properties);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('puts bulk events on their own lane, without keys that a wait would look at', async () => {
    const event = track();
    await post('/v1/batch')
      .set('X-Heddle-Lane', 'bulk')
      .send({ batch: [event] })
      .expect(200);
    const doc = await stored(event.messageId);
    expect(doc.lane).toBe('bulk');
    expect(doc.pendingKeys).toBeUndefined();
    await request(api.app)
      .post('/v1/batch')
      .auth(workspace.publicKey, '')
      .set('X-Heddle-Lane', 'bulk')
      .send({ batch: [track()] })
      .expect(403);
  });

  it('marks what a public key sends as untrusted, and lets any site read the answer', async () => {
    const event = track();
    const { headers } = await sendBatch(api.app, workspace.publicKey, [event]).expect(200);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect((await stored(toPublicId(event.messageId))).isTrusted).toBe(false);
    const secret = await sendBatch(api.app, workspace.secretKey, [track()]);
    expect(secret.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('refuses what is not a batch, and a batch with too many events', async () => {
    await post('/v1/batch').send({ events: [] }).expect(400);
    await post('/v1/batch')
      .send({ batch: Array.from({ length: testLimits.maxBatchEvents + 1 }, () => ({})) })
      .expect(413);
  });

  it('numbers what arrives in one millisecond, so that a request is applied before the next', async () => {
    const receivedAt = Date.now();
    const still = await openTestApi({ clock: () => receivedAt });
    const { ws, secretKey } = await still.createWorkspace();
    const requests = [['a1', 'a2', 'a3'], ['b1'], ['c1', 'c2']];
    for (const ids of requests)
      await sendBatch(
        still.app,
        secretKey,
        ids.map((messageId) => track({ messageId })),
      ).expect(200);
    const claimed = await still.store.events.claim(ws, 0, 100, 1e6);
    expect(claimed.map(({ messageId }) => messageId)).toEqual(requests.flat());
    await still.close();
  });

  it('stores the largest and deepest event that can be configured', async () => {
    const limits = { ...testLimits, event: { maxBytes: mostEventBytes, maxDepth: mostJsonDepth } };
    const large = await openTestApi({ limits });
    const { ws, secretKey } = await large.createWorkspace();
    // Small numbers grow most on their way into the store, and `identify` keeps the traits of its context twice.
    const numbers = {
      type: 'identify',
      userId: 'u1',
      context: { traits: { list: Array(mostEventBytes / 2 - 100).fill(0) } },
    };
    const levels = mostJsonDepth - 2;
    const nested = track({ properties: { x: JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown } });
    const { body } = await sendBatch(large.app, secretKey, [numbers, nested]).expect(200);
    expect(body).toMatchObject({ accepted: 2, rejected: [] });
    await large.catchUp(ws);
    expect((await large.store.profiles.page(ws, 1))[0]?.traits['list']).toBeDefined();
    await large.close();
  });

  it('takes a full batch', async () => {
    const batch = Array.from({ length: 2_500 }, (_, n) => track({ messageId: `full-${n}` }));
    const { body } = await sendBatch(api.app, workspace.secretKey, batch).expect(200);
    expect(body).toMatchObject({ accepted: 2_500, rejected: [] });
  });
});

describe('single events', () => {
  it.each([
    ['identify', 'i', {}],
    ['track', 't', { event: 'Viewed' }],
    ['page', 'p', { name: 'Home' }],
    ['screen', 's', { name: 'Home' }],
    ['group', 'g', { groupId: 'g1' }],
    ['alias', 'a', { previousId: 'anon' }],
  ])('takes %s by its long and its short path', async (kind, short, more) => {
    for (const path of [kind, short]) {
      const messageId = randomUUID();
      const { body } = await post(`/v1/${path}`)
        .send({ userId: 'u2', messageId, ...more })
        .expect(200);
      expect(body).toEqual(all);
      expect((await stored(messageId)).kind).toBe(kind);
    }
  });
});

describe('the body', () => {
  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream', ''])(
    'is JSON whatever the Content-Type says: "%s"',
    async (type) => {
      const { body } = await post('/v1/batch')
        .set('Content-Type', type)
        .send(JSON.stringify({ batch: [track()] }))
        .expect(200);
      expect(body).toEqual(all);
    },
  );

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('may be compressed with %s', async (encoding, compress) => {
    const bytes = compress(Buffer.from(JSON.stringify({ batch: [track()] })));
    const { body } = await post('/v1/batch').set('Content-Encoding', encoding).send(bytes).expect(200);
    expect(body).toEqual(all);
  });

  it('is limited in its inflated size', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20));
    await post('/v1/batch').set('Content-Encoding', 'gzip').send(bomb).expect(413);
    await post('/v1/batch')
      .send(`{"batch":[],"x":"${'a'.repeat(testLimits.maxBodyBytes)}"}`)
      .expect(413);
  });

  it.each([
    ['text that is not JSON', Buffer.from('{"batch":['), {}, 400],
    ['nothing', Buffer.alloc(0), {}, 400],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"batch":["a'), Buffer.from([0xff]), Buffer.from('b"]}')]), {}, 400],
    ['a torn archive', gzipSync(Buffer.from('{"batch":[]}')).subarray(0, 15), { 'Content-Encoding': 'gzip' }, 400],
    ['an unknown encoding', Buffer.from('{}'), { 'Content-Encoding': 'zstd' }, 415],
  ])('is refused when it is %s', async (_what, bytes, headers, status) => {
    const answer = await post('/v1/batch').set(headers).send(bytes).expect(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('costs a deep or large event itself and not the batch', async () => {
    const deep = JSON.stringify(track({ properties: 0 })).replace(
      '"properties":0',
      `"properties":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    );
    const large = JSON.stringify(track({ properties: { text: 'x'.repeat(40_000) } }));
    const body = await post('/v1/batch')
      .set('Content-Type', 'application/json')
      .send(`{"batch":[${deep},${large},${JSON.stringify(track())}]}`);
    expect(body.body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, code: 'too_deep' },
        { index: 1, code: 'too_large', path: '' },
      ],
    });
  });
});

describe('what is refused', () => {
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const theLetter = async () => (await api.store.deadLetters.page(workspace.ws, 1))[0];
  beforeEach(async () => void Object.assign(workspace, await api.createWorkspace()));

  it.each([
    ['a deep list', nested, 'not_an_object'],
    ['deep after it is too large', `{"type":"track","x":"${'x'.repeat(40_000)}","y":${nested}}`, 'too_large'],
    ['deep after its type', `{"type":"text","properties":{"x":${nested}}}`, 'too_deep'],
  ])('costs itself only when it is %s, and leaves a letter without a copy', async (_what, event, code) => {
    const { body } = await post('/v1/batch')
      .set('Content-Type', 'application/json')
      .send(`{"batch":[${event},${JSON.stringify(track())}]}`)
      .expect(200);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 0, code }] });
    expect(await theLetter()).toEqual(expect.objectContaining({ code }));
    expect(await theLetter()).not.toHaveProperty('payload');
  });

  it('costs itself only when what it says of itself as an envelope nests too deep', async () => {
    const event = `{"userId":"u1","event":"E","context":{"a":${nested}}}`;
    const { body } = await post('/v1/track').set('Content-Type', 'application/json').send(event).expect(200);
    expect(body).toMatchObject({ accepted: 0, rejected: [{ code: 'too_deep' }] });
  });

  it('is kept without the write key it named, wherever it named it', async () => {
    const { secretKey } = workspace;
    const refused = { writeKey: secretKey, userId: 'u1', context: { config: [secretKey] } };
    await request(api.app).post('/v1/track').send(refused).expect(200);
    const letter = await theLetter();
    expect(letter).toMatchObject({ code: 'invalid_event_name', payload: expect.stringContaining('"userId":"u1"') });
    expect(JSON.stringify(letter)).not.toContain(secretKey);
  });
});

describe('write keys', () => {
  it('may come without the colon, as bearer, or in the body, where the header wins', async () => {
    const basic = Buffer.from(workspace.publicKey).toString('base64');
    const send = (authorization: string, writeKey?: string) =>
      request(api.app)
        .post('/v1/batch')
        .set('Authorization', authorization)
        .send({ batch: [track()], writeKey });
    await send(`Basic ${basic}`).expect(200);
    await send(`Basic ${basic}`, 'wk:***').expect(200);
    await send(`Bearer ${workspace.secretKey}`).expect(200);
    await request(api.app)
      .post('/v1/t')
      .send({ ...track(), writeKey: workspace.publicKey })
      .expect(200);
  });

  it.each([
    ['no key', {}],
    ['an unknown key', { writeKey: `hdl_dev_${'0'.repeat(12)}_${'a'.repeat(43)}` }],
    ['text that is no key', { writeKey: 'wk:***' }],
  ])('refuses %s', async (_what, body) => {
    const answer = await request(api.app)
      .post('/v1/batch')
      .send({ batch: [], ...body })
      .expect(401);
    expect(answer.body).toMatchObject({ type: 'urn:heddle:problem:unauthenticated', status: 401 });
  });

  it('lets browsers ask before they send', async () => {
    const answer = await request(api.app).options('/v1/b').set('Origin', 'https://shop.example').expect(204);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-max-age': '86400' });
    expect(answer.headers['access-control-allow-headers']).toContain('authorization');
  });
});
