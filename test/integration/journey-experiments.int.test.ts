import { compareVariants } from '../../src/domain/impact/experiment';
import type { JsonObject } from '../../src/domain/json';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const variant = (key: string, weight: number): JsonObject => ({ key, weight, next: `to-${key}` });
/** Ends with the variant that the person had as its reason. */
const steps = (weights: Record<string, number>, of: JsonObject = {}): JsonObject => ({
  which: {
    type: 'split',
    experiment: 'subject',
    goal: 'buy',
    variants: Object.entries(weights).map(([key, weight]) => variant(key, weight)),
    ...of,
  },
  ...Object.fromEntries(Object.keys(weights).map((key) => [`to-${key}`, { type: 'exit', reason: key }])),
});
const entry = { on: { event: 'Cart Started' }, reentry: { again: 'always' } };
const goals = [{ key: 'buy', on: { event: 'Bought' }, within: '7d', value: 'properties.total' }];
const split = (key: string, ...of: Parameters<typeof steps>) => journey(key, steps(...of), { entry, goals });

/** Has somebody go through, and answers which variant they had. */
async function go(key: string, user: string): Promise<string | undefined> {
  const before = (await harness.runs(key)).length;
  await harness.happen('Cart Started', {}, { user });
  const isThere = (run: { waitingFor: readonly string[]; endedAt?: number }) =>
    run.endedAt !== undefined || run.waitingFor.length > 0;
  await harness.until(key, (runs) => runs.length > before && runs.every(isThere), 'the run has come to the split');
  await harness.apply();
  const runs = await harness.ended(key);
  return runs.toSorted((a, b) => a.enteredAt - b.enteredAt).at(-1)?.reason;
}

const arms = () => harness.store.impact.experiments.arms(harness.ws, 'subject');

