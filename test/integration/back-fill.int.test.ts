import { applyEventBatch, applyTime } from '../../src/activities/apply/apply';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import type { JourneyDefinition, Rule } from '../../src/client/types';
import { profileId } from '../../src/domain/ids';
import { startSystem, until, type System } from '../../src/testing/system';
import { foundIn, historiesOf, hookMs, membership, runEnded } from './use-cases-harness';

const orders = (count: number): Rule => ({ event: 'Order Completed', count: { is: 'at_least', value: count } });
/** Everybody who enters the audience `regulars` gets a run, so that runs tell which entries counted as live. */
const greeting: JourneyDefinition = {
  name: 'Greeting',
  entry: { on: { audience: 'regulars', edge: 'entered' } },
  start: 'done',
  steps: { done: { type: 'exit', reason: 'greeted' } },
};

const saveRegulars = ({ client }: System, rule: Rule) => client.audiences.put('regulars', { name: 'Regulars', rule });

/** With the audience it names, which nobody is in yet. */
async function publishGreeting(system: System): Promise<void> {
  const { client } = system;
  await saveRegulars(system, { event: 'Nothing Yet' });
  await client.journeys.put('greeting', greeting);
  await client.journeys.publish('greeting', { inFlight: 'finish' });
}

const order = ({ client }: System, userId: string) =>
  client.events.track({ userId, event: 'Order Completed', properties: { revenue: 20 } });

const runsOf = async ({ client }: System, userId: string): Promise<number> =>
  (await client.profiles.enrollments(`user_id:${userId}`)).data.length;

describe('an audience saved after the events', () => {
  let system: System;
  const isReady = (version: number, key = 'regulars') =>
    until(async () => {
      const audience = await system.client.audiences.get(key);
      return audience.status === 'ready' && audience.version === version ? audience : undefined;
    }, `version ${version} of ${key} to be ready`);

  beforeAll(async () => {
    system = await startSystem();
    await publishGreeting(system);
    for (const [userId, count] of [
      ['once', 1],
      ['twice', 2],
      ['thrice', 3],
    ] as const) {
      const traits = { name: 'Wilhelmina', email: `${userId}@personal.example` };
      await system.client.events.batch([
        { type: 'identify', userId, traits },
        ...Array.from({ length: count }, () => ({ type: 'track' as const, userId, event: 'Order Completed' })),
      ]);
    }
    await system.settled();
  }, hookMs);
  afterAll(() => system.stop(), hookMs);

  it.each<[string, () => Promise<unknown>]>([
    ['newcomers', () => system.client.audiences.put('newcomers', { name: 'New', rule: orders(2) })],
    ['regulars', () => saveRegulars(system, orders(2))],
  ])(
    '%s becomes ready with everybody in it whom the stored events put there, and starts no journeys',
    async (audience, save) => {
      expect(await save()).toMatchObject({ status: 'computing' });
      expect(await isReady(audience === 'regulars' ? 2 : 1, audience)).toMatchObject({ size: 2 });
      await membership(system, 'user_id:twice', audience, 'in');
      await membership(system, 'user_id:thrice', audience, 'in');
      await membership(system, 'user_id:once', audience, 'out');
      expect(await system.client.journeys.funnel('greeting')).toMatchObject({ entered: 0 });
    },
  );

  it('counts what happens afterwards from where the stored events ended, and that does start journeys', async () => {
    await order(system, 'once');
    await membership(system, 'user_id:once', 'regulars', 'in');
    expect(await runEnded(system, 'user_id:once')).toMatchObject({ journey: 'greeting', reason: 'greeted' });
  });

  it('saved again as it is changes nothing', async () => {
    expect(await saveRegulars(system, orders(2))).toMatchObject({ version: 2, status: 'ready', size: 3 });
  });

  it('is computed anew when its rule changes, and starts no journeys', async () => {
    expect(await saveRegulars(system, orders(3))).toMatchObject({ version: 2, size: 3, status: 'computing' });
    expect(await isReady(3)).toMatchObject({ size: 1 });
    await membership(system, 'user_id:twice', 'regulars', 'out');
    await saveRegulars(system, orders(1));
    expect(await isReady(4)).toMatchObject({ size: 3 });
    expect(await system.client.journeys.funnel('greeting')).toMatchObject({ entered: 1 });
    const { count } = await system.client.audiences.preview('regulars');
    expect(count).toBe(3);
  });

  it('ends every membership when it is deleted, and starts from nothing when its key is used again', async () => {
    await system.client.journeys.archive('greeting');
    const deleted = await fetch(`${system.url}/v1/audiences/regulars`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${system.keys.api}` },
    });
    expect(deleted.status).toBe(204);
    await expect(system.client.audiences.get('regulars')).rejects.toMatchObject({ status: 404 });
    for (const userId of ['once', 'twice', 'thrice']) {
      await membership(system, `user_id:${userId}`, 'regulars', 'out');
      const { audiences } = await system.client.profiles.get(`user_id:${userId}`);
      expect(audiences.map(({ key }) => key)).toEqual(['newcomers']);
    }
    await saveRegulars(system, orders(2));
    await system.client.journeys.put('greeting', greeting);
    await system.client.journeys.publish('greeting', { inFlight: 'finish' });
    expect(await isReady(5)).toMatchObject({ size: 3 });
    expect(await system.client.journeys.funnel('greeting')).toMatchObject({ entered: 1 });
  });

  it('leaves no name and no address in Temporal', async () => {
    const text = await historiesOf(system, ['intake', 'backfill', 'enrollment']);
    expect(foundIn(text, ['Wilhelmina', 'personal.example'])).toEqual([]);
  });
});

describe('a profile that the back-fill has not reached yet', () => {
  let system: System;
  let rulesets: RulesetCache;

  /** No workers: what is pending is applied here and now, by the product’s own code. */
  const apply = async () => {
    const pending = await system.store.events.claim(system.ws, 0, 500, 4_000_000);
    await applyEventBatch({ store: system.store, rulesets, clock: Date.now }, system.ws, pending);
  };
  const backfill = async (userId: string) => {
    const { id } = await system.client.profiles.get(`user_id:${userId}`);
    await applyTime({ store: system.store, rulesets, clock: Date.now }, system.ws, [profileId(id)]);
  };

  beforeAll(async () => {
    system = await startSystem({ hasWorkers: false });
    rulesets = new RulesetCache(system.store);
    await publishGreeting(system);
    for (const userId of ['live', 'live', 'early', 'early', 'early']) await order(system, userId);
    await apply();
    await saveRegulars(system, orders(3));
  }, hookMs);
  afterAll(() => system.stop(), hookMs);

  it('enters by its live event when that is what made the rule hold', async () => {
    await order(system, 'live');
    await apply();
    await membership(system, 'user_id:live', 'regulars', 'in');
    expect(await runsOf(system, 'live')).toBe(1);
  });

  it('enters by the definition when its past already made the rule hold, whatever happens next', async () => {
    await order(system, 'early');
    await apply();
    await membership(system, 'user_id:early', 'regulars', 'in');
    expect(await runsOf(system, 'early')).toBe(0);
  });

  it('is not moved again when the back-fill comes by', async () => {
    for (const userId of ['live', 'early']) {
      const before = await system.client.profiles.audiences(`user_id:${userId}`);
      await backfill(userId);
      expect(await system.client.profiles.audiences(`user_id:${userId}`)).toEqual(before);
      expect(before.data).toHaveLength(1);
    }
    expect([await runsOf(system, 'live'), await runsOf(system, 'early')]).toEqual([1, 0]);
  });
});
