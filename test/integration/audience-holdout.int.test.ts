import request from 'supertest';
import { isDrawn } from '../../src/domain/audiences/holdout';
import { profileId } from '../../src/domain/ids';
import { sendBatch } from '../../src/testing/test-api';
import { useSyncScenes } from './sync-harness';

const rule = { trait: 'tier', is: 'equals', value: 'gold' };
const users = Array.from({ length: 16 }, (_, index) => `u${index + 11}`);

describe('an audience with a holdout', () => {
  const at = useSyncScenes();
  const holdOut = async (percent?: number) => {
    const saved = await at().put('/v1/audiences/vip', {
      ...{ name: 'VIP', rule },
      ...(percent !== undefined && { holdout: { percent } }),
    });
    await at().api.catchUp(at().w.ws);
    return saved.body as { version: number; size: number; heldOut: number };
  };
  const idOf = async (user: string) => profileId((await at().get<{ id: string }>(`/v1/profiles/user_id:${user}`)).id);
  const say = async (tier: string) => {
    const { api, w } = at();
    const batch = users.map((userId) => ({ type: 'identify', userId, traits: { tier } }));
    await sendBatch(api.app, w.secretKey, batch).expect(200);
    await api.catchUp(w.ws);
  };
  const everybody = () => say('gold');
  /** Whom chance holds out at that percentage. */
  const drawn = async (percent: number) => {
    const ids = await Promise.all(users.map(async (user) => [user, await idOf(user)] as const));
    return ids.filter(([, id]) => isDrawn('vip', percent, id)).map(([user]) => user);
  };
  const without = (some: readonly string[]) => users.filter((user) => !some.includes(user));
  const adds = (some: readonly string[]) => some.map((user) => `add ${user}`);
  const removes = (some: readonly string[]) => some.map((user) => `remove ${user}`);
  const ring = async () => {
    await at().ring();
    return at().sent().sort();
  };
  const members = async (query = '') =>
    (await at().get<{ data: { profileId: string; heldOut?: true }[] }>(`/v1/audiences/vip/members${query}`)).data;
  const vip = () => at().get<{ size: number; heldOut: number; version: number }>('/v1/audiences/vip');
  const post = (path: string, body: object, status = 200) =>
    request(at().api.app).post(path).auth(at().w.apiKey, { type: 'bearer' }).send(body).expect(status);
  /** Answers come once the intake has done what was asked. */
  const ask = async (path: string, body: object) => {
    let isOver = false;
    const answer = post(path, body).then(() => (isOver = true));
    while (!isOver) await at().api.catchUp(at().w.ws);
    await answer;
  };

  it('is sent without those who are held out, and says who they are', async () => {
    await holdOut(50);
    await everybody();
    const held = await drawn(50);
    const preview = await post('/v1/audiences/vip/preview', {});
    expect(preview.body).toMatchObject({ count: 16, holdout: { percent: 50, heldOut: held.length } });
    expect(await vip()).toMatchObject({ size: 16, heldOut: 0, holdout: { percent: 50 } });
    await at().attach({ identifiers: ['user_id'] });
    expect(await ring()).toEqual(adds(without(held)));
    expect(await vip()).toMatchObject({ size: 16, heldOut: held.length });
    const attachment = await at().get('/v1/audiences/vip/destinations/crm');
    expect(attachment).toMatchObject({ wanted: 16 - held.length, pending: 0, holdout: { percent: 50 } });
    const all = await members();
    expect(all.filter(({ heldOut }) => heldOut)).toHaveLength(held.length);
    const [theirs, others] = [await members('?heldOut=true'), await members('?heldOut=false')];
    expect(theirs.map(({ profileId: id }) => id).sort()).toEqual((await Promise.all(held.map(idOf))).sort());
    expect([theirs.length + others.length, others.filter(({ heldOut }) => heldOut)]).toEqual([16, []]);
    for (const user of users) {
      const heldOut = held.includes(user);
      const profile = await at().get<{ audiences: object[] }>(`/v1/profiles/user_id:${user}`);
      const { data: stays } = await at().get<{ data: object[] }>(`/v1/profiles/user_id:${user}/audiences`);
      for (const [stay] of [profile.audiences, stays])
        expect(stay).toEqual({ key: 'vip', enteredAt: expect.any(String) as string, ...(heldOut && { heldOut }) });
      const explained = await at().get(`/v1/audiences/vip/explain?profile=user_id:${user}`);
      expect(explained).toMatchObject({ isMember: true, holdout: { heldOut } });
    }
    const impact = await at().get(`/v1/impact/destinations/crm`);
    expect(impact).toMatchObject({ emitted: 16 - held.length, withheld: {}, conservation: { gap: 0 } });
  });

  it('keeps to whom it holds out when the percentage changes, people leave and come back, and it is attached again', async () => {
    await holdOut(30);
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await everybody();
    const held = await drawn(30);
    expect(await ring()).toEqual(adds(without(held)));
    for (const percent of [50, 0.001, 30]) await holdOut(percent);
    expect(await ring()).toEqual([]);
    await say('none');
    expect([await ring(), await vip()]).toEqual([
      removes(without(held)),
      expect.objectContaining({ size: 0, heldOut: 0 }) as object,
    ]);
    await holdOut(50);
    await everybody();
    expect(await ring()).toEqual(adds(without(held)));
    await at().detach();
    expect(await ring()).toEqual(removes(without(held)));
    await at().attach({ identifiers: ['user_id'] });
    expect(await ring()).toEqual(adds(without(held)));
  });

  it('sends everybody once it has none, and holds out the same people when it has one again, by a rollback too', async () => {
    const { version } = await holdOut(50);
    await at().attach({ identifiers: ['user_id'], onExit: 'keep' });
    await everybody();
    const held = await drawn(50);
    expect(await ring()).toEqual(adds(without(held)));
    expect(await holdOut()).toMatchObject({ version: version + 1 });
    expect([await ring(), (await vip()).heldOut, await members('?heldOut=true')]).toEqual([adds(held), 0, []]);
    const { body } = await post('/v1/audiences/vip/rollback', { version });
    expect(body).toMatchObject({ holdout: { percent: 50 } });
    await at().api.catchUp(at().w.ws);
    expect(await ring()).toEqual(removes(held));
    const { data } = await at().get<{ data: { operation: string; because?: string }[] }>('/v1/deliveries?limit=100');
    expect(data.filter(({ because }) => because === 'holdout').map(({ operation }) => operation)).toEqual(
      held.map(() => 'remove'),
    );
    const { data: versions } = await at().get<{ data: { changes?: object[] }[] }>('/v1/audiences/vip/versions');
    expect(versions[0]?.changes).toEqual([{ pointer: '/holdout', to: { percent: 50 } }]);
  });

  it('keeps those who are held out on exclusion lists', async () => {
    await holdOut(50);
    await at().attach({ identifiers: ['user_id'], use: 'exclude' });
    await everybody();
    expect(await ring()).toEqual(adds(users));
    expect(await at().get('/v1/audiences/vip/destinations/crm')).not.toHaveProperty('holdout');
  });

  it('takes off who turns out to be one person with somebody who is held out, until that is taken back', async () => {
    await holdOut(50);
    await at().attach({ identifiers: ['user_id'], onExit: 'keep' });
    await everybody();
    const held = await drawn(50);
    // One in 30,000 times chance has all or none of them.
    const [h, s] = [held[0] as string, without(held)[0] as string];
    await ring();
    const absorbed = [await idOf(h), await idOf(s)];
    await ask(`/v1/profiles/user_id:${s}/merge`, { with: `user_id:${h}` });
    expect(await ring()).toEqual(removes([s]));
    const explained = await at().get(`/v1/audiences/vip/explain?profile=user_id:${s}`);
    expect(explained).toMatchObject({ holdout: { heldOut: true, contaminated: true } });
    await at().identify(s, { tier: 'gold', email: 's@x.example' });
    await at().identify(s, { tier: 'gold', email: 't@x.example' });
    expect(await ring()).toEqual([]);
    const now = await idOf(s);
    await ask(`/v1/profiles/user_id:${s}/unmerge`, { profile: absorbed.find((id) => id !== now) });
    expect((await ring()).filter((one) => one.startsWith('add'))).toEqual([expect.stringContaining(s)]);
    expect((await vip()).heldOut).toBe(held.length);
  });

  it('is forgotten of somebody who is erased', async () => {
    await holdOut(50);
    await at().attach({ identifiers: ['user_id'] });
    await everybody();
    const [held] = (await drawn(50)) as [string];
    await request(at().api.app)
      .delete(`/v1/profiles/user_id:${held}`)
      .auth(at().w.apiKey, { type: 'bearer' })
      .expect((answer) => expect(answer.status).toBeLessThan(300));
    expect(await vip()).toMatchObject({ size: 15, heldOut: (await members('?heldOut=true')).length });
  });
});
