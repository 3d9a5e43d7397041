import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../testing/test-api';
import { RulesetCache } from '../folding/ruleset-cache';
import { createIngestActivities, type IngestDeps, type Turn } from './ingest';
import { createIntakeMetrics } from './intake-metrics';
import { IntakeTurns } from './intake-turns';
import { letIn } from './operations/dead-letter-replay/let-in';
import type { Outbox } from './outbox';

const day = 86_400_000;
const now = Date.UTC(2026, 4, 1);
const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api, beforeEach);

/** One turn of the intake. */
function intake(of: Partial<IngestDeps>): Promise<Turn> {
  const { store } = api;
  const outbox = { carryOut: async () => undefined } as unknown as Outbox;
  const activities = createIngestActivities({
    ...{ store, rulesets: new RulesetCache(store), clock: () => now, outbox, log: pino({ level: 'silent' }) },
    turns: new IntakeTurns(2),
    ...{ metrics: createIntakeMetrics(new Registry()), limits: { batchEvents: 100, batchBytes: 1e6 } },
    ...of,
  });
  return new MockActivityEnvironment().run(activities.applyEvents, { ws: workspace.ws, partition: 0 });
}

/** The intake, of which every event fails whenever it is applied. */
async function failToApply(): Promise<void> {
  const rulesets = { current: () => Promise.reject(new TypeError('Not to be applied.')) } as unknown as RulesetCache;
  await intake({ rulesets });
}

const stored = (name: 'events' | 'deadLetters') =>
  api.store.connection.db.collection(name).find({ ws: workspace.ws }).toArray();
const countStored = async (state: string): Promise<number> =>
  (await stored('events')).filter((event) => event['state'] === state).length;

/** How many the database has removed by an instant, by the indexes that it has. */
async function endedBy(collection: 'events' | 'deadLetters', instant: number): Promise<number> {
  const docs = api.store.connection.db.collection(collection);
  const ending = (await docs.indexes()).filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined);
  const counts = ending.map(({ key, expireAfterSeconds = 0, partialFilterExpression = {} }) => {
    const [field = ''] = Object.keys(key);
    const over = { [field]: { $lte: new Date(instant - expireAfterSeconds * 1_000) } };
    return docs.countDocuments({ $and: [{ ws: workspace.ws }, partialFilterExpression, over] });
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

it('an event that could not be applied ends with its letter, unless it is let in', async () => {
  const { store } = api;
  const batch = ['m1', 'm2'].map((messageId) => ({ type: 'track', userId: messageId, event: 'Viewed', messageId }));
  await sendBatch(api.app, workspace.secretKey, [...batch, { type: 'track', event: '' }]).expect(200);
  await failToApply();
  const letters = await store.deadLetters.page(workspace.ws, 10);
  expect(letters.map(({ stage }) => stage).sort()).toEqual(['rejected', 'unapplied', 'unapplied']);

  const last = now + 90 * day;
  expect([await endedBy('events', last - 1), await endedBy('deadLetters', last - 1)]).toEqual([0, 0]);
  expect([await endedBy('events', last), await endedBy('deadLetters', last)]).toEqual([2, 3]);

  const entrants = letters.filter(({ messageId }) => messageId === 'm1').map((letter) => ({ letter }));
  expect(await letIn(store, workspace.ws, entrants, { at: now, by: 'op_1' })).toMatchObject({ entered: [{}], lost: 0 });
  expect([await endedBy('events', last), await endedBy('deadLetters', last)]).toEqual([1, 3]);
});

describe('a batch with an event that cannot be applied', () => {
  beforeEach(async () => {
    const { store } = api;
    const people = Array.from({ length: 63 }, (_, n) => ({ type: 'track', userId: `u${n}`, event: 'Viewed' }));
    await sendBatch(api.app, workspace.secretKey, people).expect(200);
    const [sample] = await store.events.claim(workspace.ws, 0, 1, 1e6);
    if (!sample) throw new Error('nothing is pending');
    // As an older or broken writer could have left it.
    const broken = { _id: `${workspace.ws}:broken`, messageId: 'broken', identifiers: null, n: sample.n + 1_000_000 };
    await store.events.insertPending([{ ...sample, ...broken } as unknown as typeof sample]);
  });

  it('is applied in halves: far fewer transactions than events, and one dead letter', async () => {
    let tries = 0;
    const clock = () => {
      tries += 1;
      return now;
    };
    expect(await intake({ clock })).toMatchObject({ hasMore: false });
    expect([await countStored('applied'), await countStored('dead')]).toEqual([63, 1]);
    expect(await stored('deadLetters')).toMatchObject([{ stage: 'unapplied', messageId: 'broken', code: 'TypeError' }]);
    expect(tries).toBeLessThan(20);
  });

  it('lets go of the place when its turn is over, with what is applied by then', async () => {
    let asked = 0;
    // Once before the batch, and before each half.
    const isOver = () => (asked += 1) > 2;
    const turns = { run: (work: (over: () => boolean) => Promise<Turn>) => work(isOver) } as unknown as IntakeTurns;
    expect(await intake({ turns })).toMatchObject({ hasMore: true });
    expect([await countStored('applied'), await countStored('pending')]).toEqual([32, 32]);
    expect(await intake({})).toMatchObject({ hasMore: false });
    expect([await countStored('applied'), await countStored('dead')]).toEqual([63, 1]);
  });
});

it('an event that could not be applied and names somebody who was erased leaves when and why', async () => {
  const { app } = api;
  const erasure = request(app).delete('/v1/profiles/email:gone@mail.test');
  await erasure.auth(workspace.apiKey, { type: 'bearer' }).expect(202);
  const traits = { email: 'gone@mail.test', plan: 'gold' };
  await sendBatch(app, workspace.secretKey, [{ type: 'identify', userId: 'u1', traits }]).expect(200);
  await failToApply();
  expect(await stored('events')).toEqual([]);
  const letters = await stored('deadLetters');
  expect(letters).toMatchObject([{ stage: 'unapplied', state: 'erased', code: 'TypeError', kind: 'identify' }]);
  expect(JSON.stringify(letters)).not.toContain('mail.test');
});
