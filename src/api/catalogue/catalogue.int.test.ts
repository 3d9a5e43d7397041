import request from 'supertest';
import type { CatalogueDetail, CatalogueEvent, Page } from '../../client/types';
import { TrafficRecorder } from '../../store/traffic-recorder';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

/** Of the list or of one event. */
type Answer = CatalogueDetail & Page<CatalogueEvent> & { readonly rest: number };

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const get = async (path: string) =>
  (await request(api.app).get(path).auth(workspace.apiKey, { type: 'bearer' }).expect(200)).body as Answer;
const send = async (events: readonly unknown[], key = workspace.secretKey) => {
  await sendBatch(api.app, key, events).expect(200);
  await api.deps.traffic.flush();
};
const track = (event: string, properties: object, more: object = {}) => ({
  ...{ type: 'track', userId: 'u1', event, properties },
  ...more,
});

describe('the catalogue', () => {
  it('lists events by name with how often, from where and since when they came', async () => {
    const repeated = track('Viewed', {}, { messageId: 'm1' });
    await send([repeated, track('Viewed', {}), track('Bought', {}), { type: 'page', userId: 'u1' }]);
    await send([repeated]);
    await send([track('Viewed', {})], workspace.publicKey);
    const { data, rest } = await get('/v1/catalogue');
    expect(data).toMatchObject([
      { kind: 'track', name: 'Bought', count: 1 },
      {
        ...{ kind: 'track', name: 'Viewed', count: 3 },
        sources: [
          { source: 'server', count: 2 },
          { source: 'website', count: 1 },
        ],
      },
      { kind: 'page', name: 'page', count: 1 },
    ]);
    expect(rest).toBe(0);
    expect((await get('/v1/catalogue?q=VIEW')).data).toHaveLength(1);
    expect((await get('/v1/catalogue?source=website')).data).toMatchObject([{ name: 'Viewed' }]);
    const page = await get('/v1/catalogue?kind=track&limit=1');
    expect((await get(`/v1/catalogue?kind=track&limit=1&cursor=${page.next}`)).data).toMatchObject([
      { name: 'Viewed' },
    ]);
  });

  it('says what an event carries, over several flushes and processes', async () => {
    await send([track('Bought', { total: 12, tier: 'gold', express: true, 'a.b': 1 }, { anonymousId: 'a1' })]);
    const limits = { events: 1_000, properties: 300 };
    const other = new TrafficRecorder({ store: api.store, limits, onFailure: (error) => expect(error).toBe('none') });
    const before = await api.store.events.claim(workspace.ws, 0, 1, 1e6);
    other.accepted(workspace.ws, 'server', before, []);
    await other.flush();
    await send([track('Bought', { total: '12', tier: 'gold', express: false }), track('Bought', { tier: 'gold' })]);
    expect(await get('/v1/catalogue/Bought')).toMatchObject({
      ...{ count: 4, sampled: 4, unlearned: 0 },
      identifiers: [
        { type: 'user_id', fillRate: 1 },
        { type: 'anonymous_id', fillRate: 0.5 },
      ],
      properties: [
        { path: 'properties.express', fillRate: 0.75, samples: ['true', 'false'] },
        { path: 'properties.tier', fillRate: 1, samples: ['gold'] },
        { path: 'properties.total', types: [{ type: 'number' }, { type: 'string', share: 1 / 3 }] },
        { path: 'properties["a.b"]', fillRate: 0.5 },
      ],
    });
  });

  it('knows the traits of identify, and shows and keeps no value of a person', async () => {
    const traits = { email: 'ann@example.com', firstName: 'ann', nick: 'Ann', plan: 'pro', phone: '+49 30 1234567' };
    await send(Array.from({ length: 5 }, () => ({ type: 'identify', userId: 'u1', traits })));
    const body = await get('/v1/catalogue/identify');
    expect(body.properties.map(({ path, samples }) => [path, samples])).toEqual([
      ['traits.email', undefined],
      ['traits.firstName', undefined],
      ['traits.nick', undefined],
      ['traits.phone', undefined],
      ['traits.plan', ['pro']],
    ]);
    const docs = await api.store.connection.db.collection('catalogueEvents').find({ ws: workspace.ws }).toArray();
    const kept = JSON.stringify(docs).replace(
      /"([\w-]+)":/g,
      (_, key: string) => `"${Buffer.from(key, 'base64url').toString()}":`,
    );
    expect(kept).toContain('pro');
    for (const value of ['ann@example.com', '"ann"', 'Ann', '1234567']) expect(kept).not.toContain(value);
  });

  it('is bounded, and counts what it does not learn', async () => {
    const limits = { events: 2, properties: 2 };
    const bounded = new TrafficRecorder({ store: api.store, limits, onFailure: (error) => expect(error).toBe('none') });
    await send([track('A', {}), track('B', {}), track('C', {}), track('D for ann@example.com', {})]);
    const events = await api.store.events.claim(workspace.ws, 0, 10, 1e6);
    await api.store.connection.db.collection('catalogueEvents').deleteMany({});
    for (const event of events) {
      bounded.accepted(workspace.ws, 'server', [{ ...event, properties: { a: 1, b: 2, c: 3 } }], []);
      await bounded.flush();
    }
    const { data, rest } = await get('/v1/catalogue');
    expect(data.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(rest).toBe(2);
    expect(await get('/v1/catalogue/A')).toMatchObject({ unlearned: 1, properties: [{}, {}] });
  });
});
