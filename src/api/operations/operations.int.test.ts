import request from 'supertest';
import { inTransaction } from '../../store/open-store';
import type { NewOperation } from '../../store/operations';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const mine = useWorkspace(api);

const make = (of: Partial<NewOperation>) =>
  inTransaction(api.store.connection, (session) =>
    api.store.operations.create(
      mine.ws,
      { kind: 'import', input: { file: 'secret' }, startedBy: 'key_1', createdAt: 0, ...of },
      session,
    ),
  );
const get = (path: string) => request(api.app).get(path).auth(mine.apiKey, { type: 'bearer' });
const cancel = (id: string) =>
  request(api.app).post(`/v1/operations/${id}/cancel`).auth(mine.apiKey, { type: 'bearer' });

describe('/v1/operations', () => {
  it('lists newest first, page by page, by kind and status', async () => {
    const made = [];
    for (let at = 1; at <= 3; at += 1) made.unshift((await make({ createdAt: at })).id);
    const erasure = await make({ kind: 'erasure', createdAt: 4 });
    const { body: first } = await get('/v1/operations?limit=2&kind=import').expect(200);
    const { body: second } = await get(`/v1/operations?limit=2&kind=import&cursor=${first.next}`).expect(200);
    const ids = [...first.data, ...second.data].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made);
    expect((await get('/v1/operations?kind=erasure&status=running')).body.data).toMatchObject([{ id: erasure.id }]);
    expect((await get('/v1/operations?status=failed')).body.data).toEqual([]);
    await get('/v1/operations?cursor=bm9uZQ').expect(400);
  });

  it('shows neither what was asked for nor where it is', async () => {
    const { id } = await make({});
    const { text } = await get(`/v1/operations/${id}`).expect(200);
    expect(text).not.toContain('secret');
    await get('/v1/operations/op_none').expect(404);
  });

  it('cancels a running one, again without harm, and none that must not stop half way', async () => {
    const { id } = await make({});
    expect((await cancel(id).expect(200)).body).toMatchObject({ status: 'cancelled' });
    expect((await cancel(id).expect(200)).body).toMatchObject({ status: 'cancelled' });
    await cancel((await make({ kind: 'erasure' })).id).expect(409);
    await cancel('op_none').expect(404);
  });
});
