import { createHash } from 'node:crypto';
import type { ProfileId } from '../../src/domain/ids';
import type { JsonObject } from '../../src/domain/json';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { places } from '../../src/activities/operations/erasure/places';
import { beginRetention } from '../../src/activities/operations/retention/begin-retention';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Whoever is erased; every text that names her. */
const ann = {
  userId: 'user-ann-4711',
  email: 'Ann.Example@Mail.test',
  phone: '+49 170 1234567',
  anonymousId: 'anon-ann-77',
};
const texts = ['user-ann-4711', 'ann.example@mail.test', '+491701234567', '170 1234567', 'anon-ann-77', 'Ann Example'];

let system: System;
let crm: WebhookTwin;
beforeAll(async () => {
  [system, crm] = await Promise.all([startSystem(), startWebhookTwin({ secret })]);
  const settings = { url: `http://127.0.0.1:${crm.port}/hook` };
  const { client } = system;
  await client.destinations.put('crm', { type: 'webhook', name: 'CRM', settings, secrets: { signingSecret: secret } });
  await client.audiences.put('vip', { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
  await client.audiences.attach('vip', 'crm', { identifiers: ['email', 'user_id'], onExit: 'keep' });
  await client.journeys.put('welcome', {
    name: 'Welcome',
    purpose: 'marketing',
    entry: { on: { event: 'Joined' } },
    start: 'hello',
    steps: {
      hello: { type: 'send', destination: 'crm', next: 'rest' },
      rest: { type: 'wait', for: '30d', next: 'again' },
      again: { type: 'send', destination: 'crm', next: 'end' },
      end: { type: 'exit' },
    },
  });
  await client.journeys.publish('welcome');
});
afterAll(async () => {
  await system.stop();
  await crm.close();
});

/** Everything the database holds, as one text. */
async function everything(): Promise<string> {
  const collections = await system.store.connection.db.listCollections().toArray();
  const parts = await Promise.all(
    collections.map(async ({ name }) =>
      JSON.stringify(await system.store.connection.db.collection(name).find().toArray()),
    ),
  );
  return parts.join('\n').toLowerCase();
}

/** The histories of every workflow of this system, payloads readable. */
async function histories(): Promise<string> {
  const found: string[] = [];
  for await (const { workflowId, runId, taskQueue } of system.temporal.workflow.list()) {
    if (!taskQueue.startsWith(system.queuePrefix)) continue;
    const json = historyToJSON(await system.temporal.workflow.getHandle(workflowId, runId).fetchHistory());
    found.push(json.replace(/"data":\s*"([\w+/=]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString()));
  }
  return found.join('\n').toLowerCase();
}

const namedIn = (haystack: string): string[] => texts.filter((text) => haystack.includes(text.toLowerCase()));

async function ended(id: string) {
  const operation = await system.client.operations.wait(id);
  expect(operation).toMatchObject({ status: 'completed' });
  return operation.result as unknown as { receipt: JsonObject; signature: string };
}

/** With any write key, as a browser or a server does. */
async function send(writeKey: string, event: object): Promise<void> {
  const headers = { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${system.url}/v1/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ batch: [event] }),
  });
  expect(answer.status).toBe(200);
}

const identify = (of: object, context: JsonObject = {}) => ({ type: 'identify' as const, ...of, context });

describe('erasing somebody', () => {
  it('leaves no text that names them in any collection and no history, and says in a signed receipt what was removed', async () => {
    const { client } = system;
    const { email, phone, ...ids } = ann;
    await client.events.batch([
      identify({ ...ids, traits: { email, phone, name: 'Ann Example', tier: 'gold' } }),
      { type: 'track', userId: ann.userId, event: 'Joined', properties: { by: 'Ann Example' } },
      identify({ userId: 'user-bob', traits: { tier: 'gold', email: 'bob@mail.test' } }),
    ]);
    // One that is refused at the door, and names her all the same.
    await client.events.batch([{ type: 'track', userId: ann.userId, event: '', properties: { email } } as never]);
    await system.settled();
    await until(
      async () =>
        (await client.deliveries.list({ profile: 'user_id:user-ann-4711', status: 'delivered' })).data.length >= 2 ||
        undefined,
      'her deliveries',
    );
    // That she was written to is an event of hers, too.
    await system.settled();
    expect(namedIn(await everything())).toEqual(expect.arrayContaining(['user-ann-4711', 'ann.example@mail.test']));

    const operation = await client.profiles.erase(`email:${ann.email}`);
    await expect(client.profiles.get(`user_id:${ann.userId}`)).rejects.toMatchObject({ status: 404 });
    const signed = await ended(operation.id);

    expect(signed.receipt).toMatchObject({
      version: 1,
      workspace: system.ws,
      operation: operation.id,
      removed: { events: 3, memberships: 1, enrollments: 1, deadLetters: 1, deliveries: 3 },
      destinations: [{ audience: 'vip', destination: 'crm', outcome: 'removed' }],
    });
    expect(signed.receipt['identifiers']).toHaveLength(4);
    expect(await client.privacy.verify(signed)).toEqual({ isValid: true });
    const forged = { ...signed, receipt: { ...signed.receipt, removed: {} } };
    expect(await client.privacy.verify(forged)).toEqual({ isValid: false });

    expect(namedIn(await everything())).toEqual([]);
    expect(namedIn(await histories())).toEqual([]);
    expect(namedIn(JSON.stringify(operation) + JSON.stringify(signed))).toEqual([]);
    // Bob is who he was, and counts add up without her.
    expect((await client.audiences.get('vip')).size).toBe(1);
    expect((await client.impact.destination('crm', { window: '24h' })).conservation).toMatchObject({ gap: 0 });
  });

  it('refuses what comes later, and knows them anew only by consent that was granted after it', async () => {
    const { client, store, ws } = system;
    const lila = { userId: 'user-lila', traits: { email: 'lila@mail.test' } };
    await client.events.batch([identify(lila)]);
    await system.settled();
    const before = await client.profiles.get('user_id:user-lila');
    const { id } = await client.profiles.erase('user_id:user-lila');
    await ended(id);
    const erasedAt = Date.now();

    const old = new Date(erasedAt - 60_000).toISOString();
    const consent = { consent: { records: { marketing: { status: 'granted' } } } };
    const refused = { consent: { records: { marketing: { status: 'denied' } } } };
    await client.events.batch([
      identify(lila),
      identify({ ...lila, timestamp: old }, consent),
      identify(lila, refused),
      // Bob is somebody else: what he sent stays, without her.
      {
        type: 'track',
        userId: 'user-bob',
        event: 'Invited',
        properties: { friend: 'lila@mail.test', n: 1 },
        context: { traits: { email: 'Lila@mail.test' } },
      },
    ]);
    await send(system.keys.public, identify(lila, consent));
    await system.settled();
    await expect(client.profiles.get('email:lila@mail.test')).rejects.toMatchObject({ status: 404 });
    const letters = (await store.deadLetters.page(ws, 100)).filter(({ code }) => code === 'erased');
    expect(letters.map(({ stage, kind, messageId, payload }) => ({ stage, kind, messageId, payload }))).toEqual(
      Array.from({ length: 4 }, () => ({ stage: 'unapplied', kind: 'identify' })),
    );
    expect(await everything()).not.toContain('lila');
    const [invited] = (await client.profiles.events('user_id:user-bob', { limit: 1 })).data;
    expect(invited).toMatchObject({ name: 'Invited', properties: { n: 1 }, context: { traits: {} } });

    await client.events.batch([identify({ userId: 'user-lila' }, consent)]);
    await system.settled();
    await client.events.batch([{ type: 'track', userId: 'user-lila', event: 'Back' }]);
    await system.settled();
    const after = await client.profiles.get('user_id:user-lila');
    expect(after.id).not.toBe(before.id);
    expect(after).toMatchObject({ identifiers: [{ type: 'user_id' }], consent: { marketing: { status: 'granted' } } });
    // The address was not part of the new consent.
    await expect(client.profiles.get('email:lila@mail.test')).rejects.toMatchObject({ status: 404 });
  });

  it('takes an identifier that nobody has yet, and again one that was erased', async () => {
    const { client } = system;
    const { data } = await client.privacy.erase(['email:stranger@mail.test', 'anonymous_id:stranger-anon']);
    for (const { id } of data) await ended(id);
    await send(system.keys.public, identify({ anonymousId: 'stranger-anon', traits: { email: 'stranger@mail.test' } }));
    await system.settled();
    await expect(client.profiles.get('email:stranger@mail.test')).rejects.toMatchObject({ status: 404 });
    await ended((await client.profiles.erase('email:Stranger@mail.test')).id);
    // What a browser says of itself, its own visitor may say again.
    const consent = { consent: { records: { analytics: { status: 'granted' } } } };
    await send(
      system.keys.public,
      identify({ anonymousId: 'stranger-anon', traits: { email: 'stranger@mail.test' } }, consent),
    );
    await system.settled();
    expect((await client.profiles.get('anonymous_id:stranger-anon')).identifiers).toMatchObject([
      { value: 'stranger-anon' },
    ]);
    expect(await everything()).not.toContain('stranger@mail.test');
  });

  it('is asked by nobody with a write key, and by nobody who misspells one of several', async () => {
    const { client, keys, url } = system;
    await client.events.batch([identify({ userId: 'user-mo' })]);
    await system.settled();
    for (const key of [keys.public, keys.secret]) {
      const headers = { authorization: `Bearer ${key}` };
      expect((await fetch(`${url}/v1/profiles/user_id:user-mo`, { method: 'DELETE', headers })).status).toBe(403);
    }
    await expect(client.privacy.erase(['user_id:user-mo', 'nonsense'])).rejects.toMatchObject({ status: 404 });
    expect((await client.profiles.get('user_id:user-mo')).id).toMatch(/^prf_/);
  });

  it('takes people off also where a detach has left everything as it was', async () => {
    const { client } = system;
    await client.audiences.put('left', { name: 'Left', rule: { trait: 'left', is: 'equals', value: true } });
    await client.audiences.attach('left', 'crm', { identifiers: ['user_id'], onDetach: 'keep' });
    await client.events.batch([identify({ userId: 'user-kim', traits: { left: true } })]);
    await until(async () => crm.membersOf('left').length === 1 || undefined, 'Kim at the CRM');
    await client.audiences.detach('left', 'crm');
    const signed = await ended((await client.profiles.erase('user_id:user-kim')).id);
    expect(signed.receipt['destinations']).toEqual([{ audience: 'left', destination: 'crm', outcome: 'removed' }]);
    expect(crm.membersOf('left')).toEqual([]);
    expect(await everything()).not.toContain('user-kim');
  });

  it('answers once an attempt to send that had begun is over, and nothing is sent after the answer', async () => {
    const { client, store, ws } = system;
    await client.events.batch([identify({ userId: 'user-sam' })]);
    await system.settled();
    const { id } = await client.profiles.get('user_id:user-sam');
    crm.failNext(1, { hangMs: 1_500, status: 503 });
    await client.events.batch([{ type: 'track', userId: 'user-sam', event: 'Joined' }]);
    const areSending = () => store.personRows.areSending([`${ws}:${id}`]);
    await until(async () => (await areSending()) || undefined, 'the attempt');
    const operation = await client.profiles.erase(id);
    expect(await areSending()).toBe(false);
    const exchanges = crm.exchanges.length;
    // The attempt has failed, and would have been made again within a second.
    expect((await ended(operation.id)).receipt).toMatchObject({ removed: { enrollments: 1, deliveries: 1 } });
    expect(crm.exchanges).toHaveLength(exchanges);
  });

  it('wins over events that arrive at the same time', async () => {
    const { client } = system;
    const burst = (n: number) =>
      client.events.batch([
        identify({ userId: 'user-race', anonymousId: `race-anon-${n % 3}`, traits: { tier: 'gold', n } }),
        { type: 'track', userId: 'user-race', event: 'Joined' },
      ]);
    await burst(0);
    await system.settled();
    const sending = Array.from({ length: 12 }, (_, n) => burst(n));
    const erasing = client.profiles.erase('user_id:user-race');
    await Promise.all([...sending, erasing]);
    await burst(13);
    await ended((await erasing).id);
    await system.settled();
    // An anonymous id that came first with an event after the erasure was never hers.
    expect((await everything()).match(/user-race/g) ?? []).toEqual([]);
    await expect(client.profiles.get('user_id:user-race')).rejects.toMatchObject({ status: 404 });
  });

  it('has every collection in the table of places', async () => {
    const names = (await system.store.connection.db.listCollections().toArray()).map(({ name }) => name);
    expect(names.filter((name) => !Object.hasOwn(places, name))).toEqual([]);
  });
});

describe('a restriction', () => {
  it('keeps the person and stops all processing, until it is lifted', async () => {
    const { client } = system;
    await client.events.batch([identify({ userId: 'user-eve', traits: { tier: 'gold', email: 'eve@mail.test' } })]);
    const [eve] = await until(async () => {
      const found = crm.messages.flatMap((message) =>
        message.type === 'audience.members' ? message.data.members : [],
      );
      const hers = found.filter(({ identifiers }) => identifiers['user_id'] === 'user-eve');
      return hers.length > 0 ? hers : undefined;
    }, 'Eve at the CRM');
    const isAtCrm = () => crm.membersOf('vip').includes(eve!.profile);
    const sends = crm.sends().length;
    const { restrictedAt } = await client.profiles.restrict('user_id:user-eve');
    expect(await client.profiles.restrict('user_id:user-eve')).toMatchObject({ restrictedAt });
    await until(async () => !isAtCrm() || undefined, 'Eve off the CRM');
    await client.events.batch([
      { type: 'track', userId: 'user-eve', event: 'Joined' },
      identify({ userId: 'user-eve', traits: { tier: 'silver', city: 'Bonn' } }),
    ]);
    await system.settled();
    const kept = await client.profiles.get('user_id:user-eve');
    expect(kept).toMatchObject({ restrictedAt, traits: { city: 'Bonn' }, audiences: [{ key: 'vip' }] });
    expect((await client.profiles.enrollments('user_id:user-eve')).data).toEqual([]);
    expect(crm.sends()).toHaveLength(sends);

    await client.events.batch([identify({ userId: 'user-eve', traits: { tier: 'gold' } })]);
    await system.settled();
    await client.profiles.liftRestriction('user_id:user-eve');
    await until(async () => isAtCrm() || undefined, 'Eve at the CRM again');
    expect(await client.profiles.get('user_id:user-eve')).not.toHaveProperty('restrictedAt');
  });

  it('withholds what a run would send', async () => {
    const { client } = system;
    await client.destinations.pause('crm');
    await client.events.batch([
      identify({ userId: 'user-ida' }),
      { type: 'track', userId: 'user-ida', event: 'Joined' },
    ]);
    const delivery = async (status: string) =>
      (await client.deliveries.list({ profile: 'user_id:user-ida' })).data.find((one) => one.status === status);
    await system.settled();
    const { profile } = await client.profiles.restrict('user_id:user-ida');
    await client.destinations.resume('crm');
    // It looks again within half a minute by itself; the test does not wait for that.
    const [run] = await system.store.enrollments.ofProfile(system.ws, [profile as ProfileId]);
    await system.doorbells.enrollment(run!.workflowId);
    expect(await until(() => delivery('withheld'), 'the send that is withheld')).toMatchObject({
      reason: 'restricted',
    });
  });

  it('holds for whoever they turn out to be', async () => {
    const { client } = system;
    await client.events.batch([
      identify({ userId: 'user-tom' }),
      identify({ anonymousId: 'tom-anon', traits: { email: 'tom@mail.test' } }),
    ]);
    await system.settled();
    await client.profiles.restrict('email:tom@mail.test');
    await client.events.batch([identify({ userId: 'user-tom', traits: { email: 'tom@mail.test' } })]);
    await system.settled();
    const tom = await client.profiles.get('user_id:user-tom');
    expect(tom.mergedFrom).toHaveLength(1);
    expect(tom.restrictedAt).toBeDefined();
  });
});

describe('an export', () => {
  it('is a file of everything that is kept of a person, with its signed digest, and goes when they are erased', async () => {
    const { client } = system;
    await client.events.batch([
      identify({ anonymousId: 'dan-anon' }),
      identify(
        { userId: 'user-dan', anonymousId: 'dan-anon', traits: { tier: 'gold', email: 'dan@mail.test' } },
        { consent: { categoryPreferences: { marketing: true } } },
      ),
      ...Array.from({ length: 510 }, (_, n) => ({
        type: 'track' as const,
        userId: 'user-dan',
        event: 'Viewed',
        properties: { n },
      })),
      { type: 'track', userId: 'user-dan', event: 'Joined' },
    ]);
    await system.settled();
    await until(
      async () =>
        (await client.deliveries.list({ profile: 'user_id:user-dan', status: 'delivered' })).data.length >= 2 ||
        undefined,
      'his deliveries',
    );
    await system.settled();
    const operation = await client.profiles.export('user_id:user-dan');
    const { receipt, signature } = await ended(operation.id);
    const parts: Uint8Array[] = [];
    for await (const part of await client.privacy.file(operation.id)) parts.push(part);
    const text = Buffer.concat(parts).toString();
    expect(createHash('sha256').update(text).digest('hex')).toBe(receipt['sha256']);
    expect(await client.privacy.verify({ receipt, signature })).toEqual({ isValid: true });
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    const counts: Record<string, number> = {};
    for (const { kind } of lines) counts[kind] = (counts[kind] ?? 0) + 1;
    expect(counts).toEqual({
      profile: 1,
      identifier: 3,
      trait: 2,
      consent: 1,
      'consent-record': 1,
      event: 514,
      audience: 1,
      enrollment: 1,
      delivery: 2,
    });
    expect(lines.find(({ kind }) => kind === 'trait')).toMatchObject({ name: 'tier', value: 'gold', source: 'server' });

    await ended((await client.profiles.erase('user_id:user-dan')).id);
    expect(await everything()).not.toContain('dan@mail.test');
    expect(parts.length).toBeGreaterThan(0);
    await expect(client.profiles.export('user_id:user-dan')).rejects.toMatchObject({ status: 404 });
  });
});

describe('retention', () => {
  it('removes what is older than the workspace keeps it, and nothing else', async () => {
    const { client, store, ws } = system;
    await client.events.batch([
      { type: 'track', userId: 'user-old', event: 'First' },
      { type: 'track', userId: 'user-old', event: 'Second' },
    ]);
    await client.events.batch([{ type: 'track', event: 'Nobody' } as never]);
    await system.settled();
    await client.audiences.put('long', { name: 'Long', rule: { event: 'First', within: '180d' } });
    const { db } = store.connection;
    const long = Date.now() - 100 * 24 * 3_600_000;
    await db.collection('events').updateMany({ ws, name: 'First' }, { $set: { occurredAt: long, receivedAt: long } });
    await db.collection('deliveries').updateMany({ ws, kind: 'audience' }, { $set: { createdAt: long } });
    const counted = async () => (await client.impact.destination('crm', { window: '90d' })).conservation.gap;
    const policy = { events: 90, deliveries: 90, deadLetters: 90 };
    expect(await client.privacy.setRetention(policy)).toEqual({ ...policy, audiencesBeyond: ['long'] });
    await expect(client.privacy.setRetention({ events: 30 })).rejects.toMatchObject({ status: 400 });
    await beginRetention({ store, doorbells: system.doorbells }, Date.now());
    const [operation] = (await client.operations.list({ kind: 'retention' })).data;
    const removed = (await client.operations.wait(operation!.id)).result?.['removed'];
    expect(removed).toMatchObject({ events: 1, deadLetters: 0 });
    expect((await client.profiles.events('user_id:user-old')).data.map(({ name }) => name)).toEqual(['Second']);
    expect(await db.collection('deliveries').countDocuments({ ws, kind: 'audience' })).toBe(0);
    expect(await counted()).toBe(0);
    await beginRetention({ store, doorbells: system.doorbells }, Date.now());
    expect((await client.operations.list({ kind: 'retention' })).data).toHaveLength(1);
  });
});
