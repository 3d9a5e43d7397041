import type { JsonObject } from '../../src/domain/json';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { places } from '../../src/activities/operations/erasure/places';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';

jest.setTimeout(120_000);

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
    expect(namedIn(await everything())).toEqual(expect.arrayContaining(['user-ann-4711', 'ann.example@mail.test']));

    const operation = await client.profiles.erase(`email:${ann.email}`);
    await expect(client.profiles.get(`user_id:${ann.userId}`)).rejects.toMatchObject({ status: 404 });
    const signed = await ended(operation.id);

    expect(signed.receipt).toMatchObject({
      version: 1,
      workspace: system.ws,
      operation: operation.id,
      removed: { events: 2, memberships: 1, enrollments: 1, deadLetters: 1, deliveries: 3 },
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

  it('has every collection in the table of places', async () => {
    const names = (await system.store.connection.db.listCollections().toArray()).map(({ name }) => name);
    expect(names.filter((name) => !Object.hasOwn(places, name))).toEqual([]);
  });
});
