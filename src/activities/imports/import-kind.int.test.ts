import { Registry } from 'prom-client';
import request from 'supertest';
import type { Operation } from '../../domain/operations/operation';
import { useTestApi, useWorkspace } from '../../testing/test-api';
import { createWorkMetrics } from '../work-metrics';
import { createImportKind } from './import-kind';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const day = 86_400_000;
const signal = new AbortController().signal;
const work = createWorkMetrics(new Registry());
const kindOf = (backlog = 1_000) =>
  createImportKind({
    policies: api.deps.policies,
    traffic: api.deps.traffic,
    store: api.store,
    metrics: work,
    ringIntake: () => undefined,
    limits: { maxBytes: 32_768, maxDepth: 64 },
    backlog,
    keepMs: 60_000,
  });

const columns = { id: { to: 'identifier', type: 'user_id' }, key: { to: 'messageId' } };

/** An import that has come to its first chunk. */
async function begin(file: string, mapping: object = { columns }, extra: object = {}): Promise<Operation> {
  const as = { type: 'bearer' } as const;
  const { body } = await request(api.app)
    .post('/v1/imports')
    .auth(mine.apiKey, as)
    .send({ mapping, ...extra })
    .expect(201);
  const { id } = body as { id: string };
  const put = request(api.app).put(`/v1/imports/${id}/file`).auth(mine.apiKey, as);
  await put.set('content-type', 'text/csv').send(file).expect(202);
  const stored = await api.store.operations.find(mine.ws, id);
  if (!stored) throw new Error('no operation');
  const { operation } = stored;
  return { ...operation, ...(await kindOf().step({ ws: mine.ws, operation, signal, now: 1_000 })) };
}

