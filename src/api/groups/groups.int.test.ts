import request, { type Test } from 'supertest';
import { applyEventBatch, applyTime } from '../../activities/apply/apply';
import { WriteConflict } from '../../activities/apply/conflict';
import { profileId } from '../../domain/ids';
import { RulesetCache } from '../../folding/ruleset-cache';
import { askMembers } from '../../activities/groups/ask-members';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
interface Shown {
  readonly id: string;
  readonly key: string;
  readonly memberCount: number;
  readonly size: number;
  readonly members: readonly unknown[];
  readonly groups: readonly unknown[];
  readonly audiences: readonly unknown[];
  readonly data: readonly Shown[];
  readonly next?: string;
}
const get = async (path: string, key?: string) => (await call('get', path, key).expect(200)).body as Shown;

/** What workers do: applies what is pending, has members asked again, and evaluates who is due. */
async function work(): Promise<void> {
  const { ws } = workspace;
  const { store, clock } = api.deps;
  await api.catchUp(ws);
  for (;;) {
    const rows = (await store.outbox.takeStale(Number.MAX_SAFE_INTEGER, 500)).filter((row) => row.ws === ws);
    for (const { work } of rows)
      if (work.kind === 'group') await askMembers({ store, clock, ringBackfill: async () => undefined }, ws, work);
    await store.outbox.done(rows);
    await api.catchUp(ws);
    const due = await store.profiles.due(clock(), 100, { from: 0, to: 1_024 });
    const ids = due.filter((row) => row.ws === ws).map(({ id }) => id);
    if (ids.length === 0 && rows.length === 0) return;
    await applyTime({ store, clock, rulesets: new RulesetCache(store) }, ws, ids);
  }
}

async function send(...events: readonly object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, events).expect(200);
  await work();
}

/** An answer that waits for the intake, with an intake. */
async function whileWorking(asked: Test): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  let isOver = false;
  const answer = asked.then((found) => {
    isOver = true;
    return found;
  });
  while (!isOver) await work();
  return answer;
}

const groupCall = (userId: string, groupId: string, of: object = {}) => ({
  ...{ type: 'group', userId, groupId, context: { groupType: 'household' }, ...of },
});
const member = (userId: string) => ({ type: 'identify', userId, traits: { email: `${userId}@x.example` } });
interface Listed {
  readonly data: readonly { readonly identifiers: readonly { readonly value: string }[] }[];
}
const membersOf = async (key: string, of = 'households') =>
  ((await get(`/v1/${of}/${key}/members`)) as unknown as Listed).data
    .map(({ identifiers }) => identifiers[0]?.value)
    .sort();

describe('a household', () => {
  it('is seen with its members, from itself and from each of them', async () => {
    await send(member('ann'), member('bob'));
    await send(groupCall('ann', 'h1', { traits: { city: 'Graz' } }));
    await send(groupCall('bob', 'h1', { context: { groupType: 'household', groupRole: 'child' } }));
    await send(groupCall('ann', 'acme', { context: {} }));
    const page = await get('/v1/households');
    expect(page.data).toMatchObject([{ key: 'h1', traits: { city: 'Graz' }, memberCount: 2, isTooLarge: false }]);
    const household = await get('/v1/households/h1');
    expect(household.members).toMatchObject([
      { by: 'call', identifiers: [{ value: 'ann' }, { value: 'ann@x.example' }] },
      { role: 'child', identifiers: [{ value: 'bob' }, { value: 'bob@x.example' }] },
    ]);
    expect((await get('/v1/profiles/user_id:ann')).groups).toMatchObject([
      { type: 'household', key: 'h1' },
      { type: 'account', key: 'acme' },
    ]);
    expect(await membersOf('acme', 'accounts')).toEqual(['ann']);
    await call('get', '/v1/households/acme').expect(404);
  });

  it('shows no personal data to a key that may not see it, and nothing to another workspace', async () => {
    await send(member('ann'), groupCall('ann', 'h1', { traits: { email: 'home@x.example' } }));
    const { body } = await call('post', '/v1/keys')
      .send({ kind: 'management', name: 'reader', scopes: ['profiles:read'] })
      .expect(201);
    const { key } = body as { key: string };
    expect(JSON.stringify(await get('/v1/households/h1', key))).not.toContain('x.example');
    await call('put', '/v1/households/h1', key).send({ traits: {} }).expect(403);
    const other = await api.createWorkspace('Other');
    await call('get', '/v1/households/h1', other.apiKey).expect(404);
    expect(await get('/v1/households', other.apiKey)).toEqual({ data: [] });
  });

  it('is changed by hand as by calls: somebody joins with a role, traits are set, and with the last one it goes', async () => {
    await send(member('ann'), member('bob'));
    const joined = await whileWorking(call('put', '/v1/households/h1/members/user_id:ann').send({ role: 'parent' }));
    expect(joined).toMatchObject({ status: 200, body: { role: 'parent', by: 'call' } });
    await whileWorking(call('put', '/v1/households/h1/members/email:bob@x.example').send({}));
    expect(await membersOf('h1')).toEqual(['ann', 'bob']);
    const set = await whileWorking(call('put', '/v1/households/h1').send({ traits: { city: 'Graz' } }));
    expect(set).toMatchObject({ status: 200, body: { traits: { city: 'Graz' } } });
    await whileWorking(call('delete', '/v1/households/h1/members/user_id:ann'));
    expect(await membersOf('h1')).toEqual(['bob']);
    await whileWorking(call('delete', '/v1/households/h1/members/user_id:bob'));
    await call('get', '/v1/households/h1').expect(404);
    await call('put', '/v1/households/h1')
      .send({ traits: { city: 'Graz' } })
      .expect(404);
    await call('put', '/v1/households/h1/members/user_id:nobody').send({}).expect(404);
  });

  it('is listed page by page, and so are its members', async () => {
    await send(...['a', 'b', 'c'].flatMap((id) => [groupCall(id, `h-${id}`), groupCall(id, 'all')]));
    const first = await get('/v1/households?limit=3');
    expect(first.data.map(({ key }) => key)).toEqual(['all', 'h-a', 'h-b']);
    const rest = await get(`/v1/households?cursor=${first.next ?? ''}`);
    expect(rest.data.map(({ key }) => key)).toEqual(['h-c']);
    const some = await get('/v1/households/all/members?limit=2');
    const others = await get(`/v1/households/all/members?cursor=${some.next ?? ''}`);
    expect([some.data.length, others.data.length]).toEqual([2, 1]);
  });

  it('loses whoever is erased, and goes with the last one', async () => {
    await send(groupCall('ann', 'h1'), groupCall('bob', 'h1'));
    await call('delete', '/v1/profiles/user_id:ann').expect(202);
    expect(await membersOf('h1')).toEqual(['bob']);
    expect((await get('/v1/households/h1')).memberCount).toBe(1);
    await call('delete', '/v1/profiles/user_id:bob').expect(202);
    await call('get', '/v1/households/h1').expect(404);
    expect(await api.store.groups.members(workspace.ws, { type: 'household', key: 'h1' }, 10)).toEqual([]);
  });

  it('has the survivor of a merge once', async () => {
    await send(groupCall('ann', 'h1'), { ...groupCall('', 'h1'), userId: undefined, anonymousId: 'cookie' });
    expect((await get('/v1/households/h1')).memberCount).toBe(2);
    await send({ type: 'identify', userId: 'ann', anonymousId: 'cookie' });
    expect((await get('/v1/households/h1')).memberCount).toBe(1);
    expect(await membersOf('h1')).toHaveLength(1);
  });
});

