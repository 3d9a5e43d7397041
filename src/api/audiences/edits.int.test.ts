import request from 'supertest';
import { applyTime } from '../../activities/apply/apply';
import { switchAudiences } from '../../activities/switch-audiences';
import { profileId } from '../../domain/ids';
import { RulesetCache } from '../../folding/ruleset-cache';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
const tier = (value: string) => ({ trait: 'tier', is: 'equals', value });

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](`/v1/${path}`).auth(workspace.apiKey, { type: 'bearer' });
const put = (key: string, rule: object, more: object = {}) =>
  call('put', `audiences/${key}`).send({ name: key, ...more, rule });
const get = async (key = 'vip') =>
  (await call('get', `audiences/${key}`).expect(200)).body as { size: number; createdAt: string; updatedAt: string };
const versions = async () =>
  ((await call('get', 'audiences/vip/versions').expect(200)).body as { data: object[] }).data;
const members = async (query = '') => {
  const { body } = await call('get', `audiences/vip/members${query}`).expect(200);
  return body as { data: { profileId: string }[]; next?: string };
};
const audiencesOf = async (user: string): Promise<string[]> => {
  const { body } = await call('get', `profiles/user_id:${user}`).expect(200);
  return (body as { audiences: { key: string }[] }).audiences.map(({ key }) => key).sort();
};
const idOf = async (user: string) => ((await call('get', `profiles/user_id:${user}`)).body as { id: string }).id;
const is = (user: string, value: string) => ({ type: 'identify', userId: user, traits: { tier: value } });
const catchUp = () => api.catchUp(workspace.ws);

/** Evaluates whoever the back-fill has left, and stops there. */
async function evaluate(clock = Date.now): Promise<void> {
  const { store } = api;
  const behind = await store.preparedProfiles.left(workspace.ws, await store.workspaces.rulesetState(workspace.ws), 50);
  await applyTime({ store, rulesets: new RulesetCache(store), clock }, workspace.ws, behind);
}

/** What was prepared serves; no edge that follows is written. */
async function switchOver(): Promise<void> {
  const { store } = api;
  const version = await store.workspaces.rulesetVersion(workspace.ws);
  expect(await switchAudiences({ store, clock: Date.now }, workspace.ws, version)).toBe(true);
}

beforeEach(async () => {
  await sendBatch(api.app, workspace.secretKey, [
    ...[is('ann', 'gold'), is('bob', 'gold'), is('cid', 'iron'), is('dan', 'iron')],
    { type: 'identify', userId: 'ann', traits: { loyal: true } },
    { type: 'identify', userId: 'cid', traits: { loyal: true } },
  ]).expect(200);
  await put('vip', tier('gold')).expect(200);
  await put('others', { not: { audience: 'vip' } }).expect(200);
  await catchUp();
});

const loyal = { trait: 'loyal', is: 'equals', value: true };

