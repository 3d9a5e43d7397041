import type { JsonObject } from '../../src/domain/json';
import { journey, JourneyHarness } from './journey-harness';

const hour = 3_600_000;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const send = (next?: string): JsonObject => ({ type: 'send', destination: 'crm', ...(next !== undefined && { next }) });
const reasons = (runs: readonly { readonly reason?: string; readonly status: string }[]) =>
  runs.map(({ reason, status }) => reason ?? status);

describe('somebody who begins again while inside', () => {
  const steps = { rest: { type: 'wait', for: '2h', next: 'mail' }, mail: send() };
  const on = { event: 'Cart Started' };

  it('restarts: the old run ends with the same event, and sends nothing any more', async () => {
    const entry = { on, reentry: { again: 'always', whileInside: 'restart' } };
    await harness.publish(journey('anew', steps, { entry }));
    await harness.happen('Cart Started', { total: 1 });
    const first = await harness.waitingAt('anew', 'rest');
    await harness.fastForward(first.workflowId, hour);
    await harness.happen('Cart Started', { total: 2 });
    const [old, second] = await harness.until(
      'anew',
      ([one, other]) => one?.reason === 'restarted' && one.dueAt === undefined && other?.dueAt !== undefined,
      'the second run waits in the place of the first',
    );
    expect(old).toMatchObject({ id: first.id, status: 'exited' });
    await harness.fastForward(second!.workflowId, 2 * hour);
    expect(reasons(await harness.ended('anew'))).toEqual(['restarted', 'completed']);
    expect(harness.destination.got.map(({ enrollment }) => enrollment)).toEqual([second!.id]);
  });

  it('has several runs beside each other, up to the most', async () => {
    const entry = { on, reentry: { again: 'always', whileInside: 'parallel', max: 2 } };
    await harness.publish(journey('beside', steps, { entry }));
    for (let nth = 0; nth < 3; nth += 1) await harness.happen('Cart Started', { nth });
    const runs = await harness.until(
      'beside',
      (found) => found.length === 2 && found.every(({ dueAt }) => dueAt !== undefined),
      'two runs wait',
    );
    for (const { workflowId } of runs) await harness.fastForward(workflowId, 2 * hour);
    expect(reasons(await harness.ended('beside'))).toEqual(['completed', 'completed']);
    expect(harness.destination.got).toHaveLength(2);
  });
});

describe('an update', () => {
  const updates = [
    { on: { event: 'Cart Updated', match: { 'properties.cart': 'entry.properties.cart' } }, resumeAt: 'rest' },
  ];
  const of = { updates, entry: { on: { event: 'Cart Started' }, key: 'properties.cart' } };

  it('starts the wait again, and is what the message tells', async () => {
    await harness.publish(journey('updated', { rest: { type: 'wait', for: '2h', next: 'mail' }, mail: send() }, of));
    await harness.happen('Cart Started', { cart: 'c1', total: 1 });
    const { workflowId } = await harness.waitingAt('updated', 'rest');
    await harness.fastForward(workflowId, hour);
    await harness.happen('Cart Updated', { cart: 'c2', total: 5 });
    await harness.happen('Cart Updated', { cart: 'c1', total: 2 });
    const [run] = await harness.until(
      'updated',
      ([one]) => one?.visit === 2 && one.dueAt! > Date.now(),
      'it waits anew',
    );
    expect(run?.entry.properties).toEqual({ cart: 'c1', total: 2 });
    await harness.fastForward(workflowId, 2 * hour);
    await harness.ended('updated');
    expect(harness.destination.got).toMatchObject([{ run: { entry: { properties: { cart: 'c1', total: 2 } } } }]);
  });

  it('between two attempts has the message made anew later, and the first withheld', async () => {
    harness.destination.answers.push({ kind: 'transient', code: 'http-503', retryAfterMs: 700 });
    await harness.publish(
      journey(
        'retried',
        { mail: send('rest'), rest: { type: 'wait', for: '2h', next: 'bye' }, bye: { type: 'exit' } },
        of,
      ),
    );
    await harness.happen('Cart Started', { cart: 'c1' });
    await harness.until(
      'retried',
      ([run]) => harness.destination.got.length === 1 && run?.sending === undefined,
      'one attempt',
    );
    await harness.happen('Cart Updated', { cart: 'c1' });
    const [run] = await harness.until(
      'retried',
      ([one]) => one?.step === 'rest' && one.left === undefined && one.dueAt! > Date.now(),
      'it waits',
    );
    const [delivery] = await harness.store.deliveries.page(harness.ws, {}, 10);
    expect(delivery).toMatchObject({ status: 'withheld', reason: 'moved-on' });
    await harness.fastForward(run!.workflowId, 2 * hour);
    expect((await harness.ended('retried'))[0]).toMatchObject({ reason: 'completed' });
    expect(harness.destination.got).toHaveLength(1);
  });
});
