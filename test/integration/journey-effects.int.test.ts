import { manualRule } from '../../src/domain/audiences/manual-audience';
import type { JsonObject } from '../../src/domain/json';
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
    await harness.keepHistory('enrollment-update', runs[0]!.workflowId);
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
    await harness.keepHistory('enrollment-audience', (await harness.runs('inviting'))[0]!.workflowId);
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
    const { id, workflowId } = await harness.waitingAt('telling', 'rest');
    await harness.kindsUntil(workflowId, 'EVENT_TYPE_TIMER_STARTED', 2);
    await harness.keepHistory('enrollment-emit', workflowId);
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

describe('a step that begins another journey', () => {
  const child = (steps: JsonObject, of: JsonObject = {}) =>
    journey('child', steps, { entry: { on: { event: 'Never' } }, ...of });
  const parent = (of: JsonObject = {}) =>
    journey('parent', {
      begin: {
        type: 'enroll',
        journey: 'child',
        properties: { of: { from: 'entry.properties.cart_id' } },
        wait: true,
        next: 'which',
        ...of,
      },
      which: {
        type: 'branch',
        cases: [
          { if: { path: 'steps.begin.event.properties.reason', is: 'equals', value: 'bought' }, next: 'yes' },
          { if: { path: 'steps.begin.event.properties.status', is: 'equals', value: 'not-begun' }, next: 'none' },
        ],
        else: 'no',
      },
      yes: { type: 'exit', reason: 'yes' },
      none: { type: 'exit', reason: 'none' },
      no: { type: 'exit', reason: 'no' },
    });
  const resting: JsonObject = {
    rest: { type: 'wait', for: '7d', next: 'bye' },
    bye: { type: 'exit', reason: 'rested' },
  };
  const exits = [{ on: { event: 'Bought' }, reason: 'bought' }];

  async function begin() {
    await harness.happen('Cart Started', { cart_id: 'c1' });
    await harness.waitingAt('parent', 'begin');
    await harness.apply();
    return harness.waitingAt('child', 'rest');
  }

  /** The run has been told that the other began, and sleeps until its end, a day at a time. */
  const sleeps = () =>
    harness.until('parent', ([run]) => (run?.dueAt ?? 0) > Date.now() + 3_600_000, 'the parent waits for the end');

  it('goes on when the other has ended by an event, and by time, with its reason; and hands it its properties', async () => {
    await harness.publish(child(resting, { exits }));
    await harness.publish(parent());
    const run = await begin();
    expect(run.entry).toMatchObject({ properties: { of: 'c1' }, emittedBy: ['parent'] });
    await sleeps();
    await harness.happen('Bought');
    expect((await harness.ended('parent'))[0]).toMatchObject({ reason: 'yes' });
    await harness.keepHistory('enrollment-parent', (await harness.runs('parent'))[0]!.workflowId);
  });

  it('hears of an end that time brings', async () => {
    await harness.publish(child(resting));
    await harness.publish(parent());
    const { workflowId } = await begin();
    await sleeps();
    await harness.fastForward(workflowId, 7 * 24 * 3_600_000);
    expect((await harness.ended('parent'))[0]).toMatchObject({
      reason: 'no',
      steps: { begin: { event: { properties: { status: 'completed', reason: 'rested' } } } },
    });
  });

  it('finds an end that came while no worker ran', async () => {
    await harness.publish(child(resting, { exits }));
    await harness.publish(parent());
    await begin();
    await sleeps();
    await harness.stopWorkers();
    await harness.happen('Bought');
    await harness.startWorkers();
    expect((await harness.ended('parent'))[0]).toMatchObject({ reason: 'yes' });
  });

  it('does not wait unless it says so, and the other outlives it', async () => {
    await harness.publish(child(resting));
    await harness.publish(parent({ wait: false }));
    await begin();
    await harness.ended('parent');
    expect((await harness.runs('child'))[0]).toMatchObject({ status: 'active' });
  });

  it('leaves the other going when it ends itself in the meantime', async () => {
    await harness.publish(child(resting));
    await harness.publish({ ...parent(), exits: [{ on: { event: 'Stopped' }, reason: 'stopped' }] });
    await begin();
    await sleeps();
    await harness.happen('Stopped');
    expect((await harness.ended('parent'))[0]).toMatchObject({ reason: 'stopped' });
    expect((await harness.runs('child'))[0]).toMatchObject({ status: 'active' });
  });

  it('goes on with the reason where none was begun', async () => {
    await harness.publish(parent());
    await harness.happen('Cart Started');
    await harness.waitingAt('parent', 'begin');
    await harness.apply();
    expect((await harness.ended('parent'))[0]).toMatchObject({
      reason: 'none',
      steps: { begin: { event: { properties: { reason: 'not-published' } } } },
    });
  });
});
