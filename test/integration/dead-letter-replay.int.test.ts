import type { Operation } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';
import type { EventDoc } from '../../src/store/documents';
import { inTransaction } from '../../src/store/open-store';

jest.setTimeout(180_000);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const ended = ({ id }: Operation): Promise<Operation> => system.client.operations.wait(id);
const order = (messageId: string, more: object = {}) => ({
  ...{ type: 'track' as const, userId: messageId, event: 'Order Completed', messageId },
  ...more,
});
const total = { path: 'total', types: ['number' as const], required: true };
const savePlan = (onViolation: 'quarantine' | 'reject' | 'flag', events: [] | ['order'] = ['order']) =>
  system.client.trackingPlans.put('shop', {
    ...{ name: 'Shop', isDefault: true, onViolation },
    events: events.map(() => ({ event: 'Order Completed', properties: [total] })),
  });
const eventsOf = async (user: string) => (await system.client.profiles.events(`user_id:${user}`)).data;
const open = async () => (await system.client.deadLetters.list({ state: 'open' })).data;
describe('a replay of dead letters', () => {
  it('lets in what the plan of today allows, under the receipt and the id it had, once', async () => {
    await savePlan('quarantine');
    const sentAt = Date.now();
    const context = { locale: 'de' };
    const first = await system.client.events.batch([
      order('o1', { context }),
      order('o2', { timestamp: sentAt - 5_000 }),
    ]);
    expect(first.quarantined).toHaveLength(2);
    const letters = (await open()).filter(({ messageId }) => ['o1', 'o2'].includes(messageId ?? ''));
    const receivedAt = Object.fromEntries(letters.map(({ messageId, at }) => [messageId, at]));

    const ids = letters.map(({ id }) => id);
    const inVain = await ended(await system.client.deadLetters.replay({ ids }));
    expect(inVain).toMatchObject({ status: 'completed', result: { replayed: 0, refused: 2, lost: 0 } });
    expect(await system.client.deadLetters.get(ids[0] ?? '')).toMatchObject({
      state: 'open',
      refusedAgain: { code: 'plan_violation' },
    });

    await savePlan('flag', []);
    // A worker may judge by the plan of before for five seconds.
    const done = await until(async () => {
      const { result } = await ended(await system.client.deadLetters.replay({ filter: { stage: 'quarantined' } }));
      return result?.['refused'] === 0 ? result : undefined;
    }, 'the plan to be forgotten');
    expect(done).toMatchObject({ refused: 0, lost: 0 });
    await system.settled();
    expect(await eventsOf('o1')).toMatchObject([{ messageId: 'o1', receivedAt: receivedAt['o1'], context }]);
    expect(await eventsOf('o2')).toMatchObject([{ occurredAt: new Date(sentAt - 5_000).toISOString() }]);
    const settled = await system.client.deadLetters.get(ids[0] ?? '');
    expect(settled).toMatchObject({ state: 'replayed', replayedAt: expect.any(String) });
    expect(settled).not.toHaveProperty('payload');
    expect(await open()).toEqual([]);

    const again = await ended(await system.client.deadLetters.replay({ ids }));
    expect(again).toMatchObject({ result: { replayed: 0 } });
    const { traffic } = await system.client.sources.get('server');
    expect(traffic.total.replayed).toBe(2);
  });

  it('keeps open what is still refused, and takes back into the intake what could not be applied', async () => {
    await system.client.events.batch([order('bad', { userId: 17 }), order('applied')]);
    await system.settled();
    const { store, ws } = system;
    const event = await store.events.byMessageId(ws, 'applied');
    if (!event) throw new Error('The event was not stored.');
    // As the intake leaves an event that fails whenever it is applied alone.
    const { db } = store.connection;
    const asPending = {
      $set: { state: 'pending' },
      $unset: { subject: '', seq: '', waitKey: '', profile: '' },
    } as const;
    await db.collection<EventDoc>('events').updateOne({ _id: event._id }, asPending);
    await inTransaction(store.connection, async (session) => {
      const dead = { deadReason: 'TypeError', deadKeys: [], expireAt: new Date(Date.now() + 60_000) };
      await store.events.markDead(ws, 'applied', dead, session);
      await store.deadLetters.addUnapplied(ws, event, { code: 'TypeError', at: Date.now(), naming: [] }, session);
    });
    expect((await system.client.deadLetters.summary()).data).toMatchObject([
      { stage: 'unapplied', code: 'TypeError', source: 'server', count: 1 },
      { stage: 'rejected', code: 'invalid_id', count: 1 },
    ]);
    const { result } = await ended(await system.client.deadLetters.replay({ filter: {} }));
    expect(result).toEqual({ replayed: 1, refused: 1, lost: 0 });
    await system.settled();
    expect((await store.events.byMessageId(ws, 'applied'))?.state).toBe('applied');
    expect(await open()).toMatchObject([{ messageId: 'bad', refusedAgain: { code: 'invalid_id' } }]);
  });
});