describe('a split', () => {
  it('gives a person one variant for good: again, under other weights, from other steps, in another journey', async () => {
    await harness.publish(split('first', { short: 50, long: 50 }));
    const had = await go('first', 'u1');
    expect(['short', 'long']).toContain(had);
    expect(await go('first', 'u1')).toBe(had);
    await harness.keepHistory('enrollment-split', (await harness.runs('first'))[0]!.workflowId);
    // Nobody new would get it any more.
    const turned = had === 'short' ? { short: 0, long: 100 } : { short: 100, long: 0 };
    await harness.publish(split('first', turned));
    expect(await go('first', 'u1')).toBe(had);
    expect(await go('first', 'u2')).not.toBe(had);
    await harness.publish(split('second', turned));
    expect(await go('second', 'u1')).toBe(had);
    expect((await arms()).reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it('counts a goal from the exposure on, and for who became one of two with different variants nothing', async () => {
    await harness.publish(split('first', { short: 100, long: 0 }));
    await go('first', 'u1');
    await harness.happen('Bought', { total: 30 }, { user: 'u1' });
    await go('first', 'u3');
    await harness.publish(split('first', { short: 0, long: 100 }));
    await go('first', 'u2');
    const { variants } = compareVariants(['short', 'long'], await arms());
    expect(variants.map(({ exposed, converted, value }) => [exposed, converted, value])).toEqual([
      [2, 1, { none: 30 }],
      [1, 0, {}],
    ]);
    expect((await arms()).find(({ value }) => value === 30)).toMatchObject({ squares: 900 });
    const both = ['u3', 'u2'].map((value) => ({ type: 'user_id', value }));
    await harness.happen('Same', {}, { isMerge: true, identifiers: both });
    const { variants: left, contaminated } = compareVariants(['short', 'long'], await arms());
    expect([contaminated, ...left.map(({ exposed }) => exposed)]).toEqual([1, 1, 0]);
    await harness.publish(split('first', { short: 0, long: 100 }));
    expect(await go('first', 'u2')).toBe('short');
  });

  it('goes on with the winner by itself, keeps what decided, and lets who has another keep that', async () => {
    const kept = split('first', { short: 50, long: 50 }, { winner: 'auto' });
    await harness.publish(kept);
    const had = await go('first', 'u1');
    const best = had === 'short' ? 'long' : 'short';
    await crowd(best);
    // It is asked for once a minute; the minute is over.
    await harness.store.connection.db.collection('experiments').updateMany({}, { $set: { askedAt: 0 } });
    for (const user of ['u2', 'u3', 'u4', 'u5', 'u6']) expect(await go('first', user)).toBe(best);
    expect(await go('first', 'u1')).toBe(had);
    const decision = await harness.store.experiments.decision(harness.ws, 'subject');
    expect(decision).toMatchObject({ variant: best, journey: 'first' });
    expect(decision?.figures.variants.map(({ exposed }) => exposed).sort()).toEqual([400, 401]);
    expect(compareVariants(['short', 'long'], await arms()).sinceWon).toBe(5);
  });

  /** 400 people with each variant, of whom more convert with the best. */
  async function crowd(best: string): Promise<void> {
    const { ws, store } = harness;
    const people = ['short', 'long'].flatMap((key) =>
      Array.from({ length: 400 }, (_, index) => ({
        _id: `${ws}:prf_${key}_${index}`,
        ...{ ws, exposedTo: [`${ws}:subject`] },
        experiments: {
          subject: {
            ...{ variant: key, at: 1, drawnBy: 'short:50 long:50' },
            ...(index < (key === best ? 200 : 40) && { conversion: { at: 2 } }),
          },
        },
      })),
    );
    await store.connection.db.collection<{ _id: string }>('profiles').insertMany(people);
  }
});

describe('a merge in the middle of a journey', () => {
  it('leaves one run, the variant of the older exposure, and the denial that either of the two had made', async () => {
    const denied = { consent: { records: { marketing: { status: 'denied' } } } };
    const anonymous = { identifiers: [{ type: 'anonymous_id', value: 'a1' }] };
    const mail = { type: 'send', destination: 'crm' };
    const rest = { type: 'wait', for: '1d', next: 'mail' };
    const which = (weights: number[]) =>
      steps({ short: weights[0] ?? 0, long: weights[1] ?? 0 }, {})['which'] as JsonObject;
    const joined = (weights: number[]) =>
      journey(
        'joined',
        { which: which(weights), 'to-short': { ...rest }, 'to-long': { ...rest, for: '2d' }, mail },
        { goals },
      );
    const waits = (count: number) =>
      harness.until(
        'joined',
        (runs) => runs.filter(({ step, status }) => step.startsWith('to-') && status === 'active').length === count,
        `${count} wait`,
      );
    const exposed = () =>
      harness.until(
        'joined',
        (runs) => runs.every((run) => run.waitingFor.length > 0 || run.step !== 'which'),
        'exposed',
      );
    await harness.publish(joined([0, 100]));
    await harness.happen('Cart Started');
    await exposed();
    await harness.apply();
    await waits(1);
    await harness.publish(joined([100, 0]));
    await harness.happen('Cart Started', {}, { ...anonymous, context: denied });
    await exposed();
    await harness.apply();
    await waits(2);
    await harness.happen(
      'Logged In',
      {},
      {
        identifiers: [{ type: 'user_id', value: 'u1' }, ...anonymous.identifiers],
      },
    );
    const older = (await waits(1)).find(({ status }) => status === 'active');
    expect(older).toMatchObject({ status: 'active', step: 'to-long' });
    const { ws, store } = harness;
    const person = await store.profiles.canonical(ws, older!.profile);
    expect(person?.experiments?.['subject']).toMatchObject({ variant: 'long', isContaminated: true });
    await harness.fastForward(older!.workflowId, 3 * 24 * 3_600_000);
    const runs = await harness.ended('joined');
    expect(runs.map(({ reason }) => reason).sort()).toEqual(['completed', 'merged']);
    expect(harness.destination.got).toEqual([]);
    expect(older!.id).toBe(runs.find(({ reason }) => reason === 'completed')?.id);
  });
});
