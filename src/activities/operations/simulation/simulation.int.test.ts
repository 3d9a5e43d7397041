import request from 'supertest';
import type { Operation } from '../../../domain/operations/operation';
import type { SimulationReport } from '../../../domain/journeys/simulated/simulation-report';
import type { Store } from '../../../store/store';
import { sendBatch, useTestApi, useWorkspace } from '../../../testing/test-api';
import { createSimulation } from './simulation';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const signal = new AbortController().signal;
const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const simulate = (body: object) => call('post', '/v1/journeys/cart/simulate').send(body);

const steps = {
  settle: { type: 'wait', for: '2h', next: 'remind' },
  remind: { type: 'send', destination: 'crm', next: 'bye' },
  bye: { type: 'exit', reason: 'done' },
};
const cart = { name: 'Cart', entry: { on: { event: 'Cart Started' } }, purpose: 'marketing', start: 'settle', steps };

/** Three people who started a cart two days ago, one of whom bought, and one who did not. */
async function havePast(): Promise<void> {
  const secrets = { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
  await call('put', '/v1/destinations/crm')
    .send({ type: 'webhook', name: 'CRM', settings: { url: 'https://crm.example/in' }, secrets })
    .expect(200);
  const track = (userId: string, event: string) => ({ type: 'track', userId, event });
  const batch = ['u1', 'u2', 'u3'].map((userId) => track(userId, 'Cart Started'));
  await sendBatch(api.app, mine.secretKey, [...batch, track('u1', 'Bought'), track('u4', 'Looked')]).expect(200);
  await api.catchUp(mine.ws);
  const events = api.store.connection.db.collection('events');
  await events.updateMany({ ws: mine.ws }, { $inc: { receivedAt: -2 * 86_400_000, occurredAt: -2 * 86_400_000 } });
}

/** Every question that is put to the store, by repository and method. */
function overheard(store: Store, asked: Set<string>): Store {
  const listening = Object.entries(store).map(([name, part]) => {
    const heard = new Proxy(part, {
      get(target, method) {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        asked.add(`${name}.${String(method)}`);
        return (value as (...args: unknown[]) => unknown).bind(target);
      },
    });
    return [name, name === 'connection' ? part : heard];
  });
  return Object.fromEntries(listening) as Store;
}

async function run(body: object, asked = new Set<string>()): Promise<SimulationReport> {
  const { body: begun } = await simulate(body).expect(202);
  const stored = await api.store.operations.find(mine.ws, (begun as { id: string }).id);
  let operation = stored?.operation as Operation;
  const kind = createSimulation({ store: overheard(api.store, asked), sessionMs: 30 * 60_000 });
  for (;;) {
    const outcome = await kind.step({ ws: mine.ws, operation, signal, now: Date.now() });
    if ('result' in outcome) return outcome.result as unknown as SimulationReport;
    operation = { ...operation, ...outcome };
  }
}

describe('POST /v1/journeys/{key}/simulate', () => {
  beforeEach(havePast);

  it('runs a draft over what people did, and asks the store nothing that writes', async () => {
    const exits = [{ on: { event: 'Bought' }, reason: 'purchased' }];
    await call('put', '/v1/journeys/cart')
      .send({ ...cart, exits })
      .expect(200);
    const asked = new Set<string>();
    const report = await run({ days: 7 }, asked);
    expect(report).toMatchObject({
      ...{ journey: 'cart', version: 1, isDraft: true, people: 4, entered: 3, runs: 3, arrived: 2 },
      status: { exited: 1, completed: 2 },
      reasons: { purchased: 1 },
      steps: {
        settle: { entered: 3, left: { waited: 2, purchased: 1 } },
        remind: { entered: 2, left: { delivered: 2 } },
      },
      sends: { remind: { delivered: 2 } },
      estimates: { entered: { count: 3, low: 3, high: 3 } },
      conflicts: [],
    });
    expect(report.sampled).toBeUndefined();
    expect([...asked].filter((one) => !isReading.test(one))).toEqual([]);
    expect(await api.store.enrollments.ofJourney(mine.ws, 'cart', 10)).toEqual([]);
    expect(JSON.stringify(report)).not.toMatch(/prf_|u1/);
  });

  const isReading =
    /\.(list|find|values|sending|rulesetVersion|roughCount|page|between|compiledVersions|wholeHistory|history|read|check|unseal|constructor|then)$/;

  it('counts the same whatever the worker had in hand when it was killed, and the same people by the same seed', async () => {
    await call('put', '/v1/journeys/cart').send(cart).expect(200);
    const [one, other] = [await run({ days: 7, sample: 2, seed: 'a' }), await run({ days: 7, sample: 2, seed: 'a' })];
    expect(one).toEqual({ ...other, from: one.from, to: one.to });
    const { body: begun } = await simulate({ days: 7 }).expect(202);
    const operation = (await api.store.operations.find(mine.ws, (begun as { id: string }).id))?.operation as Operation;
    const kind = createSimulation({ store: api.store, sessionMs: 30 * 60_000 });
    const step = () => kind.step({ ws: mine.ws, operation, signal, now: Date.now() });
    expect(await step()).toEqual(await step());
  });

  it('goes on in the middle of a page where a step took its time: nobody is left out, and nobody is counted twice', async () => {
    await call('put', '/v1/journeys/cart').send(cart).expect(200);
    const whole = await run({ days: 7, seed: 'a' });
    let clock = 0;
    // Each look at the clock takes longer than a step may.
    const now = jest.spyOn(performance, 'now').mockImplementation(() => (clock += 60_000));
    const slow = await run({ days: 7, seed: 'a' });
    now.mockRestore();
    expect(slow).toEqual({ ...whole, from: slow.from, to: slow.to });
  });

  it('says whom it would reach twice, and whose sends it would take', async () => {
    await call('put', '/v1/policies/sending')
      .send({ caps: [{ max: 1, per: '7d', then: 'skip' }] })
      .expect(200);
    const wait = { ...steps.settle, for: '3h' };
    await call('put', '/v1/journeys/other')
      .send({ ...cart, steps: { ...steps, settle: wait } })
      .expect(200);
    await call('post', '/v1/journeys/other/publish').expect(200);
    await call('put', '/v1/journeys/cart').send(cart).expect(200);
    const { conflicts } = await run({ days: 7 });
    expect(conflicts).toEqual([{ journey: 'other', inBoth: 3, closeMessages: 0, displaced: 3, capped: 0, shared: [] }]);
    expect((await run({ days: 7, conflicts: false })).conflicts).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ days: 91 }, '/days'],
    [{ days: 7, from: '2026-01-01' }, '/days'],
    [{ from: '2020-01-01' }, '/from'],
    [{ to: Date.now() + 86_400_000 }, '/to'],
    [{ sample: 1_001 }, '/sample'],
  ])('refuses %j by name', async (body, pointer) => {
    await call('put', '/v1/journeys/cart').send(cart).expect(200);
    const answer = await simulate(body).expect(400);
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  });

  it('says what there is none of', async () => {
    await simulate({}).expect(404);
    await call('put', '/v1/journeys/cart').send(cart).expect(200);
    await simulate({ version: 1 }).expect(404);
    await call('post', '/v1/journeys/cart/publish').expect(200);
    await simulate({ version: 'draft' }).expect(409);
    expect(await run({ version: 1 })).toMatchObject({ version: 1, isDraft: false });
  });
});
