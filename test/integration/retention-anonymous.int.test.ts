import type { Json } from '../../src/domain/json';
import type { Operation } from '../../src/domain/operations/operation';
import { subjectOf, type ProfileId } from '../../src/domain/ids';
import { wakeEnrollments } from '../../src/activities/journeys/start-enrollment';
import { beginRetention } from '../../src/activities/operations/retention/begin-retention';
import { createRetention } from '../../src/activities/operations/retention/retention';
import type { OutboxDoc } from '../../src/store/documents';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { day, hookMs, putCrm, signingSecret } from './use-cases-harness';

let system: System;
let crm: WebhookTwin;
beforeAll(async () => {
  [system, crm] = await Promise.all([startSystem(), startWebhookTwin({ secret: signingSecret })]);
  await putCrm(system, crm);
  const { client } = system;
  await client.audiences.put('looking', { name: 'Looking', rule: { event: 'Viewed', within: '90d' } });
  const attachment = { identifiers: ['anonymous_id', 'user_id'], onExit: 'keep' } as const;
  await client.audiences.attach('looking', 'crm', attachment);
  await client.journeys.put('wait', {
    name: 'Wait',
    entry: { on: { event: 'Viewed' } },
    start: 'rest',
    steps: { rest: { type: 'wait', for: '80d', next: 'end' }, end: { type: 'exit' } },
  });
  await client.journeys.publish('wait');
}, hookMs);
afterAll(async () => {
  await system.stop();
  await crm.close();
}, hookMs);

const view = (by: object) => ({ type: 'track' as const, event: 'Viewed', ...by });
const state = (by: object, traits: object = {}) => ({ type: 'identify' as const, traits, ...by }) as never;
const find = (anonymousId: string) => system.client.profiles.get(`anonymous_id:${anonymousId}`);
const atCrm = (count: number) =>
  until(async () => crm.membersOf('looking').length === count || undefined, `${count} people at the CRM`);
/** Applies these, and answers when all have got to where they belong. */
async function tell(events: readonly never[] | readonly object[], people: number) {
  await system.client.events.batch(events as never);
  await system.settled();
  await atCrm(people);
}

const collections = ['events', 'consentRecords', 'memberships', 'enrollments', 'merges', 'syncMembers'] as const;
/** What is still filed under these profiles, by collection. */
async function filedUnder(ids: readonly string[]): Promise<Record<string, number>> {
  const { db } = system.store.connection;
  const subject = { $in: ids.map((id) => subjectOf(system.ws, id as ProfileId)) };
  const $or = [{ subject }, ...['profile', 'survivor', 'absorbed'].map((field) => ({ [field]: { $in: ids } }))];
  const counts = collections.map(async (name) => [name, await db.collection(name).countDocuments({ $or })] as const);
  return Object.fromEntries(await Promise.all(counts));
}
const nothing = Object.fromEntries(collections.map((name) => [name, 0]));

