import { BSON } from 'mongodb';
import request from 'supertest';
import { testLimits, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const post = (body: object, path = '/v1/batch') =>
  request(api.app).post(path).auth(workspace.publicKey, '').set('content-type', 'application/json').send(body);
const stored = async (name: 'events' | 'deadLetters') =>
  api.store.connection.db.collection(name).find({ ws: workspace.ws }).toArray();
const bytesIn = async (name: 'events' | 'deadLetters') =>
  (await stored(name)).reduce((sum, doc) => sum + BSON.calculateObjectSize(doc), 0);
const pages = (count: number) => Array.from({ length: count }, (_, n) => ({ type: 'page', anonymousId: `a${n}` }));
const nothings = (count: number) => Array.from({ length: count }, () => ({}));

describe('what a batch says for all its events', () => {
  const wide = { pad: 'x'.repeat(31_000) };

  it.each([
    ['with events that would be stored', { context: wide, batch: pages(500) }],
    ['with events that would be refused', { context: wide, batch: nothings(500) }],
    ['in the integrations', { integrations: wide, batch: pages(500) }],
    ['as the time of sending', { sentAt: 'x'.repeat(31_000), batch: nothings(500) }],
    ['in characters that JSON writes as two', { context: { pad: '\n'.repeat(31_000) }, batch: pages(500) }],
    ['where it cannot be read', { context: { ...wide, _bsontype: 'x' }, batch: nothings(500) }],
  ])('is refused with the batch where its copies are larger than a body may be: %s', async (_where, body) => {
    const { body: problem } = await post(body).expect(413);
    expect(problem).toMatchObject({ type: 'urn:heddle:problem:too-large' });
    expect(problem.detail).toMatch(/each of its 500 events/);
    expect([...(await stored('events')), ...(await stored('deadLetters'))]).toEqual([]);
  });

  it('is bounded on every path that takes a batch, whatever the path calls its events', async () => {
    const events = Array.from({ length: 25 }, () => ({ name: 'x' }));
    await post({ context: wide, batch: pages(500) }, '/v1/beacon').expect(413);
    // 25 are the most of the Measurement Protocol, and within the bound.
    await post({ client_id: 'c', events, context: wide, batch: [] }, '/v1/ga4/mp/collect').expect(200);
    expect(await bytesIn('events')).toBeLessThan(testLimits.maxBodyBytes);
  });

  it('is stored with each where that is no more than a body may be, so that no request becomes more than twice as much', async () => {
    await post({ context: wide, batch: [...pages(65), ...nothings(65)] }).expect(200);
    expect(await stored('events')).toHaveLength(65);
    expect(await stored('deadLetters')).toHaveLength(65);
    expect((await bytesIn('events')) + (await bytesIn('deadLetters'))).toBeLessThan(2 * testLimits.maxBodyBytes);
  });

  it('never meets that bound where a client sends 2 kB with as many events as a batch of its may have', async () => {
    const context = { page: { url: `https://shop.example/?q=${'x'.repeat(1_000)}` }, userAgent: 'y'.repeat(1_000) };
    const { body } = await post({ context, batch: pages(1_500) }).expect(200);
    expect(body).toMatchObject({ accepted: 1_500, rejected: [] });
  });
});
