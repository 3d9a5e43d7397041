import { setTimeout as delay } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import type { Puller } from '../../sources/source';
import { testLimits, useTestApi, useWorkspace } from '../../testing/test-api';
import { createWorkMetrics } from '../work-metrics';
import { PullPlaces } from './pull-places';
import { createPullActivities, type PullDeps } from './pulls';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);
const pullTurnMs = 500;

/** Three rows, one a page, before the first of which each reading has to pass what it has read. */
const slow: Puller = {
  async *pull({ cursor }) {
    await delay(pullTurnMs + 50);
    for (let at = Number(cursor ?? 0); at < 3; at += 1) yield { rows: [{ row: { id: `u${at}` } }], cursor: at + 1 };
  },
};

/** The activities of a worker, and the source `slow` that they read. */
async function aSource() {
  const mapping = { columns: { id: { to: 'identifier', type: 'user_id' } } };
  const settings = { schedule: '1h', mapping, url: 'https://shop.example/' };
  await request(api.app)
    .put('/v1/sources/slow')
    .auth(mine.apiKey, { type: 'bearer' })
    .send({ name: 'Slow', type: 'http', settings })
    .expect(200);
  const { pullSource } = createPullActivities({
    ...{ store: api.store, clock: Date.now, log: pino({ level: 'silent' }), backlog: 1_000, pullTurnMs },
    ...{ policies: api.deps.policies, traffic: api.deps.traffic, limits: testLimits.event },
    metrics: createWorkMetrics(new Registry()),
    places: new PullPlaces(4),
    pullers: { http: slow },
    outbox: { carryOut: async () => undefined },
    doorbells: { intake: () => undefined },
  } as unknown as PullDeps);
  return () => new MockActivityEnvironment().run(pullSource, { ws: mine.ws, source: 'slow' });
}

it('a turn reads on for its time from the first page, however long it takes to come to that', async () => {
  const takeTurn = await aSource();
  expect(await takeTurn()).toBe('completed');
  expect((await api.store.pullStates.find(mine.ws, 'slow'))?.lastRun).toMatchObject({ pages: 3, accepted: 3 });
});

it('a turn of a source that was deleted keeps nothing of it', async () => {
  const takeTurn = await aSource();
  await request(api.app).delete('/v1/sources/slow').auth(mine.apiKey, { type: 'bearer' }).expect(204);
  expect(await takeTurn()).toBe('stopped');
  expect(await api.store.pullStates.find(mine.ws, 'slow')).toBeUndefined();
});
