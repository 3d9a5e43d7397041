import request from 'supertest';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const signingSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const crm = { type: 'webhook', name: 'CRM', settings: { url: 'https://example.com/hook' }, secrets: { signingSecret } };

const api = useTestApi();
const workspace = useWorkspace(api);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' });
const publish = async (key: string, destination: string) => {
  const entry = { on: { event: 'Started' } };
  const journey = { name: key, entry, start: 'tell', steps: { tell: { type: 'send', destination } } };
  await call('put', `/v1/journeys/${key}`).send(journey).expect(200);
  await call('post', `/v1/journeys/${key}/publish`).expect(200);
};
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

  it('demands the secrets again when the settings would have them sent to another host', async () => {
    const ads = { type: 'meta-custom-audiences', name: 'Ads', settings: { adAccountId: '1' } };
    const secrets = { accessToken: 'EAAB-token-of-the-tests' };
    await call('put', '/v1/destinations/ads')
      .send({ ...ads, secrets })
      .expect(200);
    const moved = { ...ads, settings: { ...ads.settings, apiBase: 'https://graph.example' } };
    const { body } = await call('put', '/v1/destinations/ads').send(moved).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/secrets' }]);
    await call('put', '/v1/destinations/ads')
      .send({ ...moved, secrets })
      .expect(200);
    await call('put', '/v1/destinations/ads')
      .send({ ...moved, settings: { ...moved.settings, adAccountId: '2' } })
      .expect(200);
  });

  it('changes the type of what nobody uses, and refuses to where audiences or journeys rely on it', async () => {
    const ads = {
      type: 'meta-custom-audiences',
      name: 'Ads',
      settings: { adAccountId: '1' },
      secrets: { accessToken: 't' },
    };
    await call('put', '/v1/destinations/free').send(crm).expect(200);
    await call('put', '/v1/destinations/free').send(ads).expect(200);
    await call('put', '/v1/destinations/used').send(crm).expect(200);
    const rule = { trait: 'tier', is: 'set' };
    await call('put', '/v1/audiences/users').send({ name: 'Users', rule }).expect(200);
    await call('put', '/v1/audiences/users/destinations/used').send({}).expect(200);
    await call('delete', '/v1/audiences/users/destinations/used').expect(204);
    const { body } = await call('put', '/v1/destinations/used').send(ads).expect(409);
    expect(body.detail).toContain('users');
    await call('put', '/v1/destinations/sent').send(crm).expect(200);
    await publish('sends', 'sent');
    expect((await call('put', '/v1/destinations/sent').send(ads).expect(409)).body.detail).toContain('sends');
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

describe('DELETE /v1/destinations/{key}', () => {
  it('refuses while a journey that is published or paused sends to it, naming both and the remedy', async () => {
    await call('put', '/v1/destinations/mail').send(crm).expect(200);
    await publish('welcome', 'mail');
    const refused = await call('delete', '/v1/destinations/mail').expect(409);
    expect(refused.body.detail).toMatch(/welcome.*archive/);
    await call('post', '/v1/journeys/welcome/pause').expect(200);
    await call('delete', '/v1/destinations/mail').expect(409);
    await call('post', '/v1/journeys/welcome/archive').expect(200);
    await call('delete', '/v1/destinations/mail').expect(204);
  });
});

describe('POST /v1/destinations/{key}/test', () => {
  it('says that nobody has tested it when no worker answers, and 404 for what is not there', async () => {
    await call('put', '/v1/destinations/crm').send(crm).expect(200);
    jest.spyOn(api.deps, 'testDestination').mockRejectedValueOnce(new Error('nobody is there'));
    expect((await call('post', '/v1/destinations/crm/test').expect(503)).body.detail).toContain('worker');
    await call('post', '/v1/destinations/none/test').expect(404);
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
      .flatMap(({ work }) => (work.kind === 'sync' ? `${work.audience}/${work.destination}` : []));
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
    api.syncRings.length = 0;
  });
  afterEach(() => jest.restoreAllMocks());

  const both = ['detached/held', 'kept/held'];
  const occasions: [string, () => request.Test][] = [
    ['it is switched on again', () => call('put', '/v1/destinations/held').send(webhook)],
    ['it is resumed', () => call('post', '/v1/destinations/held/resume')],
  ];

  it.each(occasions)('is woken at once when %s, also of pairs that were detached', async (_when, act) => {
    await act().expect(200);
    expect(api.syncRings.sort()).toEqual(both);
  });

  it.each(occasions)('stays owed when %s and nobody can be rung', async (_when, act) => {
    jest.spyOn(api.deps, 'ringSync').mockRejectedValue(new Error('nobody is there'));
    await act().expect(200);
    expect((await owed()).sort()).toEqual(both);
  });

  it('is left alone by a save that keeps it off', async () => {
    await switchOff().expect(200);
    expect([api.syncRings, await owed()]).toEqual([[], []]);
  });
});
