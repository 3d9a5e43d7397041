import { Registry } from 'prom-client';
import request from 'supertest';
import type { Operation } from '../../domain/operations/operation';
import { openTestApi, type TestApi, type TestWorkspace } from '../../testing/test-api';
import { createWorkMetrics } from '../work-metrics';
import { createImportKind } from './import-kind';

jest.setTimeout(60_000);

let api: TestApi;
let mine: TestWorkspace;
beforeAll(async () => {
  api = await openTestApi();
  mine = await api.createWorkspace();
});
afterAll(() => api.close());

const signal = new AbortController().signal;
const work = createWorkMetrics(new Registry());
const kindOf = () =>
  createImportKind({
    policies: api.deps.policies,
    traffic: api.deps.traffic,
    store: api.store,
    metrics: work,
    ringIntake: async () => undefined,
    maxEventBytes: 32_768,
    maxJsonDepth: 64,
    backlog: 1_000,
    keepMs: 60_000,
  });

async function begin(file: string): Promise<Operation> {
  const as = { type: 'bearer' } as const;
  const mapping = { columns: { id: { to: 'identifier', type: 'user_id' }, key: { to: 'messageId' } } };
  const { body } = await request(api.app).post('/v1/imports').auth(mine.apiKey, as).send({ mapping }).expect(201);
  const { id } = body as { id: string };
  const put = request(api.app).put(`/v1/imports/${id}/file`).auth(mine.apiKey, as);
  await put.set('content-type', 'text/csv').send(file).expect(202);
  const stored = await api.store.operations.find(mine.ws, id);
  if (!stored) throw new Error('no operation');
  return stored.operation;
}

describe('a step of an import', () => {
  it('done again after a crash counts each row once, and knows repetitions from its own rows', async () => {
    const kind = kindOf();
    const operation = await begin('id,key\nu1,m1\nu2,m2\nu3,m1\n,m4\n');
    const first = await kind.step({ ws: mine.ws, operation, signal, now: 1_000 });
    const at = { ...operation, ...first };
    // The worker is killed after storing and before the step is taken down.
    const once = await kind.step({ ws: mine.ws, operation: at, signal, now: 2_000 });
    const again = await kind.step({ ws: mine.ws, operation: at, signal, now: 3_000 });
    const tally = { rows: 4, accepted: 2, repeated: 1, refused: 1 };
    expect([once, again]).toMatchObject([{ cursor: { chunk: 1, tally } }, { cursor: { chunk: 1, tally } }]);
    await api.catchUp(mine.ws);
    const end = await kind.step({ ws: mine.ws, operation: { ...at, ...again }, signal, now: 4_000 });
    expect(end).toMatchObject({ result: { rows: 4, applied: 2, unapplied: 0, repeated: 1, refused: 1 } });
    expect(await api.store.profiles.count(mine.ws)).toBe(2);
    // What was done is counted as often as it was done.
    const { values } = await work.importedRows.get();
    expect(Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))).toEqual({
      accepted: 4,
      repeated: 2,
      refused: 2,
    });
  });
});