describe('another rule of an audience that is ready', () => {
  it('is prepared while the present one serves, and serves once everybody has been evaluated', async () => {
    const { body, headers } = await put('vip', loyal, { labels: ['new'] }).expect(200);
    expect(body).toMatchObject({ version: 1, rule: tier('gold'), size: 2, status: 'computing' });
    expect(body).toMatchObject({ next: { version: 2, rule: loyal, labels: ['new'], entering: 0, leaving: 0 } });
    expect(headers['etag']).toBe('"v2"');
    await evaluate();
    expect(await get()).toMatchObject({ version: 1, size: 2, next: { entering: 1, leaving: 1 } });
    expect(await Promise.all(['ann', 'bob', 'cid', 'dan'].map(audiencesOf))).toEqual([
      ...[['vip'], ['vip'], ['others'], ['others']],
    ]);
    expect(await versions()).toMatchObject([{ version: 2 }, { version: 1, served: {} }]);
    await catchUp();
    const after = await get();
    expect(after).toMatchObject({ version: 2, rule: loyal, labels: ['new'], size: 2, status: 'ready' });
    expect(after).not.toHaveProperty('next');
    expect(await Promise.all(['ann', 'bob', 'cid', 'dan'].map(audiencesOf))).toEqual([
      ...[['vip'], ['others'], ['vip'], ['others']],
    ]);
    const instant = expect.any(String) as string;
    expect(await versions()).toMatchObject([
      { version: 2, served: { from: instant } },
      { version: 1, served: { from: instant, until: instant } },
    ]);
  });

  it('serves for every reader from one write on, whatever edges have yet to be written, which move only whom it moves', async () => {
    await put('vip', loyal).expect(200);
    await evaluate();
    await switchOver();
    expect(await get()).toMatchObject({ version: 2, rule: loyal, size: 2, status: 'computing' });
    expect(await get('others')).toMatchObject({ size: 2 });
    expect(await Promise.all(['ann', 'bob', 'cid', 'dan'].map(audiencesOf))).toEqual([
      ...[['vip'], ['others'], ['vip'], ['others']],
    ]);
    const { data } = await members();
    const expected = await Promise.all(['ann', 'cid'].map(idOf));
    expect(data.map(({ profileId }) => profileId).sort()).toEqual([...expected].sort());
    const first = await members('?limit=1');
    const second = await members(`?limit=1&cursor=${first.next}`);
    expect([...first.data, ...second.data].map(({ profileId }) => profileId)).toEqual([...expected].sort());
    const { text } = await call('get', 'audiences/vip/members/export').expect(200);
    expect(expected.filter((id) => text.includes(id))).toHaveLength(2);
    expect(text).not.toContain(await idOf('bob'));
    const decided = await call('get', 'decide?profile=user_id:cid').expect(200);
    expect(decided.body).toMatchObject({ audiences: ['vip'] });
    const explained = await call('get', 'audiences/vip/explain?profile=user_id:bob').expect(200);
    expect(explained.body).toMatchObject({ version: 2, isMember: false, matches: false });
    const { store, ws } = { store: api.store, ws: workspace.ws };
    const left = await store.preparedProfiles.left(ws, await store.workspaces.rulesetState(ws), 50);
    expect([...left].sort()).toEqual((await Promise.all(['bob', 'cid'].map(idOf))).sort());
    await catchUp();
    expect(await get()).toMatchObject({ version: 2, size: 2, status: 'ready' });
    expect((await members()).data).toHaveLength(2);
  });

  it('is paged through without loss or repetition, though edges are written between two pages', async () => {
    const loyals = ['eve', 'fay', 'gus', 'hal', 'ida', 'jon'];
    const events = loyals.map((userId) => ({ type: 'identify', userId, traits: { loyal: true } }));
    await sendBatch(api.app, workspace.secretKey, events).expect(200);
    await catchUp();
    await put('vip', loyal).expect(200);
    await evaluate();
    await switchOver();
    const first = await members('?limit=3');
    await catchUp();
    const second = await members(`?limit=3&cursor=${first.next}`);
    const third = await members(`?limit=3&cursor=${second.next}`);
    expect(third).not.toHaveProperty('next');
    const found = [first, second, third].flatMap(({ data }) => data.map(({ profileId }) => profileId));
    expect(found).toEqual((await Promise.all(['ann', 'cid', ...loyals].map(idOf))).sort());
  });

  it('counts for how far a rule that is tried overlaps, before its edges are written', async () => {
    await put('vip', loyal).expect(200);
    await evaluate();
    await switchOver();
    const { body } = await call('post', 'audiences/new/preview').send({ rule: { all: [{ audience: 'vip' }] } });
    expect(body).toMatchObject({ count: 2, overlap: { vip: 2 } });
    expect((body as { overlap: object }).overlap).toEqual({ vip: 2 });
  });

  it('may be edited again before its edges are written', async () => {
    await put('vip', loyal).expect(200);
    await evaluate();
    await switchOver();
    await put('vip', tier('iron')).expect(200);
    expect(await get()).toMatchObject({ version: 2, size: 2, next: { version: 3, entering: 0 } });
    await evaluate();
    expect(await get()).toMatchObject({ version: 2, size: 2, next: { version: 3, entering: 1, leaving: 1 } });
    await switchOver();
    expect(await get()).toMatchObject({ version: 3, size: 2 });
    await catchUp();
    expect((await members()).data).toHaveLength(2);
  });

  it('counts for an event of somebody before the edges of the others are written', async () => {
    await put('vip', loyal).expect(200);
    await evaluate();
    await switchOver();
    await sendBatch(api.app, workspace.secretKey, [
      { type: 'identify', userId: 'bob', traits: { loyal: true } },
    ]).expect(200);
    await catchUp();
    expect(await get()).toMatchObject({ size: 3 });
    const { data } = (await call('get', 'profiles/user_id:bob/audiences').expect(200)).body as { data: object[] };
    expect(data).toMatchObject([{ key: 'others' }, { key: 'vip' }, { key: 'vip' }]);
  });

  it('takes the place of the one that is being prepared, which never serves', async () => {
    await put('vip', loyal).expect(200);
    await put('vip', tier('iron')).expect(200);
    expect(await get()).toMatchObject({ version: 1, next: { version: 3, rule: tier('iron') } });
    await catchUp();
    expect(await get()).toMatchObject({ version: 3, size: 2, status: 'ready' });
    expect(await versions()).toMatchObject([
      { version: 3, served: {} },
      { version: 2, endedAs: 'replaced' },
      { version: 1 },
    ]);
    expect((await versions())[1]).not.toHaveProperty('served');
  });

  it('goes on being prepared when only the rest of what was saved with it changes', async () => {
    const first = (await put('vip', loyal).expect(200)).body as { next: { startedAt: string } };
    const before = await api.store.workspaces.rulesetVersion(workspace.ws);
    const { body } = await put('vip', loyal, { description: 'of late' }).expect(200);
    const { startedAt } = first.next;
    expect(body).toMatchObject({ version: 1, next: { version: 3, description: 'of late', startedAt } });
    expect(await api.store.workspaces.rulesetVersion(workspace.ws)).toBe(before);
  });

  it('is saved by a rollback too', async () => {
    await put('vip', loyal).expect(200);
    await catchUp();
    const { body } = await call('post', 'audiences/vip/rollback').send({ version: 1 }).expect(200);
    expect(body).toMatchObject({ version: 2, rule: loyal, next: { version: 3, rule: tier('gold') } });
    await catchUp();
    expect(await get()).toMatchObject({ version: 3, rule: tier('gold'), size: 2 });
  });

  it('may be one of several, which then serve together', async () => {
    await put('vip', loyal).expect(200);
    await put('others', tier('iron')).expect(200);
    await evaluate();
    expect([await get(), await get('others')]).toMatchObject([{ next: {} }, { next: {} }]);
    await switchOver();
    expect([await get(), await get('others')]).toMatchObject([{ version: 2 }, { version: 2, size: 2 }]);
    await catchUp();
    expect(await audiencesOf('cid')).toEqual(['others', 'vip']);
  });
});

