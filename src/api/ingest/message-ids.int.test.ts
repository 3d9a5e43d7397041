import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const send = async (key: 'publicKey' | 'secretKey', ...events: readonly object[]) =>
  (await sendBatch(api.app, workspace[key], events).expect(200)).body as object;
const track = (more: object = {}) => ({
  type: 'track',
  userId: 'u1',
  event: 'Ordered',
  messageId: 'order-17',
  ...more,
});
const read = (path: string) => request(api.app).get(path).auth(workspace.apiKey, { type: 'bearer' });
const eventsOf = async (ref: string): Promise<readonly object[]> => {
  await api.catchUp(workspace.ws);
  return (await read(`/v1/profiles/${ref}/events`).expect(200)).body.data as object[];
};

describe('a message id', () => {
  it('of a server is free, though somebody with the public key has used it before', async () => {
    await send('publicKey', track({ userId: undefined, anonymousId: 'stranger' }));
    expect(await send('secretKey', track())).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await eventsOf('user_id:u1')).toMatchObject([{ messageId: 'order-17' }]);
  });

  it('of a page is free, though a server has used it: what both send under one id counts as two', async () => {
    await send('secretKey', track());
    expect(await send('publicKey', track())).toMatchObject({ accepted: 1, duplicates: 0 });
    const ids = (await eventsOf('user_id:u1')).map((event) => (event as { messageId: string }).messageId);
    expect(ids.sort()).toEqual(['order-17', 'public:order-17']);
  });

  it.each(['publicKey', 'secretKey'] as const)('counts once of a %s, however often it is sent', async (key) => {
    await send(key, track(), track());
    expect(await send(key, track())).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await eventsOf('user_id:u1')).toHaveLength(1);
  });

  it('cannot be sent as those of public keys are kept, but with a public key, for which it is one like any other', async () => {
    const marked = track({ messageId: 'public:order-17' });
    await send('publicKey', track());
    expect(await send('secretKey', marked)).toMatchObject({
      rejected: [{ code: 'invalid_id', path: '/messageId', messageId: 'public:order-17' }],
    });
    expect(await send('publicKey', marked)).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await eventsOf('user_id:u1')).toHaveLength(2);
  });

  it('may have as many characters with a public key as with a secret one', async () => {
    const messageId = 'x'.repeat(255);
    expect(await send('publicKey', track({ messageId }))).toMatchObject({ accepted: 1 });
    expect(await send('publicKey', track({ messageId, event: '' }))).toMatchObject({ rejected: [{ messageId }] });
    expect((await read(`/v1/dead-letters?messageId=${messageId}`).expect(200)).body.data).toHaveLength(1);
  });
});

describe('the letter of an event that a public key sent', () => {
  const plan = {
    ...{ name: 'P', isDefault: true, onViolation: 'quarantine', unplannedEvents: 'quarantine' },
    events: [{ event: 'Planned' }],
  };

  it('is another than that of a server with the same message id; each is answered the id that it sent', async () => {
    const put = request(api.app).put('/v1/tracking-plans/p').auth(workspace.apiKey, { type: 'bearer' });
    await put.send(plan).expect(200);
    const kept = { quarantined: [{ messageId: 'order-17' }], duplicates: 0 };
    expect(await send('publicKey', track())).toMatchObject(kept);
    expect(await send('secretKey', track())).toMatchObject(kept);
    const found = async (id: string) =>
      ((await read(`/v1/dead-letters?messageId=${id}`).expect(200)).body.data as { messageId: string }[]).map(
        ({ messageId }) => messageId,
      );
    expect((await found('order-17')).sort()).toEqual(['order-17', 'public:order-17']);
    expect(await found('public:order-17')).toEqual(['public:order-17']);
  });

  it('says the id that was sent, also of an event that is refused', async () => {
    const messageId = randomUUID();
    const answer = await send('publicKey', track({ messageId, event: '' }));
    expect(answer).toMatchObject({ rejected: [{ messageId }] });
    expect((await read(`/v1/dead-letters?messageId=${messageId}`).expect(200)).body.data).toMatchObject([
      { messageId: `public:${messageId}` },
    ]);
  });
});
