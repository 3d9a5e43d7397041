import { createJourneyRuns } from '../../src/activities/operations/journey-runs';
import type { Operation } from '../../src/domain/operations/operation';
import type { RunTask } from '../../src/domain/journeys/run-task';
import type { JsonObject } from '../../src/domain/json';
import { checkConservation } from '../../src/api/impact/conservation';
import { inTransaction } from '../../src/store/open-store';
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
    await harness.keepHistory('enrollment-restarted', first.workflowId);
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
    await harness.keepHistory('enrollment-updated', workflowId);
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
    const kept = await checkConservation(harness.store, harness.ws, 0);
    expect(kept.get('crm')).toMatchObject({ gap: 0 });
    await harness.fastForward(run!.workflowId, 2 * hour);
    expect((await harness.ended('retried'))[0]).toMatchObject({ reason: 'completed' });
    expect(harness.destination.got).toHaveLength(1);
  });
});

/** What a worker does with an operation, until it is over or is killed after so many steps without having taken the last one down. */
async function work(
  task: RunTask,
  of: { readonly journey: string; readonly perPage?: number; readonly killedAfter?: number },
) {
  const kind = createJourneyRuns(
    { store: harness.store, clock: Date.now, wakeRun: harness.wakeRun },
    of.perPage ?? 200,
  );
  const input = { journey: of.journey, task, perSecond: 1_000 } as unknown as JsonObject;
  const signal = new AbortController().signal;
  let operation = {
    ...{ id: 'op_1', kind: 'journey-runs', status: 'running', input, progress: { done: 0 } },
    ...{ startedBy: 'key_1', createdAt: 0, updatedAt: 0 },
  } as Operation;
  let killedAfter = of.killedAfter ?? Infinity;
  for (;;) {
    const outcome = await kind.step({ ws: harness.ws, operation, signal, now: Date.now() });
    if (killedAfter-- === 0) continue;
    if ('result' in outcome) return outcome.result;
    operation = { ...operation, ...outcome };
  }
}

