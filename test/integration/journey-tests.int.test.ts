import { testEvent } from '../../src/domain/events/enroll';
import { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import { draftVersion } from '../../src/domain/journeys/tested-draft';
import type { JsonObject } from '../../src/domain/json';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const steps: JsonObject = {
  rest: { type: 'wait', for: '60d', next: 'mail' },
  mail: { type: 'send', destination: 'crm', next: 'listen' },
  listen: {
    type: 'wait-for',
    first: [{ on: { event: 'Email Clicked' }, next: 'thanks' }],
    timeout: '30d',
    onTimeout: 'bye',
  },
  thanks: { type: 'send', destination: 'crm', next: 'bye' },
  bye: { type: 'exit' },
};
const goal = { key: 'order', on: { event: 'Order Completed' }, within: '7d' };

/** Has somebody made up walk a version, as the API asks for it. */
async function begin(key: string, id: string, waitsMs = 1_000): Promise<void> {
  const ask = { id, journey: key, by: 'test', properties: { cart_id: 'c1' }, source: 'key_test' } as const;
  const test = { version: 1, waitsMs };
  const identifiers = [{ type: 'user_id', value: id }];
  const event = testEvent({ ...ask, test, traits: { tier: 'gold' }, identifiers }, Date.now());
  await harness.happen(event.name, event.properties, event);
}

const figures = async (key: string) => {
  const { impact, enrollments } = harness.store;
  const asked = { from: 0 };
  return {
    runs: await impact.journeys.runs(harness.ws, key, asked),
    visits: await impact.journeys.visits(harness.ws, key, asked),
    goals: await impact.journeys.conversions(harness.ws, key, asked),
    reached: (await impact.journeys.visitsReached(harness.ws, key, { steps: Object.keys(steps), from: 0 })).visits,
    standing: await enrollments.standing(harness.ws, key),
    ledger: await impact.deliveries.states(harness.ws, 0),
  };
};
const nothing = { runs: [], visits: [], goals: [], reached: [], standing: [], ledger: [] };

describe('a test of a journey', () => {
  it('walks waits of months within seconds, keeps what would be sent and sends nothing, and no figure counts it', async () => {
    await harness.publish(journey('tried', steps, { goals: [goal], holdout: { percent: 50 } }));
    await begin('tried', 't1');
    const [run] = await harness.ended('tried');
    expect(run).toMatchObject({ status: 'completed', step: 'bye', test: { waitsMs: 1_000 } });
    expect(run?.path.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['rest', 'waited'],
      ['mail', 'withheld'],
      ['listen', 'timeout'],
      ['bye', expect.anything()],
    ]);
    await harness.happen('Order Completed', {}, { user: 't1' });
    expect((await harness.runs('tried'))[0]?.conversions).toHaveLength(1);
    const [sent] = await harness.store.deliveries.ofRun(harness.ws, run!.id, 10);
    expect(sent).toMatchObject({ status: 'withheld', reason: 'test', sandbox: { method: 'POST' } });
    expect(sent?.sandbox?.body).toContain('c1');
    expect(harness.destination.got).toEqual([]);
    expect(await figures('tried')).toEqual(nothing);
    expect(run?.exposed).toBeUndefined();
  }, 60_000);

  it('walks a draft that nobody has published', async () => {
    await harness.publish(journey('tried', { bye: { type: 'exit', reason: 'as published' } }));
    const draftJson = JSON.stringify(JourneyDefinition.parse(journey('tried', steps)));
    const ask = { id: 't4', journey: 'tried', by: 'test', properties: {}, source: 'key_test' } as const;
    const identifiers = [{ type: 'user_id', value: 't4' }];
    const event = testEvent(
      { ...ask, test: { version: draftVersion, draftJson, waitsMs: 500 }, traits: {}, identifiers },
      Date.now(),
    );
    await harness.happen(event.name, event.properties, event);
    const [run] = await harness.ended('tried');
    expect(run).toMatchObject({ status: 'completed', version: draftVersion });
    expect(run?.path.map(({ step }) => step)).toEqual(['rest', 'mail', 'listen', 'bye']);
    expect(await figures('tried')).toEqual(nothing);
  }, 60_000);

  it('goes on by what its person does, and is let in nowhere else', async () => {
    await harness.publish(journey('tried', steps));
    await harness.publish(journey('other', { rest: { type: 'wait', for: '1d', next: 'bye' }, bye: { type: 'exit' } }));
    await begin('tried', 't2', 30_000);
    const [resting] = await harness.until('tried', ([run]) => run?.dueAt !== undefined, 'it rests');
    await harness.fastForward(resting!.workflowId, 30_000);
    await harness.waitingAt('tried', 'listen');
    await harness.happen('Cart Started', {}, { user: 't2' });
    await harness.happen('Email Clicked', {}, { user: 't2' });
    const [run] = await harness.ended('tried');
    expect(run?.path.map(({ step }) => step)).toContain('thanks');
    expect(await harness.runs('other')).toEqual([]);
    expect(harness.destination.got).toEqual([]);
  }, 60_000);

  it('changes nothing for anybody else: they wait for as long as the journey says, and are counted', async () => {
    await harness.publish(journey('tried', steps));
    await harness.happen('Cart Started', { cart_id: 'c2' }, { user: 'u1' });
    const run = await harness.waitingAt('tried', 'rest');
    await begin('tried', 't3');
    await harness.until('tried', (runs) => runs.some(({ test, endedAt }) => test && endedAt !== undefined), 'it ends');
    expect(run.dueAt! - run.arrivedAt).toBeGreaterThan(59 * 86_400_000);
    expect((await figures('tried')).standing).toEqual([{ version: 1, step: 'rest', count: 1 }]);
    await harness.fastForward(run.workflowId, 60 * 86_400_000);
    await harness.until('tried', (runs) => runs.some(({ test, step }) => !test && step === 'listen'), 'it was sent');
    expect(harness.destination.got).toHaveLength(1);
    // Nobody becomes a test, or restricted, because an event says so of somebody who was there before.
    await begin('tried', 'u1');
    expect((await harness.runs('tried')).filter(({ test }) => test)).toHaveLength(1);
  }, 60_000);
});
