import request from 'supertest';
import { openTestApi, type TestApi, type TestWorkspace } from '../../testing/test-api';

const signingSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const crm = { type: 'webhook', name: 'CRM', settings: { url: 'https://example.com/hook' }, secrets: { signingSecret } };

jest.setTimeout(60_000);

let api: TestApi;
let workspace: TestWorkspace;
beforeAll(async () => {
  api = await openTestApi();
  workspace = await api.createWorkspace();
});
afterAll(() => api.close());

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' });
const sealedIn = async (key: string) => {
  const doc = await api.store.destinations.find(workspace.ws, key);
  if (!doc) throw new Error('The destination was not stored.');
  return doc;
};

describe('PUT /v1/destinations/{key}', () => {
  it('seals secrets and never shows them', async () => {
    const { body, text } = await call('put', '/v1/destinations/crm').send(crm).expect(200);
    expect(body).toMatchObject({ key: 'crm', type: 'webhook', settings: crm.settings, enabled: true, version: 1 });
    expect(text).not.toContain('whsec_');
    const doc = await sealedIn('crm');
    expect(JSON.stringify(doc)).not.toContain('whsec_');
    expect(api.store.destinations.unseal(doc)).toEqual({ signingSecret });
    expect(() => api.store.destinations.unseal({ ...doc, _id: `${workspace.ws}:other` })).toThrow();
  });

  it('keeps the present secrets where none are sent', async () => {
    const { secrets, ...change } = { ...crm, name: 'Renamed' };
    expect(secrets).toBeDefined();
    await call('put', '/v1/destinations/crm').send(change).expect(200);
    expect(api.store.destinations.unseal(await sealedIn('crm'))).toEqual({ signingSecret });
  });

  it.each([
    ['an unknown type', { ...crm, type: 'fax' }, '/type'],
    ['settings the type refuses', { ...crm, settings: { url: 'ftp://x' } }, '/settings/url'],
    ['a secret of the wrong form', { ...crm, secrets: { signingSecret: 'x' } }, '/secrets/signingSecret'],
    ['no secrets, where there are none yet', { ...crm, secrets: undefined }, '/secrets/signingSecret'],
  ])('refuses %s, pointing at it and not repeating it', async (_what, body, pointer) => {
    const answer = await call('put', '/v1/destinations/fresh').send(body).expect(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
    expect(answer.text).not.toContain('whsec_AwMD');
  });
});

describe('pause and resume', () => {
  it('let work wait and go on', async () => {
    await call('put', '/v1/destinations/crm').send(crm).expect(200);
    const { body } = await call('post', '/v1/destinations/crm/pause').expect(200);
    expect(body.paused.reason).toBe('by hand');
    expect((await call('post', '/v1/destinations/crm/resume').expect(200)).body.paused).toBeUndefined();
    await call('post', '/v1/destinations/none/pause').expect(404);
  });
});

describe('what waited for a destination', () => {
  const owed = async () =>
    (await api.store.outbox.takeStale(Date.now() + 86_400_000, 100))
      .filter(({ ws }) => ws === workspace.ws)
      .flatMap(({ work }) => (work.kind === 'sync' ? [work] : []));
  const switchOff = () => call('put', '/v1/destinations/held').send({ ...webhook, enabled: false });
  const webhook = { ...crm, name: 'Held' };

  beforeAll(async () => {
    await call('put', '/v1/destinations/held').send(webhook).expect(200);
    for (const key of ['kept', 'detached']) {
      const rule = { trait: 'tier', is: 'set' };
      await call('put', `/v1/audiences/${key}`).send({ name: key, rule }).expect(200);
      await call('put', `/v1/audiences/${key}/destinations/held`).send({}).expect(200);
    }
    await call('delete', '/v1/audiences/detached/destinations/held').expect(204);
  });
  beforeEach(async () => {
    await switchOff().expect(200);
    await api.store.outbox.done(await api.store.outbox.takeStale(Date.now() + 86_400_000, 100));
  });

  it.each([
    ['it is switched on again', () => call('put', '/v1/destinations/held').send(webhook)],
    ['it is resumed', () => call('post', '/v1/destinations/held/resume')],
  ])('is woken when %s, also of pairs that were detached', async (_when, act) => {
    await act().expect(200);
    expect(await owed()).toEqual(
      expect.arrayContaining([
        { kind: 'sync', audience: 'kept', destination: 'held' },
        { kind: 'sync', audience: 'detached', destination: 'held' },
      ]),
    );
  });

  it('is left alone by a save that keeps it off', async () => {
    await switchOff().expect(200);
    expect(await owed()).toEqual([]);
  });
});
