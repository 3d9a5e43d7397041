import { createClient } from '../../src/client/client';
import type { Decision, JsonObject } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';
import { fastForward } from '../../src/testing/fast-forward';
import { omit } from '../../src/domain/json';
import { journey } from './journey-harness';
import { day, hookMs } from './use-cases-harness';

const minute = 60_000;

describe('what journeys show on a page', () => {
  let system: System;
  let number = 0;
  let user: string;
  beforeAll(async () => {
    system = await startSystem();
  }, hookMs);
  afterAll(() => system.stop(), hookMs);
  beforeEach(() => {
    number += 1;
    user = `u${number}`;
  });

  const hero = (text: string, of: JsonObject = {}): JsonObject => ({
    ...{ type: 'personalise', slot: 'hero', content: { text }, for: '2d' },
    ...of,
  });
  const exits = [{ on: { event: 'Order Completed' }, reason: 'bought' }];
  const publish = async (key: string, steps: JsonObject, of: JsonObject = {}) => {
    const definition = omit(journey(key, steps, { exits, ...of }), 'key', 'purpose');
    await system.client.journeys.put(key, { ...definition, ...of } as never);
    await system.client.journeys.publish(key, { inFlight: 'finish' });
  };
  const track = async (event: string, properties: JsonObject = {}, userId = user) => {
    await system.client.events.track({ userId, event, properties });
    await system.settled();
  };
  const decide = (profile = `user_id:${user}`): Promise<Decision> =>
    system.client.decide({ profile, slots: ['hero', 'side'] });
  const shown = async (profile?: string) =>
    Object.fromEntries(
      Object.entries((await decide(profile)).slots ?? {}).map(([slot, { content }]) => [slot, content['text']]),
    );
  const untilShown = (slots: JsonObject, profile?: string) =>
    until(
      async () => (JSON.stringify(await shown(profile)) === JSON.stringify(slots) ? true : undefined),
      `${JSON.stringify(slots)} to be shown`,
    );
  const runOf = async (key: string) => {
    const { data } = await system.client.profiles.enrollments(`user_id:${user}`);
    const run = data.find((one) => one.journey === key);
    if (!run) throw new Error(`There is no run of ${key}.`);
    return run;
  };

  it('is the content of the run, with what began it, and cleared by the event that ends the run', async () => {
    await publish(
      'cart',
      { hero: hero('', { content: { text: 'Still yours', cart: { from: 'entry.properties.cart_id' } } }) },
      { entry: { on: { event: 'Cart Started' } } },
    );
    expect((await decide()).slots).toEqual({});
    await track('Cart Started', { cart_id: 'c1' });
    await untilShown({ hero: 'Still yours' });
    const run = await runOf('cart');
    expect((await decide()).slots).toEqual({
      hero: { content: { text: 'Still yours', cart: 'c1' }, id: run.id, journey: 'cart', step: 'hero' },
    });
    expect(run).toMatchObject({ waitingFor: [], shows: { slot: 'hero', priority: 50, until: run.dueAt } });
    expect(await system.client.decide({ profile: `user_id:${user}` })).not.toHaveProperty('slots');
    await track('Order Completed');
    // The event has been applied, and that is all it takes.
    expect((await decide()).slots).toEqual({});
    expect(await runOf('cart')).toMatchObject({ status: 'exited', reason: 'bought' });
    expect(await runOf('cart')).not.toHaveProperty('shows');
  });

  it('is told to a page by its key, without the names of journeys', async () => {
    await publish('for-pages', { hero: hero('Hi') }, { entry: { on: { event: 'Page Seen' } } });
    const anonymousId = `0f8fad5b-d9cb-469f-a165-7086772895${10 + number}`;
    const page = createClient({ url: system.url, writeKey: system.keys.public });
    await page.events.track({ anonymousId, event: 'Page Seen' });
    const answer = await until(async () => {
      const { slots } = await page.decide({ anonymousId, slots: ['hero'] });
      return slots?.['hero'];
    }, 'the page to be told');
    expect(answer).toEqual({ content: { text: 'Hi' }, id: expect.stringMatching(/^enr_/) as string });
  });

  it('is of the highest priority, and of two the same of the older run; a slot of another name is apart', async () => {
    await publish('low', { hero: hero('low', { priority: 10 }) }, { entry: { on: { event: 'Low' } } });
    await publish('older', { hero: hero('older') }, { entry: { on: { event: 'Older' } } });
    await publish('younger', { hero: hero('younger') }, { entry: { on: { event: 'Younger' } } });
    await publish(
      'high',
      { hero: hero('high', { priority: 90 }) },
      { entry: { on: { event: 'High' } }, exits: [{ on: { event: 'Done' } }] },
    );
    await publish('side', { hero: hero('side', { slot: 'side' }) }, { entry: { on: { event: 'Side' } } });
    for (const [event, slots] of [
      ['Low', { hero: 'low' }],
      ['Older', { hero: 'older' }],
      ['Younger', { hero: 'older' }],
      ['High', { hero: 'high' }],
      ['Side', { hero: 'high', side: 'side' }],
      ['Done', { hero: 'older', side: 'side' }],
      ['Order Completed', {}],
    ] as const) {
      await track(event);
      await untilShown(slots);
    }
  });

  it('is over when its time is, and the next step comes', async () => {
    await publish(
      'twice',
      { one: hero('one', { next: 'two' }), two: hero('two') },
      { entry: { on: { event: 'Twice' } } },
    );
    await track('Twice');
    await untilShown({ hero: 'one' });
    await fastForward(system.temporal, (await runOf('twice')).workflowId, 2 * day);
    await untilShown({ hero: 'two' });
  });

  it('for a session ends when nothing has been heard of the person for half an hour', async () => {
    await publish(
      'session',
      { one: hero('now', { for: 'session', next: 'done' }), done: { type: 'exit', reason: 'over' } },
      { entry: { on: { event: 'Session' } } },
    );
    await track('Session');
    await untilShown({ hero: 'now' });
    const { workflowId, dueAt = '' } = await runOf('session');
    expect(Date.parse(dueAt) - Date.now()).toBeLessThanOrEqual(30 * minute);
    await fastForward(system.temporal, workflowId, 31 * minute);
    await untilShown({});
    expect(await runOf('session')).toMatchObject({ status: 'completed', reason: 'over' });
  });

  it('is on the timeline once for a session, however often pages ask, and begins the session of somebody who was away', async () => {
    await publish(
      'told',
      {
        rest: { type: 'wait', for: '2d', next: 'one' },
        one: hero('told', { for: 'session', next: 'done' }),
        done: { type: 'exit', reason: 'over' },
      },
      { entry: { on: { event: 'Told' } } },
    );
    await track('Told');
    const { workflowId } = await runOf('told');
    await fastForward(system.temporal, workflowId, 2 * day);
    const look = () => system.client.decide({ profile: `user_id:${user}`, slots: ['hero'], preview: true });
    await until(async () => (await look()).slots?.['hero'], 'the content');
    const awayUntil = Date.parse((await runOf('told')).dueAt ?? '');
    expect(awayUntil - Date.now()).toBeGreaterThan(50 * day);
    const exposures = async () => {
      const { data } = await system.client.profiles.events(`user_id:${user}`);
      return data
        .filter(({ name }) => name.startsWith('heddle:'))
        .map(({ name, properties }) => ({ name, properties }));
    };
    expect(await exposures()).toEqual([]);
    await decide();
    await until(async () => ((await exposures()).length > 0 ? true : undefined), 'what the page was told');
    for (let asks = 0; asks < 3; asks += 1) await decide();
    const begun = await until(async () => {
      const { dueAt = '' } = await runOf('told');
      return Date.parse(dueAt) < awayUntil ? true : undefined;
    }, 'the session to begin');
    expect(begun).toBe(true);
    await system.settled();
    const run = await runOf('told');
    expect(await exposures()).toEqual([
      {
        name: 'heddle:shown',
        properties: { enrollment: run.id, journey: 'told', step: 'one', visit: 1, slot: 'hero', session: 1 },
      },
    ]);
    expect((await system.client.enrollments.get(run.id)).path.at(-1)).toMatchObject({ step: 'one', shown: 1 });
  });

  it('is kept back while the journey is paused or all sends are stopped, and without the consent that the journey needs', async () => {
    await system.client.purposes.put('onsite', { name: 'On site', whenUnset: 'allow' });
    await publish('asking', { hero: hero('asking') }, { entry: { on: { event: 'Asking' } }, purpose: 'onsite' });
    await track('Asking');
    await untilShown({ hero: 'asking' });
    await system.client.journeys.pause('asking');
    await untilShown({});
    await system.client.journeys.resume('asking', { overdue: 'run' });
    await untilShown({ hero: 'asking' });
    await system.client.sending.stop();
    await untilShown({});
    await system.client.sending.start();
    await untilShown({ hero: 'asking' });
    const consent = { categoryPreferences: { onsite: false } };
    await system.client.events.identify({ userId: user, traits: {}, context: { consent } });
    await system.settled();
    expect((await decide()).slots).toEqual({});
    expect(await runOf('asking')).toMatchObject({ status: 'active' });
  });

  it('follows two people who turn out to be one, and nobody who was erased', async () => {
    await publish('joined', { hero: hero('joined') }, { entry: { on: { event: 'Joined' } } });
    const anonymousId = `visitor-${number}`;
    await system.client.events.track({ anonymousId, event: 'Joined' });
    await untilShown({ hero: 'joined' }, `anonymous_id:${anonymousId}`);
    await system.client.events.identify({ userId: user, anonymousId, traits: {} });
    await track('Joined');
    await untilShown({ hero: 'joined' });
    const { data } = await system.client.profiles.enrollments(`user_id:${user}`);
    expect(data.filter(({ status }) => status === 'active')).toHaveLength(1);
    await system.client.privacy.erase([`user_id:${user}`]);
    expect((await decide()).slots).toEqual({});
  });

  it('is kept from people whom chance holds out, who count in the other arm from when they would have been shown it', async () => {
    const goals = [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d' }];
    const entry = { on: { event: 'Halved' } };
    await publish('halved', { hero: hero('halved') }, { entry, goals, holdout: { percent: 50 } });
    const people = Array.from({ length: 12 }, (_, index) => `${user}-${index}`);
    for (const one of people) await track('Halved', {}, one);
    await until(async () => {
      const runs = await system.store.enrollments.ofJourney(system.ws, 'halved', 100);
      return runs.length === people.length && runs.every((run) => run.shows) ? true : undefined;
    }, 'every run to be at its content');
    const arms = async () => {
      const { holdout } = await system.client.journeys.funnel('halved');
      return holdout?.goals[0]?.arms.map(({ arm, exposed }) => ({ arm, exposed }));
    };
    expect(await arms()).toEqual([
      { arm: 'holdout', exposed: 0 },
      { arm: 'treated', exposed: 0 },
    ]);
    const told = new Map<string, boolean>();
    // A page that asks more often tells of nobody twice.
    for (const one of [...people, ...people]) told.set(one, 'hero' in (await shown(`user_id:${one}`)));
    const heldOut = people.filter((one) => !told.get(one)).length;
    expect([heldOut > 0, heldOut < people.length]).toEqual([true, true]);
    const expected = [
      { arm: 'holdout', exposed: heldOut },
      { arm: 'treated', exposed: people.length - heldOut },
    ];
    await until(
      async () => (JSON.stringify(await arms()) === JSON.stringify(expected) ? true : undefined),
      JSON.stringify(expected),
    );
    for (const one of people) {
      const { data } = await system.client.profiles.events(`user_id:${one}`);
      const own = data.map(({ name }) => name).filter((name) => name.startsWith('heddle:'));
      expect(own).toEqual([told.get(one) ? 'heddle:shown' : 'heddle:would-show']);
    }
  });
});
