import type { AudienceDefinition, JsonObject } from '../../src/client/types';
import type { Rule } from '../../src/domain/audiences/rule.schema';
import { contactName } from '../../src/domain/events/contact';
import type { DeliveryStatus } from '../../src/domain/delivery/delivery';
import { omit } from '../../src/domain/json';
import { inTransaction } from '../../src/store/open-store';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { journey, JourneyHarness } from './journey-harness';
import { day, hookMs, membership, signingSecret } from './use-cases-harness';

const written: AudienceDefinition = { name: 'Written to', rule: { contacted: { channel: 'email' }, within: '7d' } };

describe('who was written to', () => {
  let system: System;
  let twin: WebhookTwin;
  let laterMs = 0;
  beforeAll(async () => {
    twin = await startWebhookTwin({ secret: signingSecret });
    system = await startSystem({ clock: () => Date.now() + laterMs });
    const settings = { url: twin.hook, channel: 'email' };
    await system.client.destinations.put('mails', {
      type: 'webhook',
      name: 'Mails',
      settings,
      secrets: { signingSecret },
    });
    await system.client.audiences.put('written-to', written);
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await twin.close();
  }, hookMs);

  const put = (key: string, of: JsonObject = {}) => {
    const definition = journey(key, { mail: { type: 'send', destination: 'mails' } }, of);
    return system.client.journeys.put(key, omit(definition, 'key') as never);
  };
  const publish = async (key: string, of: JsonObject = {}) => {
    const { findings } = await put(key, of);
    expect(findings).toEqual([]);
    await system.client.journeys.publish(key, { inFlight: 'finish' });
  };
  const sends = (journeyKey: string) => twin.sends().filter((send) => send.journey === journeyKey);

  it('refuses an audience of the messages of a journey that is not there, and takes it once there is a draft', async () => {
    const rule = { contacted: { journey: 'welcome' }, count: { is: 'equals', value: 0 } } as const;
    const save = () => system.client.audiences.put('not-welcomed', { name: 'Not welcomed', rule });
    await expect(save()).rejects.toMatchObject({
      status: 400,
      errors: [
        { pointer: '/rule/contacted/journey', message: expect.stringContaining('There is no journey "welcome".') },
      ],
    });
    await put('welcome');
    await save();
  });

  it('is in the audience with the message, shown on the timeline, and counts for nothing that asks for what people do', async () => {
    await publish('welcome');
    await system.client.audiences.put('active', {
      name: 'Active',
      rule: { event: '*', count: { is: 'at_least', value: 2 } },
    });
    await publish('anything', {
      entry: { on: { event: '*' }, if: { event: 'Cart Started', count: { is: 'equals', value: 0 } } },
    });
    await system.client.events.track({ userId: 'u1', event: 'Cart Started' });
    await membership(system, 'user_id:u1', 'written-to', 'in');
    await membership(system, 'user_id:u1', 'not-welcomed', 'out');
    await system.settled();
    const { data } = await system.client.profiles.events('user_id:u1');
    expect(data.map(({ name }) => name)).toEqual([contactName, 'Cart Started']);
    expect(data[0]).toMatchObject({
      source: 'journey:welcome',
      properties: { journey: 'welcome', step: 'mail', destination: 'mails', channel: 'email', status: 'delivered' },
    });
    const [delivery] = (await system.client.deliveries.list({ journey: 'welcome' })).data;
    expect(delivery).toMatchObject({ status: 'delivered', channel: 'email' });
    await membership(system, 'user_id:u1', 'active', 'out');
    expect((await system.client.profiles.enrollments('user_id:u1')).data.map((run) => run.journey)).toEqual([
      'welcome',
    ]);
    const known = (await system.client.catalogue.list()).data.map(({ name }) => name);
    expect(known).toEqual(['Cart Started']);
    expect(JSON.stringify((await system.client.sources.list()).data)).not.toContain('journey:');
  });

  it('is not written to again within the week by a journey that asks, and is explained', async () => {
    await publish('again', {
      entry: { on: { event: 'Cart Left' }, if: { contacted: {}, count: { is: 'less_than', value: 1 }, within: '7d' } },
    });
    for (const userId of ['u1', 'u2']) await system.client.events.track({ userId, event: 'Cart Left' });
    // The message arrives a moment before it is known that it did.
    await membership(system, 'user_id:u2', 'written-to', 'in');
    await system.settled();
    expect(sends('again').map(({ profile }) => profile.identifiers)).toEqual([{ user_id: 'u2' }]);
    const { parts } = await system.client.audiences.explain('written-to', { profile: 'user_id:u1' });
    expect(parts[0]).toMatchObject({ kind: 'contacted', matches: true, actual: 1, flipsAt: expect.any(String) });
    expect(await system.client.audiences.preview('written-to', { rule: written.rule! })).toMatchObject({ count: 2 });
  });

  it('gets both of two messages in a row', async () => {
    const steps = {
      one: { type: 'send', destination: 'mails', next: 'two' },
      two: { type: 'send', destination: 'mails' },
    };
    await publish('twice', { entry: { on: { event: 'Cart Twice' } }, start: 'one', steps });
    await system.client.events.track({ userId: 'u4', event: 'Cart Twice' });
    await until(async () => sends('twice').length === 2 || undefined, 'both to arrive');
  });

  it('nobody can send such an event', async () => {
    const answer = await system.client.events
      .track({ userId: 'u3', event: contactName })
      .catch((error: unknown) => error);
    expect(JSON.stringify(answer)).toContain('invalid_event_name');
  });

  it('is out by itself when the week is over', async () => {
    laterMs = 7 * day + 60_000;
    await membership(system, 'user_id:u1', 'written-to', 'out');
    await membership(system, 'user_id:u2', 'written-to', 'out');
    const { data } = await system.client.profiles.audiences('user_id:u1');
    expect(data.find(({ key }) => key === 'not-welcomed')?.exitedAt).toBeDefined();
  });
});

