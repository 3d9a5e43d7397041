import type { JsonObject } from '../../src/domain/json';
import type { JourneySend } from '../../src/activities/journeys/journey-sender';
import { wakeSignal } from '../../src/temporal-names';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const countFrom = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const listenFor = (first: JsonObject[]): JsonObject => ({
  ...{ type: 'wait-for', since: 'entry', timeout: '30d', onTimeout: 'late' },
  first,
});
const late = { type: 'exit', reason: 'late' };
const stopped = { type: 'exit', reason: 'stopped' };

/** Tells of each tick, by its number, until it is stopped. */
const ticking: JsonObject = {
  listen: listenFor([
    { on: { event: 'Tick' }, next: 'tell' },
    { on: { event: 'Stop' }, next: 'stopped' },
  ]),
  tell: { type: 'send', destination: 'crm', mapping: {}, next: 'listen' },
  ...{ stopped, late },
};
const told = ({ run }: JourneySend): unknown =>
  (run['steps'] as { listen: { event: { properties: JsonObject } } }).listen.event.properties['n'];

async function historyLengths(workflowId: string): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { runId } of harness.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { events } = await harness.client.workflow.getHandle(workflowId, runId).fetchHistory();
    lengths.push(events?.length ?? 0);
  }
  return lengths;
}

describe('a run in a storm of events under the name that it waits for', () => {
  const batch = 100;
  const batches = 20;

  it('takes the one that it waits for, and is rung once for a batch', async () => {
    const wanted = { event: 'Tick', where: [{ property: 'n', is: 'equals', value: 1_345 }] };
    await harness.publish(journey('storm', { listen: listenFor([{ on: wanted, next: 'stopped' }]), stopped, late }));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('storm', 'listen');
    for (let sent = 0; sent < batches; sent += 1) {
      await Promise.all(countFrom(sent * batch, batch).map((n) => harness.accept('Tick', { n })));
      await harness.apply();
    }
    const [run] = await harness.ended('storm');
    expect(run).toMatchObject({ reason: 'stopped', steps: { listen: { event: { properties: { n: 1_345 } } } } });
    const { kinds } = await harness.history(workflowId);
    const rings = kinds.filter((kind) => kind === 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED').length;
    expect(rings).toBeLessThanOrEqual(batches);
    expect(kinds.length).toBeLessThan(10 * batches);
  });

  it('takes each of them once and in order, where it waits for all', async () => {
    const ticks = 30;
    await harness.publish(journey('each', ticking));
    await harness.happen('Cart Started');
    await harness.waitingAt('each', 'listen');
    for (let from = 0; from < ticks; from += 7) {
      await Promise.all(countFrom(from, Math.min(7, ticks - from)).map((n) => harness.accept('Tick', { n })));
      await harness.apply();
    }
    await harness.until('each', ([run]) => run?.visits['listen'] === ticks + 1, 'all are told of');
    await harness.happen('Stop');
    await harness.ended('each');
    const numbers = harness.destination.got.map(told);
    expect(numbers).toEqual(countFrom(0, ticks));
    expect(new Set(harness.destination.got.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(ticks);
  });
});

describe('a run that continues as new', () => {
  /** As many rings as make it do so, and some. */
  const rings = 2_100;
  const atOnce = 20;

  it.each([
    ['before', 'the look that is its last'],
    ['while', 'it continues'],
  ])('neither misses nor takes twice what happens %s %s', async (when) => {
    await harness.publish(journey('continued', ticking));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('continued', 'listen');
    // Temporal keeps a hundred rings for a workflow that is busy, and begins its task again at more: so none is.
    await harness.stopWorkers();
    const handle = harness.client.workflow.getHandle(workflowId);
    for (let sent = 0; sent < rings; sent += atOnce)
      await Promise.all(countFrom(sent, atOnce).map(() => handle.signal(wakeSignal)));
    if (when === 'before') await harness.happen('Tick', { n: 1 });
    await harness.startWorkers();
    if (when === 'while') await harness.happen('Tick', { n: 1 });
    await harness.until('continued', ([run]) => run?.visits['listen'] === 2, 'it is told of');
    await harness.happen('Stop');
    expect((await harness.ended('continued'))[0]).toMatchObject({ reason: 'stopped', visits: { listen: 2, tell: 1 } });
    expect(harness.destination.got.map(told)).toEqual([1]);
    const lengths = await historyLengths(workflowId);
    expect(lengths.length).toBeGreaterThan(1);
    // Where Temporal begins to warn.
    expect(Math.max(...lengths)).toBeLessThan(10_240);
  });
});