describe('a step of an import', () => {
  it('done again after a crash counts each row once, and knows repetitions from its own rows', async () => {
    const kind = kindOf();
    const at = await begin('id,key\nu1,m1\nu2,m2\nu3,m1\n,m4\n');
    // The worker is killed after storing and before the step is taken down.
    const once = await kind.step({ ws: mine.ws, operation: at, signal, now: 2_000 });
    const again = await kind.step({ ws: mine.ws, operation: at, signal, now: 3_000 });
    const tally = { rows: 4, accepted: 2, duplicates: 1, rejected: 1 };
    expect([once, again]).toMatchObject([{ cursor: { chunk: 1, tally } }, { cursor: { chunk: 1, tally } }]);
    await api.catchUp(mine.ws);
    const end = await kind.step({ ws: mine.ws, operation: { ...at, ...again }, signal, now: 4_000 });
    expect(end).toMatchObject({ result: { rows: 4, applied: 2, unapplied: 0, duplicates: 1, rejected: 1 } });
    expect(await api.store.profiles.count(mine.ws)).toBe(2);
    // What was done is counted as often as it was done.
    const { values } = await work.importedRows.get();
    expect(Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))).toEqual({
      accepted: 4,
      duplicate: 2,
      rejected: 2,
    });
  });

  it('is given no more of the lane than several imports may have at the same time', async () => {
    const backlog = 12_000;
    const kind = kindOf(backlog);
    const file = ['id,key', ...Array.from({ length: 2_001 }, (_, n) => `u1,k${n}`)].join('\n');
    const at = await begin(file);
    const { cursor } = (await kind.step({ ws: mine.ws, operation: at, signal, now: 2_000 })) as { cursor: object };
    expect(cursor).toMatchObject({ chunk: 1, room: backlog / 4 - 2_000 });
  });

  it('done again after an erasure leaves one letter of the person', async () => {
    const kind = kindOf();
    const { ws, apiKey } = mine;
    const operation = await begin('id,key\ngone,e1\nstays,e2\n');
    await kind.step({ ws, operation, signal, now: 2_000 });
    await request(api.app).delete('/v1/profiles/user_id:gone').auth(apiKey, { type: 'bearer' }).expect(202);
    await api.catchUp(ws);
    const again = await kind.step({ ws, operation, signal, now: 3_000 });
    await api.catchUp(ws);
    expect(again).toMatchObject({ cursor: { tally: { accepted: 1, duplicates: 0, rejectedByCode: { erased: 1 } } } });
    expect(await api.store.deadLetters.count(ws, { code: 'erased' })).toBe(1);
  });

  it('keeps nothing of somebody who is erased while a row of theirs is being stored', async () => {
    const { ws, apiKey } = mine;
    const age = { to: 'trait', as: 'integer' };
    const mapping = { columns: { id: { to: 'identifier', type: 'user_id' }, age } };
    for (const dryRun of [false, true]) {
      const who = `racing-${dryRun}`;
      const file = `id,age\n${who},no number\n${who},7\nrests,no number\nrests,7\n`;
      const operation = await begin(file, mapping, { dryRun });
      const add = api.store.importRows.add.bind(api.store.importRows);
      jest.spyOn(api.store.importRows, 'add').mockImplementationOnce(async (...rows) => {
        await request(api.app).delete(`/v1/profiles/user_id:${who}`).auth(apiKey, { type: 'bearer' }).expect(202);
        return add(...rows);
      });
      await kindOf().step({ ws, operation, signal, now: 2_000 });
      const kept = JSON.stringify(await api.store.importRows.walk(ws, 1_000));
      expect(kept).not.toContain('racing');
      expect(kept).toContain('rests');
      expect(kept).toContain('erased');
    }
  });

  it('does not count as applied what came of somebody who was erased while it waited', async () => {
    const kind = kindOf();
    const { ws, apiKey } = mine;
    const operation = await begin('id,key\nwaits,w1\nother,w2\n');
    const taken = await kind.step({ ws, operation, signal, now: Date.now() });
    await request(api.app).delete('/v1/profiles/user_id:waits').auth(apiKey, { type: 'bearer' }).expect(202);
    await api.catchUp(ws);
    const end = await kind.step({ ws, operation: { ...operation, ...taken }, signal, now: Date.now() });
    expect(end).toMatchObject({ result: { rows: 2, applied: 1, unapplied: 1 } });
  });

  it('done again later does not call too old what it has stored', async () => {
    const kind = kindOf();
    const { ws } = mine;
    await api.store.workspaces.setRetention(ws, { events: 90 });
    const bought = { type: 'track', constants: { event: 'Bought' } };
    const mapping = { ...bought, columns: { ...columns, at: { to: 'occurredAt' } } };
    const operation = await begin('id,key,at\nu1,o1,1970-01-02\nu1,o2,1970-01-01\n', mapping);
    const tally = { rows: 2, accepted: 1, duplicates: 0, rejectedByCode: { too_old: 1 } };
    expect(await kind.step({ ws, operation, signal, now: 91 * day })).toMatchObject({ cursor: { tally } });
    expect(await kind.step({ ws, operation, signal, now: 400 * day })).toMatchObject({ cursor: { tally } });
  });

  it('is counted under the one name of all imports, and what it refuses once and by code', async () => {
    const kind = kindOf();
    const { ws } = mine;
    for (const file of ['id,key\nc1,c1\n,c2\n', 'id,key\nc3,c3\nc4,c4,c4\n']) {
      const operation = await begin(file);
      await kind.step({ ws, operation, signal, now: 1_000 });
      await kind.step({ ws, operation, signal, now: 2_000 });
    }
    await api.deps.traffic.flush();
    const traffic = await api.store.sourceHours.totals(ws, ['import']);
    expect(traffic.get('import')).toMatchObject({
      ...{ accepted: 2, rejected: 2 },
      rejectedByCode: { no_identifier: 1, wrong_field_count: 1 },
    });
    expect((await api.store.catalogue.list(ws)).map(({ bySource }) => bySource)).toEqual([{ import: 2 }]);
  });

  it('done again after a crash is no duplicate in the figures of imports', async () => {
    const kind = kindOf();
    const totals = async () => {
      await api.deps.traffic.flush();
      return (await api.store.sourceHours.totals(mine.ws, ['import'])).get('import');
    };
    const operation = await begin('id,key\nf1,f1\nf2,f2\nf3,f1\n');
    await kind.step({ ws: mine.ws, operation, signal, now: 2_000 });
    expect(await totals()).toMatchObject({ accepted: 2, duplicates: 1 });
    await kind.step({ ws: mine.ws, operation, signal, now: 3_000 });
    // Only the row that repeats another one was read again.
    expect(await totals()).toMatchObject({ accepted: 2, duplicates: 2 });
  });
});

it("a step knows people by a type of the workspace's own, and of refused rows what names somebody erased by it", async () => {
  const policy = { types: { loyalty_id: { isKnown: true, form: 'digits' } } };
  const as = { type: 'bearer' } as const;
  await request(api.app).put('/v1/policies/identity').auth(mine.apiKey, as).send(policy).expect(200);
  await request(api.app).delete('/v1/profiles/loyalty_id:99').auth(mine.apiKey, as).expect(202);
  const mapping = { columns: { no: { to: 'identifier', type: 'loyalty_id' }, n: { to: 'trait', as: 'number' } } };
  const at = await begin('no,n\n12-34,1\n12 34,2\n9-9,3\n9-9,none\n', mapping);
  const step = await kindOf().step({ ws: mine.ws, operation: at, signal, now: 2_000 });
  expect(step).toMatchObject({ cursor: { tally: { rows: 4, accepted: 2, rejected: 2 } } });
  await api.catchUp(mine.ws);
  expect(await api.store.profiles.count(mine.ws)).toBe(1);
  const { body } = await request(api.app).get(`/v1/imports/${at.id}`).auth(mine.apiKey, as).expect(200);
  expect(JSON.stringify(body)).not.toContain('9-9');
});
