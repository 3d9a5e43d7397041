import { restartStaleEnrollments } from '../../src/activities/journeys/start-enrollment';
import type { Enrollment } from '../../src/domain/journeys/enrollment';
import type { JsonObject } from '../../src/domain/json';
import { until } from '../../src/testing/system';
import { journey, JourneyHarness } from './journey-harness';

const hour = 3_600_000;
const day = 24 * hour;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const send = (next?: string): JsonObject => ({ type: 'send', destination: 'crm', ...(next !== undefined && { next }) });

/**
 * What the workflow itself cost. Left out are the skipping of time, and what a busy machine adds: a task that timed out and was handed
 * out again, and one that was completed only to ask for more time (the next one follows at once).
 */
function withoutServersOwn(kinds: readonly string[]): string[] {
  const task = 'EVENT_TYPE_WORKFLOW_TASK_';
  const kept: string[] = [];
  const dropTask = (): void => {
    while (kept.at(-1)?.startsWith(task)) if (kept.pop() === `${task}SCHEDULED`) return;
  };
  for (const kind of kinds.filter((one) => !one.includes('TIME_SKIPPING'))) {
    if (kind === `${task}TIMED_OUT`) {
      dropTask();
      continue;
    }
    if (kind === `${task}SCHEDULED` && kept.at(-1) === `${task}COMPLETED`) dropTask();
    kept.push(kind);
  }
  return kept;
}

/** What Temporal bills, as its documentation counts: looks of one workflow task (markers one after another) are one action. */
function actionsIn(kinds: readonly string[]): string[] {
  const billed =
    /_(TIMER_STARTED|ACTIVITY_TASK_SCHEDULED|EXECUTION_(STARTED|SIGNALED|CONTINUED_AS_NEW|INITIATED))$|UPSERT/;
  const isLook = (kind: string | undefined): boolean => kind === 'EVENT_TYPE_MARKER_RECORDED';
  return kinds.filter((kind, index) => billed.test(kind) || (isLook(kind) && !isLook(kinds[index - 1])));
}

/** From the end of its first wait to the beginning of the second. */
async function roundOf(workflowId: string): Promise<string[]> {
  const kinds = await harness.kindsUntil(workflowId, 'EVENT_TYPE_TIMER_STARTED', 2);
  return withoutServersOwn(kinds.slice(kinds.indexOf('EVENT_TYPE_TIMER_FIRED')));
}

