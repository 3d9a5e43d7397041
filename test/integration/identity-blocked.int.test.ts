import { text } from 'node:stream/consumers';
import { startSystem, until, type System } from '../../src/testing/system';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const blocked = [{ value: 'test-*' }, { type: 'email', value: 'office@x.example' }] as const;
  await system.client.identity.setPolicy({ blocked });
});
afterAll(() => system.stop());

const isKnown = async (ref: string) =>
  system.client.profiles.get(ref).then(
    () => true,
    () => false,
  );
const send = async (event: object) => {
  const answer = await fetch(`${system.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.keys.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: [event] }),
  });
  return (await answer.json()) as { accepted: number; rejected: { code: string }[] };
};

describe('identifiers that a workspace blocks', () => {
  it('are left out of an event, which goes to whom the others name, with all that it says', async () => {
    for (const userId of ['ann', 'bob'])
      await send({ type: 'identify', userId, traits: { email: 'office@x.example', city: 'Oslo' } });
    await system.settled();
    const [ann, bob] = await Promise.all(['ann', 'bob'].map((name) => system.client.profiles.get(`user_id:${name}`)));
    expect(ann?.id).not.toBe(bob?.id);
    expect(ann?.identifiers.map(({ type }) => type)).toEqual(['user_id']);
    expect(ann?.traits).toMatchObject({ email: 'office@x.example', city: 'Oslo' });
    expect(await isKnown('email:office@x.example')).toBe(false);
  });

  it('name nobody when they stand alone: the event is refused with its reason, at the door and in a file', async () => {
    const answer = await send({ type: 'track', event: 'Opened', userId: 'test-7' });
    expect(answer).toMatchObject({ accepted: 0, rejected: [{ code: 'no_identifier' }] });
    const { imports, operations } = system.client;
    const { id } = await imports.create({ mapping: { columns: { id: { to: 'identifier', type: 'user_id' } } } });
    await imports.upload(id, 'id\nTEST-8\ncyd\n');
    expect(await operations.wait(id)).toMatchObject({
      result: { rows: 2, applied: 1, rejected: 1, rejectedByCode: { no_identifier: 1 } },
    });
    expect(await text(await imports.errors(id))).toContain('no_identifier');
    expect([await isKnown('user_id:cyd'), await isKnown('user_id:TEST-8')]).toEqual([true, false]);
  });

  it('count again once they are taken off the list, and what was refused meanwhile can be let in', async () => {
    const { deadLetters, identity } = system.client;
    await identity.setPolicy({});
    await until(
      async () => (await send({ type: 'identify', userId: 'test-9' })).accepted === 1 || undefined,
      'the door',
    );
    const filter = { code: 'no_identifier', source: 'server' };
    await system.client.operations.wait((await deadLetters.replay({ filter })).id);
    await system.settled();
    expect([await isKnown('user_id:test-9'), await isKnown('user_id:test-7')]).toEqual([true, true]);
  });
});
