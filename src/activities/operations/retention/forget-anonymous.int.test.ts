import request from 'supertest';
import type { Operation, StepOutcome } from '../../../domain/operations/operation';
import { sendBatch, useTestApi, useWorkspace } from '../../../testing/test-api';
import { createRetention } from './retention';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const longAgo = Date.now() - 200 * 86_400_000;
const view = (more: object = {}) => ({ type: 'track', event: 'Viewed', anonymousId: 'back', ...more });

/** A browser that has been away for 200 days, and had denied. */
async function haveOldVisitor(): Promise<void> {
  const consent = { records: { ads: { status: 'denied' } } };
  const old = view({ timestamp: new Date(longAgo).toISOString(), context: { consent } });
  await sendBatch(api.app, workspace.secretKey, [old]).expect(200);
  await api.catchUp(workspace.ws);
  const { db } = api.store.connection;
  await db.collection('events').updateMany({ ws: workspace.ws }, { $set: { receivedAt: longAgo } });
}

beforeEach(() => api.store.workspaces.setRetention(workspace.ws, { anonymousProfiles: 30 }));
const begin = () =>
  ({
    ...{ id: 'op_1', kind: 'retention', status: 'running', progress: { done: 0 }, startedBy: 'clock' },
    ...{ input: {}, createdAt: Date.now() },
  }) as unknown as Operation;
const step = (operation: Operation): Promise<StepOutcome> =>
  createRetention({ store: api.store, outbox: { carryOut: async () => undefined } }).step({
    ws: workspace.ws,
    operation,
    signal: new AbortController().signal,
    now: Date.now(),
  });
async function carryOut(from: Operation) {
  for (let operation = from; ;) {
    const outcome = await step(operation);
    if ('result' in outcome) return outcome.result;
    operation = { ...operation, ...outcome };
  }
}
const said = async () =>
  (await request(api.app).get('/v1/profiles/anonymous_id:back/consent').auth(workspace.apiKey, { type: 'bearer' }))
    .body as object;
const denied = { data: [{ purpose: 'ads', status: 'denied' }] };

it('forgets an anonymous visitor who has stayed away', async () => {
  await haveOldVisitor();
  expect(await carryOut(begin())).toMatchObject({ removed: { anonymousProfiles: 1 } });
  expect(await said()).toMatchObject({ status: 404 });
});

it('keeps one whose event of today has been accepted and waits for the intake', async () => {
  await haveOldVisitor();
  await sendBatch(api.app, workspace.publicKey, [view()]).expect(200);
  expect(await carryOut(begin())).toMatchObject({ removed: { anonymousProfiles: 0 } });
  await api.catchUp(workspace.ws);
  expect(await said()).toMatchObject(denied);
});

it('waits for what was accepted on the bulk lane before it forgets anybody', async () => {
  await haveOldVisitor();
  await sendBatch(api.app, workspace.secretKey, [view()]).set('X-Heddle-Lane', 'bulk').expect(200);
  let operation = begin();
  let cursor: unknown;
  do {
    cursor = operation.cursor;
    operation = { ...operation, ...(await step(operation)) };
  } while (JSON.stringify(cursor) !== JSON.stringify(operation.cursor));
  await api.catchUp(workspace.ws);
  expect(await carryOut(operation)).toMatchObject({ removed: { anonymousProfiles: 0 } });
  expect(await said()).toMatchObject(denied);
});

it('forgets somebody made up for a test after 7 days, whatever the policy says of others; not somebody else who is restricted', async () => {
  await haveOldVisitor();
  await api.store.workspaces.setRetention(workspace.ws, {});
  const profiles = api.store.connection.db.collection('profiles');
  await profiles.updateMany({ ws: workspace.ws }, { $set: { restrictedAt: longAgo } });
  expect(await carryOut(begin())).toMatchObject({ removed: { testPeople: 0 } });
  await profiles.updateMany({ ws: workspace.ws }, { $set: { isTest: true } });
  expect(await carryOut(begin())).toMatchObject({ removed: { testPeople: 1 } });
  expect(await said()).toMatchObject({ status: 404 });
});