describe('the policy of households', () => {
  const lives = (userId: string, street: string) => ({
    ...{ type: 'identify', userId, traits: { address: { street, postcode: '8010' } } },
  });
  const policy = { household: { by: [['address.street', 'address.postcode']], most: 2 } };

  it('puts people of one address together, also those who were there before it, and takes them apart again', async () => {
    await send(lives('ann', 'Ring 1'), lives('bob', ' ring  1'), lives('cid', 'Ring 2'));
    expect((await call('put', '/v1/policies/households').send(policy).expect(200)).body).toEqual(policy);
    await work();
    const { data } = await get('/v1/households');
    expect(data.map(({ memberCount }) => memberCount).sort()).toEqual([1, 2]);
    expect(JSON.stringify(data).toLowerCase()).not.toContain('ring');
    await send(lives('cid', 'Ring 1'));
    expect((await get('/v1/households')).data).toMatchObject([{ memberCount: 3, isTooLarge: true }]);
    await call('put', '/v1/policies/households').send({}).expect(200);
    await work();
    expect(await get('/v1/households')).toEqual({ data: [] });
  });

  it('is not overwritten by who has not seen the present one', async () => {
    const { headers } = await call('put', '/v1/policies/households').send(policy).expect(200);
    const read = await call('get', '/v1/policies/households').expect(200);
    expect([headers['etag'], read.headers['etag']]).toEqual(['"v1"', '"v1"']);
    await call('put', '/v1/policies/households').set('If-Match', '"v0"').send({}).expect(412);
    expect(await get('/v1/policies/households')).toEqual(policy);
  });

  it.each([
    ['a way without traits', { household: { by: [[]] } }],
    ['what is no path', { household: { by: [['address..']] } }],
    ['another type of group', { team: {} }],
  ])('refuses %s', async (_, body) => {
    await call('put', '/v1/policies/households').send(body).expect(400);
  });
});

describe('two members', () => {
  it('who join one household in two transactions at a time are both counted', async () => {
    const batches = [];
    for (const id of ['ann', 'bob']) {
      await sendBatch(api.app, workspace.secretKey, [groupCall(id, 'h1')]).expect(200);
      batches.push(await api.store.events.claim(workspace.ws, 0, 10, 1_000_000));
    }
    const [first = [], both = []] = batches;
    const second = both.filter(({ messageId }) => !first.some((one) => one.messageId === messageId));
    const { store, clock } = api.deps;
    const rulesets = new RulesetCache(store);
    const current = rulesets.current.bind(rulesets);
    jest.spyOn(rulesets, 'current').mockImplementationOnce(async (ws) => {
      await applyEventBatch({ store, clock, rulesets: new RulesetCache(store) }, ws, second);
      return current(ws);
    });
    const applying = applyEventBatch({ store, clock, rulesets }, workspace.ws, first);
    await expect(applying).rejects.toThrow();
    await applying.catch((error: unknown) =>
      expect([WriteConflict.name, 'MongoBulkWriteError']).toContain((error as Error).name),
    );
    await work();
    expect((await get('/v1/households/h1')).memberCount).toBe(2);
  });
});