describe('a journey on Temporal', () => {
  it('waits 60 days, branches on what happened meanwhile, sends once and ends, in at most 12 history events and 3 billed actions a round', async () => {
    await harness.publish(
      journey('patient', {
        rest: { type: 'wait', for: '60d', next: 'which' },
        which: { type: 'branch', cases: [{ if: { event: 'Product Viewed' }, next: 'mail' }], else: 'no' },
        mail: send('rest-again'),
        'rest-again': { type: 'wait', for: '1d', next: 'bye' },
        bye: { type: 'exit', reason: 'reminded' },
        no: { type: 'exit', reason: 'wrong branch' },
      }),
    );
    const people = ['ada@example.com', 'bob@example.com', 'cid@example.com'];
    for (const user of people) {
      await harness.happen('Cart Started', { note: user }, { user });
      await harness.happen('Product Viewed', { note: 'Lovelace' }, { user });
    }
    const runs = await harness.allWaitingAt('patient', 'rest', people.length);
    for (const { workflowId } of runs) await harness.fastForward(workflowId, 60 * day);
    // On a busy machine the server now and then skips the next wait of one of them as well.
    const hasCome = (run: Enrollment): boolean =>
      run.path.some(({ step }) => step === 'rest-again') && (run.endedAt !== undefined || run.dueAt !== undefined);
    await harness.until('patient', (all) => all.every(hasCome), 'all have come to rest-again');
    const rounds = await Promise.all(runs.map(({ workflowId }) => roundOf(workflowId)));
    // What a busy machine adds to one of them is not what a round costs.
    const least = rounds.reduce((one, other) => (other.length < one.length ? other : one));
    expect({ least, isShort: least.length <= 12 }).toEqual({ least, isShort: true });
    expect(actionsIn(least)).toEqual([
      'EVENT_TYPE_MARKER_RECORDED',
      'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      'EVENT_TYPE_TIMER_STARTED',
    ]);

    for (const { endedAt, workflowId } of await harness.runs('patient'))
      if (endedAt === undefined) await harness.fastForward(workflowId, day);
    const ended = await harness.ended('patient');
    for (const run of ended) expect(run).toMatchObject({ status: 'completed', reason: 'reminded', effects: 1 });
    const keys = harness.destination.got.map((request) => request.idempotencyKey);
    expect(keys.sort()).toEqual(runs.map(({ id }) => `${id}:mail:1`).sort());
    const workflowId = runs[0]?.workflowId ?? '';
    const { text } = await harness.history(workflowId);
    expect(text).toContain('rest-again: waits 1d until');
    expect(text).not.toMatch(/ada@example|Lovelace/);
    expect(await harness.client.workflow.getHandle(workflowId).result()).toBe('reminded');
    await harness.keepHistory('enrollment-wait-branch-send', workflowId);
  });

  const listen: JsonObject = {
    listen: {
      type: 'wait-for',
      timeout: '24h',
      first: [{ on: { event: 'Email Clicked' }, next: 'thanks' }],
      onTimeout: 'last-call',
    },
    thanks: { type: 'exit', reason: 'clicked' },
    'last-call': { type: 'exit', reason: 'silent' },
  };

  it('is woken by the event it waits for', async () => {
    await harness.publish(journey('listening', listen));
    await harness.happen('Cart Started');
    await harness.waitingAt('listening', 'listen');
    await harness.happen('Email Clicked', { link: '/cart' });
    const [run] = await harness.ended('listening');
    await harness.keepHistory('enrollment-woken', run!.workflowId);
    expect(run).toMatchObject({ reason: 'clicked', steps: { listen: { event: { properties: { link: '/cart' } } } } });
  });

  it('times out when nothing comes', async () => {
    await harness.publish(journey('silent', listen));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('silent', 'listen');
    await harness.fastForward(workflowId, day);
    expect((await harness.ended('silent'))[0]).toMatchObject({ reason: 'silent' });
  });

  it('lets an event acknowledged before the deadline win, though it is applied long after', async () => {
    await harness.publish(journey('slow', listen));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('slow', 'listen');
    await harness.accept('Email Clicked');
    await harness.fastForward(workflowId, day);
    await harness.until(
      'slow',
      ([run]) => (run?.dueAt ?? 0) > (run?.arrivedAt ?? 0) + day,
      'the run waits for the intake',
    );
    await harness.apply();
    expect((await harness.ended('slow'))[0]).toMatchObject({ reason: 'clicked' });
  });

  it('finds an event that came while no worker ran', async () => {
    await harness.publish(journey('offline', listen));
    await harness.happen('Cart Started');
    await harness.waitingAt('offline', 'listen');
    await harness.stopWorkers();
    await harness.happen('Email Clicked');
    await harness.startWorkers();
    expect((await harness.ended('offline'))[0]).toMatchObject({ reason: 'clicked' });
  });

  it('exits in the middle of a wait, and only the run whose match holds', async () => {
    await harness.publish(
      journey(
        'carts',
        { settle: { type: 'wait', for: '2h', next: 'mail' }, mail: send() },
        {
          entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id' },
          exits: [
            {
              on: { event: 'Order Completed', match: { 'properties.cart_id': 'entry.properties.cart_id' } },
              reason: 'purchased',
            },
          ],
          goals: [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d', value: 'properties.revenue' }],
        },
      ),
    );
    for (const cart of ['c1', 'c2', 'c1']) await harness.happen('Cart Started', { cart_id: cart });
    await harness.until(
      'carts',
      (runs) => runs.length === 2 && runs.every((run) => run.status === 'active'),
      'two runs wait',
    );
    await harness.happen('Order Completed', { cart_id: 'c1', revenue: 40 });
    const [first, second] = await harness.until(
      'carts',
      ([run]) => run?.endedAt !== undefined && run.dueAt === undefined,
      'c1 ends',
    );
    expect(first).toMatchObject({
      entryKey: 'c1',
      status: 'exited',
      reason: 'purchased',
      exitRule: 0,
      conversions: [{ value: 40 }],
    });
    expect(second).toMatchObject({ entryKey: 'c2', status: 'active' });
    expect(await harness.client.workflow.getHandle(first!.workflowId).result()).toBe('purchased');
    await harness.fastForward(second!.workflowId, 2 * hour);
    await harness.ended('carts');
    expect(harness.destination.got.map((request) => request.enrollment)).toEqual([second!.id]);
  });

  it('changes a trait by an event of its own, and goes on when that is applied', async () => {
    await harness.publish(
      journey('marking', {
        mark: { type: 'update', set: { stage: 'won', total: { from: 'entry.properties.total' } }, next: 'which' },
        which: {
          type: 'branch',
          cases: [{ if: { trait: 'stage', is: 'equals', value: 'won' }, next: 'yes' }],
          else: 'no',
        },
        yes: { type: 'exit', reason: 'won' },
        no: { type: 'exit', reason: 'lost' },
      }),
    );
    await harness.happen('Cart Started', { total: 80 });
    const { id } = await harness.waitingAt('marking', 'mark');
    await harness.apply();
    expect((await harness.ended('marking'))[0]).toMatchObject({ reason: 'won' });
    const recorded = await harness.store.events.byMessageId(harness.ws, `${id}:mark:1`);
    expect(recorded).toMatchObject({
      state: 'applied',
      source: 'journey:marking',
      traits: { stage: 'won', total: 80 },
    });
  });
});

describe('after a crash between a commit and what follows it', () => {
  const resting = () =>
    journey(
      'resting',
      { rest: { type: 'wait', for: '2h', next: 'mail' }, mail: send() },
      {
        exits: [{ on: { event: 'Unsubscribed' }, reason: 'unsubscribed' }],
      },
    );

  it('a run that was never started is started by the clock, once', async () => {
    await harness.publish(resting());
    await harness.accept('Cart Started');
    await harness.apply('after-commit');
    expect((await harness.runs('resting'))[0]).toMatchObject({ status: 'starting' });
    await Promise.all([harness.sweep(6_000), harness.sweep(6_000)]);
    const { workflowId } = await harness.waitingAt('resting', 'rest');
    await harness.fastForward(workflowId, 2 * hour);
    await harness.ended('resting');
    expect(harness.destination.got).toHaveLength(1);
  });

  it('a run whose ring was lost is rung by the clock', async () => {
    await harness.publish(resting());
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('resting', 'rest');
    await harness.accept('Unsubscribed');
    await harness.apply('after-commit');
    await harness.sweep(61_000);
    expect((await harness.ended('resting'))[0]).toMatchObject({ reason: 'unsubscribed' });
    expect(await harness.client.workflow.getHandle(workflowId).result()).toBe('unsubscribed');
  });

  it('a run that cannot be rung keeps no other waiting, and is left alone for longer and longer', async () => {
    await harness.publish(resting());
    for (const user of ['u1', 'u2']) {
      await harness.accept('Cart Started', {}, { identifiers: [{ type: 'user_id', value: user }] });
      await harness.apply('after-commit');
    }
    const [stuck, other] = await harness.runs('resting');
    const rung: string[] = [];
    const signalWithStart = async (_type: unknown, { workflowId }: { workflowId: string }): Promise<void> => {
      rung.push(workflowId);
      if (workflowId === stuck!.workflowId) throw new Error('too many signals');
    };
    const deps = {
      client: { workflow: { signalWithStart } } as never,
      store: harness.store,
      queuePrefix: '',
      clock: Date.now,
    };
    const from = Date.now() + 10_000;
    const sweeps = Array.from({ length: 600 }, (_, second) => from + second * 1_000);
    await expect(restartStaleEnrollments(deps, sweeps[0]!)).rejects.toThrow('too many signals');
    expect(rung).toEqual(expect.arrayContaining([stuck!.workflowId, other!.workflowId]));
    for (const now of sweeps.slice(1)) await restartStaleEnrollments(deps, now).catch(() => undefined);
    expect(rung.filter((workflowId) => workflowId === stuck!.workflowId)).toHaveLength(7);
  });

  it('a run whose workflow is gone goes on from its stored state', async () => {
    await harness.publish(resting());
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('resting', 'rest');
    await harness.client.workflow.getHandle(workflowId).terminate();
    await harness.sweep(3 * hour);
    await harness.fastForward(workflowId, 2 * hour);
    await harness.ended('resting');
    expect(harness.destination.got).toHaveLength(1);
  });
});

describe('a delivery of a journey', () => {
  const mailing = (of: JsonObject = {}): JsonObject =>
    journey(
      'mailing',
      { mail: { ...send('done'), ...of }, done: { type: 'exit', reason: 'done' } },
      {
        exits: [{ on: { event: 'Unsubscribed' }, reason: 'unsubscribed' }],
      },
    );
  const ledger = async () =>
    (await harness.store.deliveries.page(harness.ws, { journey: 'mailing' }, 10)).map(
      ({ status, reason, attempts }) => ({
        status,
        ...(reason !== undefined && { reason }),
        attempts: attempts.map(({ outcome }) => outcome),
      }),
    );

  it('that nobody picked up in its time is in the ledger as it counts in the run', async () => {
    await harness.publish(mailing());
    await harness.accept('Cart Started');
    await harness.apply('after-commit');
    const { id } = (await harness.runs('mailing'))[0]!;
    const { advance } = harness.activities();
    const ref = { ws: harness.ws, enrollment: id, now: Date.now() };
    expect(await advance(ref)).toMatchObject({ do: 'deliver', step: 'mail', visit: 1 });
    await advance({ ...ref, gaveUp: { step: 'mail', visit: 1 } });
    expect((await harness.runs('mailing'))[0]).toMatchObject({ effects: 1 });
    expect(await ledger()).toEqual([{ status: 'dead', reason: 'retry-budget-used-up', attempts: [] }]);
  });

  it('is tried again under the same key until it succeeds', async () => {
    harness.destination.answers.push(
      { kind: 'transient', code: 'http-503', retryAfterMs: 50 },
      { kind: 'throttled', code: 'http-429', retryAfterMs: 50 },
    );
    await harness.publish(mailing());
    await harness.happen('Cart Started');
    expect((await harness.ended('mailing'))[0]).toMatchObject({ reason: 'done', effects: 1 });
    expect(new Set(harness.destination.got.map((request) => request.idempotencyKey)).size).toBe(1);
    expect(await ledger()).toMatchObject([{ status: 'delivered', attempts: ['transient', 'throttled', 'ok'] }]);
  });

  it('stops when the person exits between two attempts', async () => {
    harness.destination.answers.push({ kind: 'transient', code: 'http-503', retryAfterMs: 700 });
    await harness.publish(mailing());
    await harness.happen('Cart Started');
    await harness.until('mailing', () => harness.destination.got.length === 1, 'the first attempt is made');
    await harness.happen('Unsubscribed');
    expect((await harness.ended('mailing'))[0]).toMatchObject({ status: 'exited', reason: 'unsubscribed' });
    expect(harness.destination.got).toHaveLength(1);
    expect(await ledger()).toMatchObject([{ status: 'withheld', reason: 'exited' }]);
    await harness.keepHistory('enrollment-exit-between-attempts', (await harness.runs('mailing'))[0]!.workflowId);
  });

  it.each([
    ['continue', 'completed', 'done'],
    ['exit', 'exited', 'send-rejected'],
  ])(
    'that is refused is recorded, and the journey goes on as onFailure: %s says',
    async (onFailure, status, reason) => {
      harness.destination.answers.push({ kind: 'invalid', code: 'http-400' });
      await harness.publish(mailing({ onFailure }));
      await harness.happen('Cart Started');
      expect((await harness.ended('mailing'))[0]).toMatchObject({ status, reason });
      expect(await ledger()).toEqual([{ status: 'rejected', reason: 'http-400', attempts: ['invalid'] }]);
    },
  );

  it('is withheld from somebody who has denied the purpose', async () => {
    await harness.publish(mailing());
    await harness.happen('Cart Started', {}, { context: { consent: { categoryPreferences: { marketing: false } } } });
    expect((await harness.ended('mailing'))[0]).toMatchObject({ reason: 'done' });
    expect(harness.destination.got).toEqual([]);
    expect(await ledger()).toMatchObject([{ status: 'withheld', reason: 'consent' }]);
  });

  it('that the destination refuses to authorise pauses the destination and holds; after it resumes, it goes out', async () => {
    harness.destination.answers.push({ kind: 'auth', code: 'http-401' });
    await harness.publish(mailing());
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('mailing', 'mail');
    await harness.until('mailing', () => harness.destination.state.state === 'paused', 'the destination is paused');
    expect(harness.destination.pausedFor).toBe('http-401');
    await until(async () => (await ledger())[0]?.status !== 'reserved' || undefined, 'the send to be settled');
    expect(await ledger()).toMatchObject([{ status: 'held', reason: 'http-401' }]);
    harness.destination.state = { ...harness.destination.state, state: 'ready' };
    await harness.fastForward(workflowId, hour);
    expect((await harness.ended('mailing'))[0]).toMatchObject({ reason: 'done' });
    expect(await ledger()).toMatchObject([{ status: 'delivered' }]);
  });

  it('whose answer is lost is unknown, never sent twice, where the destination cannot tell repeats apart', async () => {
    harness.destination.state = { state: 'ready', hasDedup: false };
    harness.destination.answers.push({ kind: 'unclear', code: 'timeout' });
    await harness.publish(mailing());
    await harness.happen('Cart Started');
    expect((await harness.ended('mailing'))[0]).toMatchObject({ reason: 'done' });
    expect(harness.destination.got).toHaveLength(1);
    expect(await ledger()).toMatchObject([{ status: 'unknown', reason: 'timeout' }]);
  });
});