describe('a message that leaves', () => {
  let harness: JourneyHarness;
  beforeAll(async () => {
    harness = await JourneyHarness.open();
  }, hookMs);
  beforeEach(() => harness.begin());
  afterAll(() => harness.close(), hookMs);

  const mail = (next?: string) => ({ type: 'send', destination: 'crm', ...(next && { next }) });
  const saveAudience = (key: string, rule: Rule) =>
    inTransaction(harness.store.connection, async (session) => {
      const sinceRuleset = await harness.store.workspaces.raiseRuleset(harness.ws, session);
      const content = { key, name: key, ruleJson: JSON.stringify(rule) };
      await harness.store.audiences.save(harness.ws, content, { sinceRuleset, now: Date.now() }, session);
    });
  const contacts = async () => {
    const found: unknown[] = [];
    for await (const { properties } of harness.store.events.scan(harness.ws, [contactName]))
      found.push(properties['status']);
    return found;
  };

  it.each<[string, { kind: 'ok' | 'invalid' | 'unclear'; code: string }, boolean, DeliveryStatus, readonly string[]]>([
    ['arrived', { kind: 'ok', code: 'http-200' }, true, 'delivered', ['delivered']],
    ['may have arrived', { kind: 'unclear', code: 'timeout' }, false, 'unknown', ['unknown']],
    ['was refused', { kind: 'invalid', code: 'http-400' }, true, 'rejected', []],
  ])('and %s', async (_what, answer, hasDedup, status, expected) => {
    harness.destination.state = { state: 'ready', hasDedup };
    harness.destination.answers.push(answer);
    await harness.publish(journey('one', { mail: mail() }));
    await harness.happen('Cart Started');
    await harness.ended('one');
    const [delivery] = await harness.store.deliveries.page(harness.ws, { journey: 'one' }, 2);
    expect(delivery?.status).toBe(status);
    expect(await contacts()).toEqual(expected);
  });

  it('counts once, though the worker dies between the event and the ledger', async () => {
    const dying = jest.spyOn(harness.store.deliveries, 'change').mockRejectedValueOnce(new Error('killed'));
    await harness.publish(journey('crash', { mail: mail() }));
    await harness.happen('Cart Started');
    await until(async () => (dying.mock.calls.length > 0 ? true : undefined), 'the worker to die');
    dying.mockRestore();
    // What the clock does for what nobody rang for.
    await harness.apply();
    await harness.ended('crash');
    expect(new Set(harness.destination.got.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(await contacts()).toEqual(['delivered']);
  });

  it('is seen by the branch right after it, before the intake has come to it', async () => {
    const rule = { contacted: { journey: 'branching' }, count: { is: 'equals', value: 1 }, within: '1d' };
    harness.isIntakeBehind = true;
    await harness.publish(
      journey('branching', {
        mail: mail('ask'),
        ask: { type: 'branch', cases: [{ if: rule, next: 'seen' }], else: 'unseen' },
        seen: { type: 'exit', reason: 'seen' },
        unseen: { type: 'exit', reason: 'unseen' },
      }),
    );
    await harness.happen('Cart Started');
    expect((await harness.ended('branching'))[0]?.reason).toBe('seen');
    expect(await contacts()).toEqual([]);
  });

  it('keeps the next one from leaving, where too many end the run', async () => {
    const steps = { one: mail('two'), two: mail('three'), three: mail() };
    const rule = { contacted: {}, count: { is: 'at_least', value: 2 }, within: '1d' };
    await saveAudience('tired', rule as Rule);
    await harness.publish(
      journey('often', steps, { exits: [{ on: { audience: 'tired', edge: 'entered' }, reason: 'tired' }] }),
    );
    await harness.happen('Cart Started');
    expect((await harness.ended('often'))[0]).toMatchObject({ status: 'exited', reason: 'tired' });
    expect(harness.destination.got.map(({ step }) => step)).toEqual(['one', 'two']);
  });
});