describe('an audience by what others of the household did', () => {
  it('is entered and left by all of it, within a look of the clock', async () => {
    const rule = { group: 'household', members: { event: 'Order Completed' } };
    await call('put', '/v1/audiences/buyers').send({ name: 'Buyers', rule }).expect(200);
    await send(groupCall('ann', 'h1'), groupCall('bob', 'h1'));
    await send({ type: 'track', userId: 'ann', event: 'Order Completed' });
    expect((await get('/v1/audiences/buyers')).size).toBe(2);
    expect((await get('/v1/households/h1')).audiences).toEqual([{ key: 'buyers', members: 2 }]);
    await call('delete', '/v1/profiles/user_id:ann').expect(202);
    await work();
    expect((await get('/v1/audiences/buyers')).size).toBe(0);
  });

  it('is saved with rules that can be asked of members only', async () => {
    const nested = { group: 'household', members: { group: 'account', traits: { trait: 'plan', is: 'set' } } };
    const { body } = await call('put', '/v1/audiences/a').send({ name: 'A', rule: nested }).expect(400);
    expect(JSON.stringify(body)).toContain('cannot ask for groups again');
    const events = { group: 'household', traits: { event: 'Order Completed' } };
    await call('put', '/v1/audiences/a').send({ name: 'A', rule: events }).expect(400);
    await call('put', '/v1/audiences/a')
      .send({ name: 'A', rule: { group: 'household' } })
      .expect(400);
  });
});

describe('rules on members that ask for an audience whose rule is edited', () => {
  const put = async (key: string, rule: object) => {
    await call('put', `/v1/audiences/${key}`).send({ name: key, rule }).expect(200);
    await work();
  };
  const audiencesOf = async (user: string) =>
    ((await get(`/v1/profiles/user_id:${user}`)).audiences as { key: string }[]).map(({ key }) => key);

  it('follow when these members have their edges, by the definition too', async () => {
    const is = (userId: string, tier: string) => ({ type: 'identify', userId, traits: { tier } });
    await send(groupCall('ann', 'h1'), groupCall('bob', 'h1'), is('ann', 'gold'), groupCall('cid', 'h2'));
    await put('vip', { trait: 'tier', is: 'equals', value: 'iron' });
    await put('home', { group: 'household', members: { audience: 'vip' } });
    await put('vip', { trait: 'tier', is: 'equals', value: 'gold' });
    expect(await Promise.all(['ann', 'bob', 'cid'].map(audiencesOf))).toEqual([['vip', 'home'], ['home'], []]);
    const { id } = await get('/v1/profiles/user_id:bob');
    const [stay] = await api.store.memberships.ofProfile(workspace.ws, [profileId(id)]);
    expect(stay).toMatchObject({ audience: 'home', enteredCause: 'definition' });
    await put('vip', { trait: 'tier', is: 'equals', value: 'lead' });
    expect(await Promise.all(['ann', 'bob', 'cid'].map(audiencesOf))).toEqual([[], [], []]);
  });

  it('are not told of by another edit that is being prepared meanwhile', async () => {
    const is = (userId: string, tier: string) => ({ type: 'identify', userId, traits: { tier } });
    await send(groupCall('ann', 'h1'), groupCall('bob', 'h1'), is('ann', 'gold'), is('bob', 'iron'));
    await put('vip', { trait: 'tier', is: 'equals', value: 'lead' });
    await put('vip', { trait: 'tier', is: 'equals', value: 'zinc' });
    const save = (key: string, rule: object) =>
      call('put', `/v1/audiences/${key}`).send({ name: key, rule }).expect(200);
    await save('vip', { trait: 'tier', is: 'equals', value: 'iron' });
    await save('home', { group: 'household', members: { trait: 'tier', is: 'equals', value: 'gold' } });
    const { store, clock } = api.deps;
    const id = async (user: string) => profileId((await get(`/v1/profiles/user_id:${user}`)).id);
    for (const user of ['bob', 'ann'])
      await applyTime({ store, clock, rulesets: new RulesetCache(store) }, workspace.ws, [await id(user)]);
    const rows = (await store.outbox.takeStale(Number.MAX_SAFE_INTEGER, 500)).filter((row) => row.ws === workspace.ws);
    for (const { work: of } of rows)
      if (of.kind === 'group')
        await askMembers({ store, clock, ringBackfill: async () => undefined }, workspace.ws, of);
    expect(rows.some(({ work: of }) => of.kind === 'group')).toBe(true);
    expect(await audiencesOf('bob')).toEqual([]);
    await work();
    expect((await audiencesOf('bob')).toSorted()).toEqual(['home', 'vip']);
  });
});
