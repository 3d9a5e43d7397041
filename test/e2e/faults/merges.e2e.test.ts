import request from 'supertest';
import type { Event } from '../../../src/domain/events/event';
import { profileId, type ProfileId, type WorkspaceId } from '../../../src/domain/ids';
import { pendingEventDoc } from '../../../src/store/pending-event';
import { anEvent, anIdentify } from '../../../src/testing/builders';
import { mongoCommand, type Moment } from '../../../src/testing/fault-proxy';
import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { useTestApi } from '../../../src/testing/test-api';
import { expectSound, graphOf } from '../../intakes/graph';
import { Intake } from '../../intakes/intakes';
import { recoveryMs, Scene, type TestEvent } from './scene';

jest.setTimeout(2 * recoveryMs);

const gold = { trait: 'tier', is: 'equals' as const, value: 'gold' };
const webhook = { type: 'webhook', name: 'CRM', settings: { url: 'http://127.0.0.1:9/hook' } };
const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('an intake killed before every single write, time and again', () => {
  const api = useTestApi();
  const start = Date.UTC(2026, 4, 1, 9);
  const today = Date.now() - 60_000;
  const granted = { consent: { records: { marketing: { status: 'granted' } } } };

  /** Somebody in a shop and on the phone: what both did before they are taken for one, and since. */
  const before = (now: number): Event[] => [
    anIdentify({ tier: 'tin', city: 'Oslo' }, { by: { user_id: 'shop' }, occurredAt: start, receivedAt: now }),
    anIdentify({ tier: 'gold' }, { by: { user_id: 'phone' }, occurredAt: start + 1, receivedAt: now }),
    ...Array.from({ length: 100 }, (_, n) => {
      const by = { user_id: n % 2 === 0 ? 'shop' : 'phone' };
      return anEvent({ by, name: 'Viewed', occurredAt: start + 10 + n, receivedAt: now });
    }),
  ];
  const since = (now: number): Event[] => [
    anIdentify({ city: 'Rome' }, { by: { user_id: 'phone', email: 'p@x.example' }, receivedAt: now, occurredAt: now }),
    anEvent({ by: { user_id: 'phone' }, name: 'Asked', context: granted, receivedAt: now, occurredAt: now - 1 }),
    anEvent({ by: { user_id: 'shop' }, name: 'Viewed', receivedAt: now, occurredAt: now - 2 }),
  ];

  class Life {
    #now = today;

    private constructor(readonly ws: WorkspaceId) {}

    static async begin(): Promise<Life> {
      const { ws, apiKey } = await api.createWorkspace();
      const put = (path: string, body: object) =>
        request(api.app).put(path).auth(apiKey, { type: 'bearer' }).send(body).expect(200);
      await put('/v1/destinations/crm', { ...webhook, secrets: { signingSecret } });
      await put('/v1/audiences/vip', { name: 'VIP', rule: gold });
      await put('/v1/audiences/vip/destinations/crm', { identifiers: ['user_id'] });
      return new Life(ws);
    }

    /** Stores events as the door does. */
    async happen(of: (now: number) => readonly Event[]): Promise<void> {
      const docs = of((this.#now += 1_000)).map((event, n) =>
        pendingEventDoc(api.store.identifiers, this.ws, event, { lane: 'live', bytes: 300, n }),
      );
      await api.store.events.insertPending(docs);
    }

    async idOf(value: string): Promise<ProfileId> {
      const owner = await api.store.identifiers.ownerOf(this.ws, { type: 'user_id', value });
      return owner ?? profileId('nobody');
    }

    async live(applying: (ws: WorkspaceId) => Promise<void>): Promise<void> {
      await this.happen(before);
      await api.catchUp(this.ws);
      const phone = await this.idOf('phone');
      await this.happen((now) => [anEvent({ ...own(now), ...named('shop', 'phone'), isMerge: true })]);
      await applying(this.ws);
      await this.happen(since);
      await api.catchUp(this.ws);
      expect(await this.idOf('phone')).toBe(await this.idOf('shop'));
      await this.happen((now) => [anEvent({ ...own(now), ...named('shop'), unmerges: phone })]);
      await applying(this.ws);
      expect(await this.idOf('phone')).toBe(phone);
    }

    /** Statements on record by the user id of who made them. */
    async records(): Promise<(readonly [string, number])[]> {
      const of = async (value: string) => {
        const page = await api.store.consentRecords.page(this.ws, [await this.idOf(value)], 10);
        return [value, page.length] as const;
      };
      return Promise.all(['shop', 'phone'].map(of));
    }
  }

  const own = (now: number) => ({ kind: 'alias' as const, name: 'alias', receivedAt: now, occurredAt: now });
  const named = (...values: string[]) => ({ identifiers: values.map((value) => ({ type: 'user_id', value })) });

  /** One process after another dies, each one write later than the one before; answers how many did. */
  async function killedAtEveryWrite(ws: WorkspaceId): Promise<number> {
    let next = Intake.start(api.store);
    for (let diesAt = 1; ; diesAt += 1) {
      const intake = await next;
      next = Intake.start(api.store);
      const report = await intake.apply(ws, { docs: [], batchSize: 1, diesAt });
      if (report) {
        (await next).kill();
        expect(report.applied).toBe(1);
        return diesAt - 1;
      }
      await api.store.connection.client.db('admin').command({ killAllSessions: [] });
    }
  }

  it('merges and takes back as one that nobody killed', async () => {
    const [calm, hunted] = [await Life.begin(), await Life.begin()];
    await calm.live((ws) => api.catchUp(ws));
    const deaths: number[] = [];
    await hunted.live(async (ws) => void deaths.push(await killedAtEveryWrite(ws)));
    expect(Math.min(...deaths)).toBeGreaterThan(6);

    const withoutIds = async ({ ws }: Life) =>
      (await graphOf(api.store, ws)).map(({ events, ...facts }) => ({ ...facts, events: events.length }));
    expect(await withoutIds(hunted)).toEqual(await withoutIds(calm));
    expect((await withoutIds(hunted)).map(({ events }) => events)).toEqual([53, 54]);
    expect(await hunted.records()).toEqual([
      ['shop', 0],
      ['phone', 1],
    ]);
    for (const { ws } of [calm, hunted]) await expectSound(api.store, ws);
  });
});

describe('a worker killed while people with some hundred events are merged and made two again', () => {
  const pairs = ['ann', 'bob'];
  const each = 60;
  let heddle: Processes;
  let scene: Scene;
  beforeAll(async () => {
    heddle = await startProcesses({ env: { HEDDLE_INTAKE_BATCH: '50' } });
    scene = await Scene.open(heddle);
    const { audiences } = scene.tenant.client;
    await audiences.put('vip', { name: 'VIP', rule: gold });
    await audiences.attach('vip', 'crm', { identifiers: ['user_id'] });
  });
  afterAll(async () => {
    await scene.close();
    await heddle.stop();
  });

  const shop = (name: string) => `${name}-shop`;
  const phone = (name: string) => `${name}-phone`;
  const users = pairs.flatMap((name) => [shop(name), phone(name)]);
  const orders = (count: number, from: number): TestEvent[] =>
    users.flatMap((userId) =>
      Array.from({ length: count }, (_, n) => {
        return { type: 'track' as const, event: 'Ordered', messageId: `${userId}:${from + n}`, userId };
      }),
    );
  const idOf = async (userId: string) => (await scene.tenant.client.profiles.get(`user_id:${userId}`)).id;

  /** Those who ask are told that it is under way; it happens all the same. */
  async function killedAt(moment: Moment, ask: () => Promise<unknown>[]): Promise<void> {
    const trap = heddle.between.workersAndStore.hold(moment);
    const asked = Promise.allSettled(ask());
    await trap.sprung;
    const [worker] = heddle.workers;
    await worker.kill();
    await worker.start();
    await asked;
  }

  it('divides histories rightly, loses nothing, and tells the CRM who is who', async () => {
    const { profiles } = scene.tenant.client;
    const tier = (userId: string): TestEvent => ({
      ...{ type: 'identify', userId, messageId: `${userId}:tier` },
      traits: { tier: userId.endsWith('phone') ? 'gold' : 'tin' },
    });
    await scene.send([...users.map(tier), ...orders(each, 0)]);
    await heddle.settled();
    const ids = new Map<string, string>();
    for (const user of users) ids.set(user, await idOf(user));
    const idsOf = (name: string) => [ids.get(shop(name)) ?? '', ids.get(phone(name)) ?? ''] as const;

    await killedAt({ says: 'commitTransaction', held: 'before' }, () =>
      pairs.map((name) => profiles.merge(...idsOf(name))),
    );
    await heddle.settled();
    expect(await scene.profiles()).toHaveLength(pairs.length);
    await scene.send(orders(each, each));
    await heddle.settled();
    const merges = await Promise.all(pairs.map(async (name) => (await profiles.merges(idsOf(name)[0])).data[0]));

    const unmerge = () => merges.map((merge) => profiles.unmerge(merge?.survivor ?? '', merge?.absorbed ?? ''));
    await killedAt({ says: mongoCommand('update', 'events'), held: 'after' }, unmerge);
    await killedAt({ says: 'commitTransaction', held: 'after' }, unmerge);
    await heddle.settled();
    await until(async () => (await scene.profiles()).length === users.length || undefined, 'them to be two again');

    for (const user of users) expect([user, await idOf(user)]).toEqual([user, ids.get(user)]);
    await expectSound(heddle.store, scene.tenant.ws);
    for (const { names, events } of await graphOf(heddle.store, scene.tenant.ws)) {
      const user = names[0]?.replace('user_id\n', '');
      const theirs = events.filter((messageId) => users.some((one) => messageId.startsWith(`${one}:`)));
      expect([user, theirs.length]).toEqual([user, 2 * each + 1]);
      expect(theirs.every((messageId) => messageId.startsWith(`${user}:`))).toBe(true);
    }
    const members = pairs.map((name) => ids.get(phone(name)) ?? '').sort();
    const known = () => JSON.stringify(scene.crm.membersOf('vip').sort());
    await until(async () => known() === JSON.stringify(members) || undefined, 'the CRM to know who is who', recoveryMs);
  });
});
