import { manualRule } from '../../src/domain/audiences/manual-audience';
import { inTransaction } from '../../src/store/open-store';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

async function profile() {
  const { ws, store } = harness;
  const [run] = await harness.runs('counting');
  return store.profiles.canonical(ws, run!.profile);
}

async function saveGuests(): Promise<void> {
  const { ws, store } = harness;
  await inTransaction(store.connection, async (session) => {
    const sinceRuleset = await store.workspaces.raiseRuleset(ws, session);
    const content = { key: 'guests', name: 'Guests', ruleJson: JSON.stringify(manualRule('guests', 1)) };
    await store.audiences.save(ws, content, { sinceRuleset, now: Date.now() }, session);
  });
}

describe('a step that changes something', () => {
  it('counts once for each visit, and two runs at a time both count', async () => {
    await harness.publish(
      journey(
        'counting',
        { count: { type: 'update', increment: { orders: 1, spent: { from: 'entry.properties.total' } } } },
        { entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id' } },
      ),
    );
    await harness.happen('Cart Started', { cart_id: 'c1', total: 30 });
    await harness.happen('Cart Started', { cart_id: 'c2', total: 12 });
    const runs = await harness.until(
      'counting',
      (found) => found.length === 2 && found.every((run) => run.waitingFor.length > 0),
      'both wait for what they count',
    );
    await harness.apply();
    await harness.ended('counting');
    // The worker that recorded it died, and the next one records it again.
    await harness.accept(
      'identify',
      {},
      { kind: 'identify', messageId: `${runs[0]!.id}:count:1`, increments: { orders: 1 } },
    );
    await harness.apply();
    expect((await profile())?.traits).toMatchObject({ orders: { value: 2 }, spent: { value: 42 } });
  });

  it('puts somebody into an audience that is kept by hand, which starts what enters on it', async () => {
    await saveGuests();
    const to = (key: string, does: string) => ({ put: { type: 'audience', audience: key, do: does } });
    await harness.publish(journey('inviting', to('guests', 'add')));
    await harness.publish(
      journey('thanking', to('guests', 'remove'), { entry: { on: { audience: 'guests', edge: 'entered' } } }),
    );
    await harness.happen('Cart Started');
    await harness.waitingAt('inviting', 'put');
    await harness.apply();
    await harness.ended('inviting');
    const { profile: id } = await harness.waitingAt('thanking', 'put');
    expect((await harness.store.profiles.canonical(harness.ws, id))?.memberships).toHaveProperty('guests');
    await harness.apply();
    await harness.ended('thanking');
    expect((await harness.store.profiles.canonical(harness.ws, id))?.memberships).not.toHaveProperty('guests');
  });

  it('emits an event that wakes and starts other journeys, and never its own', async () => {
    const always = { again: 'always' };
    await harness.publish(
      journey(
        'telling',
        {
          tell: {
            type: 'emit',
            event: 'Told',
            properties: { cart: { from: 'entry.properties.cart_id' } },
            next: 'rest',
          },
          rest: { type: 'wait', for: '1d', next: 'tell' },
        },
        { entry: { on: { event: 'Told' }, reentry: always }, exits: [{ on: { event: 'Told' } }] },
      ),
    );
    await harness.publish(
      journey('listening', {
        listen: {
          type: 'wait-for',
          timeout: '1d',
          first: [{ on: { event: 'Told' }, next: 'heard' }],
          onTimeout: 'not',
        },
        heard: { type: 'exit', reason: 'heard' },
        not: { type: 'exit', reason: 'not' },
      }),
    );
    await harness.happen('Cart Started');
    await harness.waitingAt('listening', 'listen');
    await harness.happen('Told', { cart_id: 'c1' });
    await harness.waitingAt('telling', 'tell');
    await harness.apply();
    const [run] = await harness.ended('listening');
    expect(run).toMatchObject({ reason: 'heard' });
    // One run only: by the time it rests its own event has been applied.
    const { id } = await harness.waitingAt('telling', 'rest');
    const emitted = await harness.store.events.byMessageId(harness.ws, `${id}:tell:1`);
    expect(emitted).toMatchObject({
      kind: 'track',
      state: 'applied',
      properties: { cart: 'c1' },
      emittedBy: ['telling'],
    });
  });

  it('lets a round of journeys that begin one another come to an end that is seen', async () => {
    const reentry = { again: 'always' };
    for (const [key, on, event] of [
      ['ping', 'Ping', 'Pong'],
      ['pong', 'Pong', 'Ping'],
    ] as const)
      await harness.publish(journey(key, { tell: { type: 'emit', event } }, { entry: { on: { event: on }, reentry } }));
    await harness.happen('Ping');
    const isFailed = async () => (await harness.runs('ping')).some(({ reason }) => reason === 'emit-depth');
    while (!(await isFailed())) {
      await harness.apply();
      await harness.until(
        'ping',
        (runs) => runs.every((run) => run.waitingFor.length > 0 || run.endedAt !== undefined),
        'pings tell',
      );
      await harness.until(
        'pong',
        (runs) => runs.every((run) => run.waitingFor.length > 0 || run.endedAt !== undefined),
        'pongs tell',
      );
    }
    expect([(await harness.runs('ping')).length, (await harness.runs('pong')).length]).toEqual([5, 4]);
  });
});
