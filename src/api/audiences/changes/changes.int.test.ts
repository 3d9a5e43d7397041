import request from 'supertest';
import { subjectOf, type ProfileId } from '../../../domain/ids';
import { erasePerson } from '../../../store/erase-person';
import { inTransaction } from '../../../store/open-store';
import { sendBatch, useTestApi, useWorkspace } from '../../../testing/test-api';

const gold = { trait: 'tier', is: 'equals', value: 'gold' };

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
const others = useWorkspace(api);

type Query = Readonly<Record<string, string | number>>;
interface Row {
  readonly id: string;
  readonly change: 'entered' | 'exited';
  readonly profile: string;
  readonly cause: string;
  readonly identifiers?: readonly { readonly type: string; readonly value: string }[];
}

const call = (method: 'get' | 'put' | 'delete', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const ask = (query: Query = {}, key = workspace.apiKey) => call('get', '/v1/audiences/vip/changes', key).query(query);
async function read(query: Query = {}): Promise<{ data: Row[]; next: string }> {
  return (await ask(query).expect(200)).body as { data: Row[]; next: string };
}
const define = (rule: object = gold) => call('put', '/v1/audiences/vip').send({ name: 'VIP', rule }).expect(200);
const identify = (userId: string, tier: string, more: object = {}) => ({
  type: 'identify',
  userId,
  traits: { tier },
  ...more,
});
async function apply(...batch: object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}
async function idOf(userId: string): Promise<ProfileId> {
  return (await api.store.identifiers.ownerOf(workspace.ws, { type: 'user_id', value: userId })) as ProfileId;
}
const short = (rows: readonly Row[]) => rows.map(({ change, profile, cause }) => [change, profile, cause]);

/** A system that follows: what it holds, and how far it has read. */
class Follower {
  readonly held = new Set<string>();
  readonly ids: string[] = [];
  #next?: string;

  constructor(readonly limit = 100) {}

  async catchUp(): Promise<this> {
    while ((await this.takePage()) > 0);
    return this;
  }

  async takePage(): Promise<number> {
    const where: Query = this.#next === undefined ? { from: 'start' } : { after: this.#next };
    const { data, next } = await read({ ...where, limit: this.limit });
    for (const { id, change, profile } of data) {
      this.ids.push(id);
      if (change === 'entered') this.held.add(profile);
      else this.held.delete(profile);
    }
    this.#next = next;
    return data.length;
  }
}

async function members(): Promise<string[]> {
  const { body } = await call('get', '/v1/audiences/vip/members').query({ limit: 1_000 });
  return (body.data as { profileId: string }[]).map(({ profileId }) => profileId).sort();
}
async function expectInStep(follower: Follower): Promise<void> {
  await follower.catchUp();
  expect([...follower.held].sort()).toEqual(await members());
  expect(new Set(follower.ids).size).toBe(follower.ids.length);
}

describe('GET /v1/audiences/{key}/changes', () => {
  beforeEach(() => define());

  it('begins with who is in, and goes on with who comes and leaves', async () => {
    await apply(identify('ann', 'gold'), identify('bob', 'gold'));
    const { data, next } = await read();
    const [ann, bob, cyd] = [await idOf('ann'), await idOf('bob'), 'cyd'];
    expect(short(data).sort()).toEqual([ann, bob].map((id) => ['entered', id, 'event']).sort());
    await apply(identify('ann', 'tin'), identify(cyd, 'gold'));
    const later = await read({ after: next });
    expect(short(later.data)).toEqual(
      expect.arrayContaining([
        ['exited', ann, 'event'],
        ['entered', await idOf(cyd), 'event'],
      ]),
    );
    expect(later.data).toHaveLength(2);
    expect(await read({ after: later.next })).toEqual({ data: [], next: later.next });
  });

  it('says nothing of what was before `now`, and everything since', async () => {
    await apply(identify('ann', 'gold'));
    const { data, next } = await read({ from: 'now' });
    expect(data).toEqual([]);
    await apply(identify('bob', 'gold'), identify('bob', 'tin'), identify('bob', 'gold'));
    const bob = await idOf('bob');
    expect(short((await read({ after: next })).data)).toEqual(
      ['entered', 'exited', 'entered'].map((change) => [change, bob, 'event']),
    );
  });

  it('goes on after any change by its id, with the same pages whenever it is asked', async () => {
    const { next } = await read({ from: 'now' });
    for (const nth of [1, 2, 3]) await apply(identify(`u${nth}`, 'gold'), identify('ann', nth % 2 ? 'gold' : 'tin'));
    const { data } = await read({ after: next });
    expect(data).toHaveLength(6);
    for (const [index, { id }] of data.entries())
      expect((await read({ after: id })).data).toEqual(data.slice(index + 1));
    expect((await read({ after: next, limit: 2 })).data).toEqual(data.slice(0, 2));
  });

  it('begins at an instant, of those since somebody first asked', async () => {
    await read({ from: 'now' });
    await apply(identify('ann', 'gold'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const instant = Date.now();
    await apply(identify('bob', 'gold'), identify('ann', 'tin'));
    const { data } = await read({ from: new Date(instant).toISOString() });
    expect(short(data).sort()).toEqual(
      [
        ['entered', await idOf('bob'), 'event'],
        ['exited', await idOf('ann'), 'event'],
      ].sort(),
    );
    expect((await read({ from: instant + 60_000 })).data).toEqual([]);
    const { body } = await ask({ from: '2020-01-01' }).expect(400);
    expect(body.errors).toEqual([expect.objectContaining({ pointer: '/from' })]);
  });

  it('pages through who is in, however many leave meanwhile', async () => {
    await apply(...Array.from({ length: 30 }, (_, nth) => identify(`u${nth}`, 'gold')));
    const follower = new Follower(7);
    expect(await follower.takePage()).toBe(7);
    await apply(...Array.from({ length: 20 }, (_, nth) => identify(`u${nth}`, 'tin')), identify('u3', 'gold'));
    expect(await follower.takePage()).toBeGreaterThan(0);
    await apply(identify('u29', 'tin'), identify('u30', 'gold'));
    await expectInStep(follower);
  });

  it('keeps followers in step through merges and definitions', async () => {
    const [early, late] = [new Follower(), new Follower()];
    await apply(identify('ann', 'gold'), { type: 'track', event: 'Viewed', anonymousId: 'a1' }, identify('bob', 'tin'));
    await apply({ type: 'identify', anonymousId: 'a1', traits: { tier: 'gold' } });
    for (const follower of [early, late]) await expectInStep(follower);
    // Two members become one.
    await apply({ type: 'identify', userId: 'ann', anonymousId: 'a1', traits: {} });
    await expectInStep(early);
    await define({ trait: 'tier', is: 'equals', value: 'tin' });
    await apply(identify('cyd', 'tin'));
    await expectInStep(early);
    await define();
    await apply(identify('bob', 'gold'));
    await expectInStep(early);
    await expectInStep(late);
  });

  it('names an erased person in nothing but the exit that takes them off', async () => {
    const { next } = await read({ from: 'now' });
    const [behind, early] = [new Follower(), new Follower()];
    await apply(identify('ann', 'gold'), identify('bob', 'gold'));
    await expectInStep(behind);
    await apply(identify('bob', 'tin'), identify('bob', 'gold'));
    await expectInStep(early);
    const { ws } = workspace;
    const bob = await idOf('bob');
    await inTransaction(api.store.connection, (session) =>
      erasePerson(api.store, ws, { profile: bob }, Date.now(), session),
    );
    await api.store.personRows.anonymiseStays(ws, [subjectOf(ws, bob)], 100);
    const { data } = await read({ after: next, include: 'identifiers' });
    expect(short(data)).toEqual([
      ['entered', await idOf('ann'), 'event'],
      ['exited', bob, 'event'],
      ['exited', bob, 'erasure'],
    ]);
    expect(data.at(-1)).not.toHaveProperty('identifiers');
    await expectInStep(early);
    await expectInStep(behind);
  });

  it('goes on where it was when an audience of the same key is made anew', async () => {
    await apply(identify('ann', 'gold'), identify('bob', 'gold'));
    const follower = await new Follower().catchUp();
    await call('delete', '/v1/audiences/vip').expect(204);
    await ask().expect(404);
    await api.catchUp(workspace.ws);
    await define();
    await apply(identify('cyd', 'gold'), identify('bob', 'tin'));
    await expectInStep(follower);
  });

  it.each([
    ['no cursor', { after: 'no cursor' }],
    ['what is none of ours', { after: Buffer.from('vip').toString('base64url') }],
    ['one of another audience', { after: Buffer.from('other:3').toString('base64url') }],
    ['both a cursor and a beginning', { after: Buffer.from('vip:0').toString('base64url'), from: 'now' }],
    ['no instant', { from: 'yesterday' }],
    ['nothing at a time', { limit: 0 }],
    ['another inclusion', { include: 'traits' }],
  ])('refuses %s', async (_what, query) => {
    await ask({ from: 'now' }).expect(200);
    await ask(query).expect(400);
  });

  it('says so when the data is from before a cursor', async () => {
    const { body } = await ask({ after: Buffer.from('vip:3').toString('base64url') }).expect(409);
    expect(body.type).toBe('urn:heddle:problem:unknown-cursor');
  });

  it('is read by keys of its workspace that may read audiences, and identifiers by those that may read profiles', async () => {
    const keyWith = async (...scopes: string[]) => {
      const of = { name: 'x', kind: 'management' as const, scopes, source: 'test', createdAt: 0 };
      return (await api.store.keys.create(workspace.ws, 'dev', of)).text;
    };
    await apply({ ...identify('ann', 'gold'), traits: { tier: 'gold', email: 'ann@x.example' } });
    const with_ = { include: 'identifiers' };
    await ask({}, await keyWith('profiles:read')).expect(403);
    await ask({}, others.apiKey).expect(404);
    const [reads, sees] = [await keyWith('audiences:read'), await keyWith('audiences:read', 'profiles:read')];
    const { body } = await ask({}, reads).expect(200);
    expect(body.data[0]).not.toHaveProperty('identifiers');
    await ask(with_, reads).expect(403);
    const valuesFor = async (key: string) =>
      ((await ask(with_, key).expect(200)).body.data[0] as Row).identifiers?.map(({ value }) => value).sort();
    expect(await valuesFor(sees)).toEqual(['ann', '•••']);
    expect(await valuesFor(await keyWith('audiences:read', 'profiles:read', 'profiles:pii'))).toEqual([
      'ann',
      'ann@x.example',
    ]);
  });
});