describe('an edit that is cancelled', () => {
  it.each<[string, () => request.Test]>([
    ['by request', () => call('post', 'audiences/vip/cancel-edit')],
    ['by saving what serves', () => put('vip', tier('gold'))],
    ['by going back to the version that serves', () => call('post', 'audiences/vip/rollback').send({ version: 1 })],
  ])('%s is as if nothing had been said', async (_, cancel) => {
    const before = await get();
    await put('vip', loyal, { name: 'Loyal' }).expect(200);
    await evaluate();
    const { body, headers } = await cancel().expect(200);
    expect(headers['etag']).toBe('"v1"');
    expect(body).toEqual({ ...before, updatedAt: expect.any(String) as string });
    expect(await versions()).toMatchObject([
      { version: 2, endedAs: 'cancelled' },
      { version: 1, served: {} },
    ]);
    await catchUp();
    expect(await get()).toEqual(body);
    await put('vip', loyal).expect(200);
    expect(await get()).toMatchObject({ next: { version: 3 } });
    await catchUp();
    expect(await get()).toMatchObject({ version: 3, size: 2 });
  });

  it('is refused where there is none, by another version than the last, and where another edit rests on it', async () => {
    await call('post', 'audiences/vip/cancel-edit').expect(409);
    await call('post', 'audiences/none/cancel-edit').expect(404);
    await put('others', loyal).expect(200);
    await put('vip', { not: { audience: 'others' } }).expect(200);
    await call('post', 'audiences/others/cancel-edit').set('If-Match', '"v1"').expect(412);
    const { text } = await call('post', 'audiences/others/cancel-edit').expect(409);
    expect(text).toContain('Cancel that first');
    await put('others', { not: { audience: 'vip' } }).expect(409);
    await call('delete', 'audiences/others').expect(409);
    await catchUp();
    expect(await get('vip')).toMatchObject({ version: 2, size: 2 });
  });
});