describe('retention of anonymous profiles', () => {
  it('forgets those that nobody can name and that have stayed away, also at destinations, and nobody else', async () => {
    const { client, store, ws } = system;
    const consent = { consent: { records: { analytics: { status: 'denied' } } } };
    await tell(
      [
        { ...view({ anonymousId: 'gone' }), context: consent },
        view({ anonymousId: 'two', context: { externalIds: [{ type: 'device_id', id: 'd2' }] } }),
        view({ anonymousId: 'active' }),
        view({ anonymousId: 'late' }),
        view({ anonymousId: 'restricted' }),
        state({ anonymousId: 'user', userId: 'u1' }),
        state({ anonymousId: 'mail' }, { email: 'mail@x.example' }),
        state({ anonymousId: 'call' }, { phone: '+41791234567' }),
        ...['user', 'mail', 'call'].map((anonymousId) => view({ anonymousId })),
      ],
      8,
    );
    await client.profiles.restrict('anonymous_id:restricted');
    await atCrm(7);
    const gone = await Promise.all(['gone', 'two'].map(find));
    const kept = ['active', 'late', 'restricted', 'user', 'mail', 'call'];
    const before = await Promise.all(kept.map(find));
    const { db } = store.connection;
    const when = async (anonymousId: string, at: object) =>
      db.collection('events').updateMany({ subject: `${ws}:${(await find(anonymousId)).id}` }, { $set: at });
    // It is asked 31 days from now who was active in the last 30 of them.
    await when('active', { occurredAt: Date.now() + 5 * day });
    await when('late', { receivedAt: Date.now() + 5 * day });
    const policy = { anonymousProfiles: 30 };
    expect(await client.privacy.setRetention(policy)).toEqual({ ...policy, audiencesBeyond: [] });

    const { doorbells } = system;
    const retain = async (days: number) => {
      await beginRetention({ store, doorbells }, Date.now() + days * day);
      const [operation] = (await client.operations.list({ kind: 'retention' })).data;
      return (await client.operations.wait(operation!.id)).result;
    };
    expect(await retain(31)).toMatchObject({ removed: { anonymousProfiles: 2 } });
    await atCrm(5);
    expect(crm.membersOf('looking')).not.toEqual(expect.arrayContaining(gone.map(({ id }) => id)));
    await until(async () => {
      const { pending } = await store.syncMembers.counts(ws, 'looking', 'crm');
      return pending === 0 || undefined;
    }, 'the sync to forget them');
    expect(await filedUnder(gone.map(({ id }) => id))).toEqual(nothing);
    for (const id of ['anonymous_id:gone', 'anonymous_id:two', 'device_id:d2', gone[0]!.id])
      await expect(client.profiles.get(id)).rejects.toMatchObject({ status: 404 });
    const { data: runs } = await client.journeys.enrollments('wait');
    expect(runs.filter(({ status }) => status !== 'active').map(({ reason }) => reason)).toEqual(['erased', 'erased']);
    const after = await Promise.all(kept.map(find));
    expect(after.map(({ id, audiences }) => [id, audiences.length])).toEqual(before.map(({ id }) => [id, 1]));
    expect(await retain(32)).toMatchObject({ removed: { anonymousProfiles: 0 } });

    // Whoever comes again is somebody new, and welcome.
    await tell([view({ anonymousId: 'gone' })], 6);
    expect((await find('gone')).id).not.toBe(gone[0]!.id);
  });

  it('counts and clears the same when every step is done twice, as after a crash', async () => {
    const { store, ws } = system;
    const { enrollment: ringRun } = system.doorbells;
    const waking = { store, ringRun, clock: Date.now };
    const carryOut = async (owed: readonly OutboxDoc[]) => {
      for (const { work } of owed) if (work.kind === 'wake') await wakeEnrollments(waking, ws, work);
    };
    const kind = createRetention({ store, outbox: { carryOut } });
    const createdAt = Date.now() + 31 * day;
    const input = { policy: { anonymousProfiles: 30 } };
    const signal = new AbortController().signal;
    const { id } = await find('gone');
    let cursor: Json | undefined;
    for (;;) {
      const operation = {
        id: 'op_twice',
        kind: 'retention',
        input,
        createdAt,
        ...(cursor !== undefined && { cursor }),
      };
      const context = { ws, operation: operation as unknown as Operation, signal, now: Date.now() };
      await kind.step(context);
      const again = await kind.step(context);
      if ('result' in again) {
        expect(again.result).toMatchObject({ removed: { anonymousProfiles: 1 } });
        break;
      }
      cursor = again.cursor;
    }
    await atCrm(5);
    expect(await filedUnder([id])).toMatchObject({ events: 0, memberships: 0, enrollments: 0, merges: 0 });
    expect(await store.profiles.byIds(ws, [id as ProfileId])).toEqual([]);
  });

  it('is of no more days than events are kept, which say who was active', async () => {
    const { privacy } = system.client;
    await expect(privacy.setRetention({ events: 90, anonymousProfiles: 91 })).rejects.toMatchObject({ status: 400 });
    await expect(privacy.setRetention({ anonymousProfiles: 29 })).rejects.toMatchObject({ status: 400 });
    const policy = { events: 90, anonymousProfiles: 90 };
    expect(await privacy.setRetention(policy)).toMatchObject(policy);
  });
});
