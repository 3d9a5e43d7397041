import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import { sendBatch, useTestApi, useWorkspace } from '../testing/test-api';
import type { RulesetCache } from './apply/ruleset-cache';
import { createIngestActivities } from './ingest';
import { createIntakeMetrics } from './intake-metrics';
import { IntakeTurns } from './intake-turns';
import { letIn } from './operations/dead-letter-replay/let-in';
import type { Outbox } from './outbox';

jest.setTimeout(60_000);

const day = 86_400_000;
const now = Date.UTC(2026, 4, 1);
const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api);

/** The intake, of which every event fails whenever it is applied. */
async function failToApply(): Promise<void> {
  const { store } = api;
  const rulesets = { current: () => Promise.reject(new TypeError('Not to be applied.')) } as unknown as RulesetCache;
  const activities = createIngestActivities({
    ...{ store, rulesets, clock: () => now, outbox: {} as Outbox, log: pino({ level: 'silent' }) },
    turns: new IntakeTurns(1),
    ...{ metrics: createIntakeMetrics(new Registry()), limits: { batchEvents: 10, batchBytes: 1e6 } },
  });
  await new MockActivityEnvironment().run(activities.applyEvents, { ws: workspace.ws, partition: 0 });
}

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
  expect(await letIn(store, workspace.ws, entrants, now)).toMatchObject({ entered: [{}], lost: 0 });
  expect([await endedBy('events', last), await endedBy('deadLetters', last)]).toEqual([1, 3]);
});