describe('what counts at once', () => {
  it('is everything of an audience but its rule, and all of one that nobody has been evaluated by yet', async () => {
    expect((await put('vip', tier('gold'), { name: 'VIP' }).expect(200)).body).toMatchObject({
      version: 2,
      name: 'VIP',
    });
    expect((await put('vip', loyal).expect(200)).body).toMatchObject({ version: 2, next: { version: 3 } });
    await put('new', loyal).expect(200);
    const { body } = await put('new', tier('iron')).expect(200);
    expect(body).toMatchObject({ version: 2, rule: tier('iron'), status: 'computing' });
    expect(body).not.toHaveProperty('next');
  });

  it('is a label that is saved without the rule that is being prepared, which then never serves', async () => {
    await put('vip', loyal, { holdout: { percent: 50 } }).expect(200);
    await call('put', 'audiences/vip/star').expect(204);
    const { body } = await call('post', 'audiences/vip/duplicate').send({ key: 'two', name: 'Two' }).expect(201);
    expect(body).toMatchObject({ audience: { rule: tier('gold'), version: 1, isStarred: false } });
    expect((body as { audience: object }).audience).not.toHaveProperty('next');
    await put('vip', tier('gold'), { labels: ['x'] })
      .set('If-Match', '"v1"')
      .expect(412);
    const saved = await put('vip', tier('gold'), { labels: ['x'] })
      .set('If-Match', '"v2"')
      .expect(200);
    expect(saved.body).toMatchObject({ version: 3, labels: ['x'], isStarred: true });
    expect(saved.body).not.toHaveProperty('next');
    await catchUp();
    expect(await get()).toMatchObject({ version: 3, size: 2, status: 'ready' });
    expect(await versions()).toMatchObject([{ version: 3 }, { version: 2, endedAs: 'replaced' }, { version: 1 }]);
  });

  it('is a deletion, whatever is being prepared', async () => {
    await call('delete', 'audiences/others').expect(204);
    await put('vip', loyal).expect(200);
    await evaluate();
    await call('delete', 'audiences/vip').expect(204);
    await catchUp();
    expect(await audiencesOf('ann')).toEqual([]);
    await put('vip', loyal).expect(200);
    await catchUp();
    expect(await get()).toMatchObject({ version: 3, size: 2 });
    expect(await versions()).toMatchObject([{ version: 3 }, { version: 2, endedAs: 'cancelled' }, { version: 1 }]);
  });
});

describe('a holdout, and being public, that come with another rule', () => {
  it('count for those too whom the rule does not move', async () => {
    await put('vip', loyal, { holdout: { percent: 50 }, public: true }).expect(200);
    await evaluate();
    await switchOver();
    const { store, ws } = { store: api.store, ws: workspace.ws };
    const left = await store.preparedProfiles.left(ws, await store.workspaces.rulesetState(ws), 50);
    expect(left).toHaveLength(4);
    await catchUp();
    expect(await get()).toMatchObject({ version: 2, public: true, size: 2, status: 'ready' });
  });

  it('leave to time whom time alone moves before they are looked at', async () => {
    await sendBatch(api.app, workspace.secretKey, [{ type: 'track', userId: 'dan', event: 'Ordered' }]).expect(200);
    await catchUp();
    const longAgo = { event: 'Ordered', last: { is: 'older_than', value: '1d' } };
    await put('vip', longAgo, { holdout: { percent: 50 } }).expect(200);
    await evaluate();
    await switchOver();
    await evaluate(() => Date.now() + 48 * 3_600_000);
    const { store, ws } = { store: api.store, ws: workspace.ws };
    const stays = async (user: string) => store.memberships.ofProfile(ws, [profileId(await idOf(user))]);
    expect(await stays('dan')).toMatchObject([
      { audience: 'vip', enteredCause: 'clock' },
      { audience: 'others', exitedCause: 'clock' },
    ]);
    expect(await stays('ann')).toMatchObject([
      { audience: 'others', enteredCause: 'definition' },
      { audience: 'vip', exitedCause: 'definition' },
    ]);
  });
});