describe('people inside an older version', () => {
  const rest: JsonObject = { type: 'wait', for: '2h', next: 'mail' };
  const enter = async (count: number, first = 0): Promise<void> => {
    for (let n = first; n < first + count; n += 1) await harness.happen('Cart Started', {}, { user: `u${n}` });
  };
  const waiting = (key: string, count: number) =>
    harness.until(
      key,
      (runs) => runs.filter(({ dueAt, status }) => status === 'active' && dueAt! > Date.now()).length === count,
      `${count} wait`,
    );

  it('move to the new one where they are, though the worker dies in the middle: each sends once, what the new version says', async () => {
    await harness.publish(journey('moving', { rest, mail: send() }));
    await enter(5);
    const before = await waiting('moving', 5);
    await harness.publish(
      journey('moving', { rest, mail: { ...send('bye'), action: 'second' }, bye: { type: 'exit', reason: 'new' } }),
    );
    await work({ do: 'migrate', to: 2, stepMap: {} }, { journey: 'moving', perPage: 2, killedAfter: 1 });
    const after = await harness.until(
      'moving',
      (runs) => runs.every(({ version, dueAt }) => version === 2 && dueAt! > Date.now()),
      'all moved',
    );
    expect(after.map(({ arrivedAt, visit }) => ({ arrivedAt, visit }))).toEqual(
      before.map(({ arrivedAt, visit }) => ({ arrivedAt, visit })),
    );
    for (const { workflowId } of after) await harness.fastForward(workflowId, 2 * hour);
    expect(reasons(await harness.ended('moving'))).toEqual(Array(5).fill('new'));
    await harness.keepHistory('enrollment-migrated', after[0]!.workflowId);
    expect(new Set(harness.destination.got.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(5);
    expect(harness.destination.got.map(({ definition, version }) => [definition.action, version])).toEqual(
      Array(5).fill(['second', 2]),
    );
  });

  it('move only when a send that is under way has settled, which is not made twice', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    harness.destination.answers.push(async () => {
      await answered;
      return { kind: 'ok', code: 'http-200' };
    });
    await harness.publish(
      journey('busy', { mail: send('rest'), rest: { ...rest, next: 'bye' }, bye: { type: 'exit' } }),
    );
    await enter(1);
    await harness.until('busy', () => harness.destination.got.length === 1, 'the attempt is under way');
    await harness.publish(
      journey('busy', { post: send('rest'), rest: { ...rest, next: 'bye' }, bye: { type: 'exit', reason: 'new' } }),
    );
    const working = work({ do: 'migrate', to: 2, stepMap: { mail: 'post' } }, { journey: 'busy' });
    await harness.until('busy', ([run]) => run?.version === 1 && run.sending !== undefined, 'it has not moved');
    answer();
    expect(await working).toEqual({ changed: 1, seen: 1 });
    const kept = await checkConservation(harness.store, harness.ws, 0);
    expect(kept.get('crm')).toEqual({ emitted: 1, ledger: 1, gap: 0 });
    const [run] = await waiting('busy', 1);
    expect(run).toMatchObject({
      version: 2,
      step: 'rest',
      path: [{ step: 'mail', outcome: 'delivered', version: 1 }, {}],
    });
    expect(harness.destination.got).toHaveLength(1);
  });

  it('end as superseded, and nothing is sent for them any more', async () => {
    await harness.publish(journey('ending', { rest, mail: send() }));
    await enter(2);
    await waiting('ending', 2);
    await harness.publish(journey('ending', { rest, mail: send() }));
    await enter(1, 5);
    await waiting('ending', 3);
    const task = { do: 'exit', reason: 'superseded', upTo: 1 } as const;
    await work(task, { journey: 'ending', perPage: 1, killedAfter: 1 });
    const runs = await harness.until(
      'ending',
      (all) => all.every(({ dueAt, endedAt }) => (endedAt === undefined) !== (dueAt === undefined)),
      'they notice',
    );
    expect(reasons(runs).sort()).toEqual(['active', 'superseded', 'superseded']);
    expect(harness.destination.got).toEqual([]);
  });
});

describe('whom a pause has kept from a send', () => {
  const pauses = { mail: { ...send('bye'), onFailure: 'continue' }, bye: { type: 'exit', reason: 'over' } };
  const status = (from: 'published' | 'paused', to: 'published' | 'paused', resuming?: string) =>
    inTransaction(harness.store.connection, async (session) => {
      await harness.store.journeys.setStatus(harness.ws, 'kept', { from: [from], to, now: Date.now() }, session);
      if (resuming !== undefined) await harness.store.journeys.setResuming(harness.ws, 'kept', resuming, session);
      await harness.store.workspaces.raiseRuleset(harness.ws, session);
    });
  const keep = async (): Promise<void> => {
    await harness.publish(journey('kept', { rest: { type: 'wait', for: '2h', next: 'mail' }, ...pauses }));
    for (let n = 0; n < 3; n += 1) await harness.happen('Cart Started', {}, { user: `u${n}` });
    const runs = await harness.until(
      'kept',
      (all) => all.length === 3 && all.every(({ dueAt }) => dueAt !== undefined),
      'they wait',
    );
    await status('published', 'paused');
    for (const { workflowId } of runs) await harness.fastForward(workflowId, 2 * hour);
    await harness.until('kept', (all) => all.every(({ pause }) => pause === 'kept'), 'they stand at the send');
  };

  it.each([
    ['run', ['over', 'over', 'over'], 3],
    ['skip', ['over', 'over', 'over'], 0],
    ['exit', ['overdue', 'overdue', 'overdue'], 0],
  ] as const)('goes on by the policy "%s", though the worker dies in the middle', async (how, ends, sent) => {
    await keep();
    expect(harness.destination.got).toEqual([]);
    await status('paused', 'published', 'op_1');
    await work({ do: 'release', how }, { journey: 'kept', perPage: 2, killedAfter: 1 });
    expect(reasons(await harness.ended('kept'))).toEqual(ends);
    await harness.keepHistory(`enrollment-paused-${how}`, (await harness.runs('kept'))[0]!.workflowId);
    expect(new Set(harness.destination.got.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(sent);
    expect(harness.destination.got).toHaveLength(sent);
  });

  it('waits for its turn while others are let go, and is left alone when the journey is paused again', async () => {
    await keep();
    await status('paused', 'published', 'op_1');
    await status('published', 'paused');
    expect(await work({ do: 'release', how: 'exit' }, { journey: 'kept' })).toMatchObject({ stopped: 'paused' });
    expect((await harness.runs('kept')).map(({ pause }) => pause)).toEqual(['kept', 'kept', 'kept']);
    await status('paused', 'published', 'op_2');
    const [run] = await harness.runs('kept');
    await harness.fastForward(run!.workflowId, hour);
    expect((await harness.runs('kept')).map(({ pause }) => pause)).toEqual(['kept', 'kept', 'kept']);
    expect(harness.destination.got).toEqual([]);
  });
});
