import { startSystem, type System } from '../../src/testing/system';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const identify = (messageId: string, email: string) =>
  system.client.events.identify({ messageId, userId: 'ada', traits: { email } });
const emailsOfAda = async () =>
  (await system.client.profiles.get('user_id:ada')).identifiers.flatMap(({ type, value }) =>
    type === 'email' ? [value] : [],
  );

describe('the identity policy of a workspace', () => {
  it('is the usual one until it is set', async () => {
    expect(await system.client.identity.policy()).toEqual({});
  });

  it('holds for the next events: what it drops is recorded, the event is applied, and who was one stays one', async () => {
    const { identity, profiles } = system.client;
    await identify('m1', 'one@example.com');
    await identify('m2', 'two@example.com');
    await system.settled();
    expect(await emailsOfAda()).toHaveLength(2);

    const policy = { priority: ['app_user_id'], limits: { email: { most: 2, per: 'year' } } } as const;
    expect(await identity.setPolicy(policy)).toEqual(policy);
    expect(await identity.policy()).toEqual(policy);
    await identify('m3', 'three@example.com');
    await identify('m4', 'four@example.com');
    await system.settled();

    expect(await emailsOfAda()).toEqual(['one@example.com', 'two@example.com']);
    expect((await profiles.get('user_id:ada')).traits['email']).toBe('four@example.com');
    const dropped = [{ type: 'email', reason: 'limit' }];
    const { data } = await identity.violations();
    expect(data).toMatchObject([
      { messageId: 'm4', dropped },
      { messageId: 'm3', dropped },
    ]);
    expect(data[0]?.profile).toBe((await profiles.get('user_id:ada')).id);
    expect(JSON.stringify(data)).not.toContain('example.com');
  });

  it('shows what was dropped page by page, and by type and reason', async () => {
    const { identity } = system.client;
    const first = await identity.violations({ limit: 1 });
    const { data } = await identity.violations({ limit: 1, ...(first.next && { cursor: first.next }) });
    expect([...first.data, ...data].map(({ messageId }) => messageId)).toEqual(['m4', 'm3']);
    expect((await identity.violations({ type: 'email', reason: 'limit' })).data).toHaveLength(2);
    expect((await identity.violations({ type: 'phone' })).data).toEqual([]);
    expect((await identity.violations({ reason: 'unique' })).data).toEqual([]);
    await expect(identity.violations({ cursor: Buffer.from('x').toString('base64url') })).rejects.toMatchObject({
      status: 400,
    });
  });

  it('set again as it is changes nothing, and refused leaves the one before', async () => {
    const { identity } = system.client;
    const version = await system.store.workspaces.rulesetVersion(system.ws);
    const policy = await identity.policy();
    await identity.setPolicy(policy);
    expect(await system.store.workspaces.rulesetVersion(system.ws)).toBe(version);
    const wrong = { limits: { user_id: { most: 2 } } };
    await expect(identity.setPolicy(wrong)).rejects.toMatchObject({ status: 400 });
    expect(await identity.policy()).toEqual(policy);
  });

  it('and what it kept apart are not for the keys of sources', async () => {
    for (const key of [system.keys.public, system.keys.secret]) {
      const headers = { authorization: `Bearer ${key}` };
      for (const path of ['identity/violations', 'policies/identity'])
        expect((await fetch(`${system.url}/v1/${path}`, { headers })).status).toBe(403);
    }
  });

  it('keeps no record of somebody who is erased', async () => {
    const { identity, operations, profiles } = system.client;
    await operations.wait((await profiles.erase('user_id:ada')).id);
    expect((await identity.violations()).data).toEqual([]);
  });
});