describe('whom a definition moves', () => {
  const journeysOf = async (user: string): Promise<string[]> => {
    const { body } = await call('get', `profiles/user_id:${user}/enrollments`).expect(200);
    return (body as { data: { journey: string }[] }).data.map(({ journey }) => journey).sort();
  };
  const publish = async (key: string, on: object) => {
    const steps = { end: { type: 'exit' } };
    await call('put', `journeys/${key}`).send({ name: key, entry: { on }, start: 'end', steps }).expect(200);
    await call('post', `journeys/${key}/publish`).expect(200);
  };
  const edit = (query: object, rule: object = loyal) =>
    call('put', 'audiences/vip').query(query).send({ name: 'vip', rule }).expect(200);

  beforeEach(async () => {
    await publish('welcome', { audience: 'vip', edge: 'entered' });
    await publish('goodbye', { audience: 'vip', edge: 'exited' });
    await publish('other', { audience: 'others', edge: 'entered' });
    await catchUp();
  });
  const all = () => Promise.all(['ann', 'bob', 'cid', 'dan'].map(journeysOf));

  it('begins no journey, unless whoever saved it asked', async () => {
    await edit({});
    await catchUp();
    expect(await all()).toEqual([[], [], [], []]);
    await edit({}, tier('gold'));
    await catchUp();
    const { body } = await edit({ startJourneys: true });
    expect(body).toMatchObject({ next: { startsJourneys: true } });
    await catchUp();
    expect(await all()).toEqual([[], ['goodbye'], ['welcome'], []]);
    expect(await get()).not.toHaveProperty('startsJourneys');
  });

  it('begins none when it was saved again without asking', async () => {
    await edit({ startJourneys: true });
    const { body } = await edit({});
    expect((body as { next: object }).next).not.toHaveProperty('startsJourneys');
    await catchUp();
    expect(await all()).toEqual([[], [], [], []]);
  });

  it('begins them by a rollback and by a first rule that ask, and by nothing that is saved later', async () => {
    await edit({});
    await catchUp();
    await call('post', 'audiences/vip/rollback').query({ startJourneys: true }).send({ version: 1 }).expect(200);
    await catchUp();
    expect(await all()).toEqual([[], ['welcome'], ['goodbye'], []]);
    await edit({});
    await catchUp();
    expect(await all()).toEqual([[], ['welcome'], ['goodbye'], []]);
    await call('put', 'audiences/fresh').query({ startJourneys: true }).send({ name: 'f', rule: loyal }).expect(200);
    await publish('first', { audience: 'fresh', edge: 'entered' });
    await catchUp();
    expect(await all()).toEqual([['first'], ['welcome'], ['first', 'goodbye'], []]);
  });

  it('begins them, or not, as was asked with the rule or last, whatever the audience is called meanwhile', async () => {
    const fresh = (query: object, name = 'f') =>
      call('put', 'audiences/fresh').query(query).send({ name, rule: loyal }).expect(200);
    await fresh({ startJourneys: true });
    await publish('first', { audience: 'fresh', edge: 'entered' });
    await fresh({}, 'Another name');
    await catchUp();
    expect(await all()).toEqual([['first'], [], ['first'], []]);
  });

  it('begins none where the ask was taken back while everybody was brought to a first rule', async () => {
    const fresh = (query: object) =>
      call('put', 'audiences/fresh').query(query).send({ name: 'f', rule: loyal }).expect(200);
    await fresh({ startJourneys: true });
    await publish('first', { audience: 'fresh', edge: 'entered' });
    await fresh({});
    await catchUp();
    expect(await all()).toEqual([[], [], [], []]);
  });

  it('refuses an answer to whether journeys begin that is neither yes nor no', async () => {
    const { body } = await call('put', 'audiences/vip')
      .query({ startJourneys: 'maybe' })
      .send({ name: 'v', rule: loyal });
    expect(body).toMatchObject({ status: 400, errors: [{ in: 'query', pointer: '/startJourneys' }] });
  });
});
