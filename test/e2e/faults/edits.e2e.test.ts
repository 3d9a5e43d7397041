import type { StoredAudience } from '../../../src/client/types';
import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { recoveryMs, Scene } from './scene';

jest.setTimeout(3 * recoveryMs);

const people = Array.from({ length: 240 }, (_, n) => ({
  userId: `u${n}`,
  traits: { tier: n % 2 === 0 ? 'gold' : 'iron', isLoyal: n % 3 === 0 },
}));
const gold = { trait: 'tier', is: 'equals' as const, value: 'gold' };
const loyal = { trait: 'isLoyal', is: 'equals' as const, value: true };
const goldOnes = people.filter(({ traits }) => traits.tier === 'gold').map(({ userId }) => userId);
const loyalOnes = people.filter(({ traits }) => traits.isLoyal).map(({ userId }) => userId);

let heddle: Processes;
let scene: Scene;
const vip = () => scene.tenant.client.audiences.get('vip');
const when = (what: string, is: (audience: StoredAudience) => boolean) =>
  until(
    async () => {
      const audience = await vip();
      return is(audience) ? audience : undefined;
    },
    what,
    recoveryMs,
  );

async function ids(users: readonly string[]): Promise<string[]> {
  const byUser = new Map(
    (await scene.profiles()).map(({ id, identifiers }) => [
      identifiers.find(({ type }) => type === 'user_id')?.value,
      id,
    ]),
  );
  return users.map((user) => byUser.get(user) as string).sort();
}

const whenHeld = (users: readonly string[]) =>
  until(
    async () => {
      const [held, expected] = [scene.crm.membersOf('vip'), await ids(users)];
      return held.sort().join() === expected.join() || undefined;
    },
    'the CRM to hold them',
    recoveryMs,
  );

beforeAll(async () => {
  // Slow enough for a test to come in between.
  heddle = await startProcesses({ env: { HEDDLE_BACKFILL_PAUSE_MS: '1500' } });
  scene = await Scene.open(heddle);
  const { audiences } = scene.tenant.client;
  await audiences.put('vip', { name: 'VIP', rule: gold });
  await audiences.attach('vip', 'crm', { identifiers: ['user_id'] });
  await when('the audience to be ready', ({ status }) => status === 'ready');
  await scene.send(people.map((person) => ({ type: 'identify', ...person })));
  await scene.publish('greeting', {
    entry: { on: { audience: 'vip', edge: 'entered' } },
    start: 'done',
    steps: { done: { type: 'exit', reason: 'greeted' } },
  });
  await heddle.settled();
});
afterAll(async () => {
  await scene.close();
  await heddle.stop();
});

it('another rule serves whole or not at all, though the worker is killed while it is prepared and again before edges are written', async () => {
  const [worker] = heddle.workers;
  await whenHeld(goldOnes);
  await when('the journey to be known of everybody', ({ status }) => status === 'ready');
  const greeted = (await scene.runs('greeting')).length;
  const told = scene.crm.messages.length;
  const profilesOf = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { profileId } of scene.tenant.client.audiences.eachMember('vip')) found.push(profileId);
    return found.sort();
  };

  const saved = await scene.tenant.client.audiences.put('vip', { name: 'VIP', rule: loyal });
  expect(saved).toMatchObject({ version: 1, rule: gold, next: { version: 2, rule: loyal } });
  const some = await when('some to be evaluated', ({ next }) => (next?.progress?.done ?? 0) > 0);
  await worker.kill();
  const done = some.next?.progress?.done ?? 0;
  expect(done).toBeLessThan(people.length);
  expect(await vip()).toMatchObject({ version: 1, size: goldOnes.length, status: 'computing' });
  expect(await profilesOf()).toEqual(await ids(goldOnes));
  expect(scene.crm.messages).toHaveLength(told);
  await worker.start();

  const least = await until(
    async () => {
      const { next, version } = await vip();
      const since = next?.progress?.done ?? 0;
      return since > done || version === 2 ? since : undefined;
    },
    'the back-fill to go on',
    recoveryMs,
  );
  expect(least === 0 || least > done).toBe(true);
  await when('the new version to serve', ({ version }) => version === 2);
  await worker.kill();
  expect(await vip()).toMatchObject({ size: loyalOnes.length, status: 'computing' });
  expect(await profilesOf()).toEqual(await ids(loyalOnes));
  await worker.start();

  await when('all edges to be written', ({ status }) => status === 'ready');
  expect(await vip()).toMatchObject({ version: 2, size: loyalOnes.length });
  expect(await profilesOf()).toEqual(await ids(loyalOnes));
  await whenHeld(loyalOnes);

  const changes = scene.crm.messages
    .slice(told)
    .flatMap((message) =>
      message.type === 'audience.members'
        ? message.data.members.map(({ profile }) => ({ profile, operation: message.data.operation }))
        : [],
    );
  const both = new Set(goldOnes.filter((user) => loyalOnes.includes(user)));
  const stayed = await ids([...both]);
  const named = (operation: string) =>
    new Set(changes.filter((one) => one.operation === operation).map((one) => one.profile));
  expect([...named('add')].sort()).toEqual(await ids(loyalOnes.filter((user) => !both.has(user))));
  expect([...named('remove')].sort()).toEqual(await ids(goldOnes.filter((user) => !both.has(user))));
  expect(changes.filter(({ profile }) => stayed.includes(profile))).toEqual([]);
  expect(await scene.runs('greeting')).toHaveLength(greeted);
  const stays = heddle.store.connection.db.collection('memberships');
  const left = people.length - new Set([...goldOnes, ...loyalOnes]).size;
  expect(await stays.countDocuments({ ws: scene.tenant.ws })).toBe(people.length - left);

  await scene.send([{ type: 'identify', userId: 'u1', traits: { isLoyal: true } }]);
  await scene.whenRuns('greeting', 'to begin by what somebody does', greeted + 1, () => true);
});
