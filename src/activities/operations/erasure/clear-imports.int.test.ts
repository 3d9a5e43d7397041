import request from 'supertest';
import { valueKey } from '../../../store/identifier-key';
import { useTestApi, useWorkspace } from '../../../testing/test-api';
import { imports } from './clear-imports';
import type { Erased } from './place';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const email = 'ann@mail.test';
const call = (method: 'post' | 'put' | 'get', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const columns = { id: { to: 'identifier', type: 'user_id' } };

async function makeImport(of: object, file?: string): Promise<string> {
  const mapping = { columns };
  const { body } = await call('post', '/v1/imports')
    .send({ mapping, ...of })
    .expect(201);
  const { id } = body as { id: string };
  if (file !== undefined) await call('put', `/v1/imports/${id}/file`).type('text/csv').send(file).expect(202);
  return id;
}
const end = (id: string) => api.store.operations.end(mine.ws, id, { status: 'cancelled' }, Date.now());
/** One piece of an erasure of Ann. */
const clear = (store = api.store) => {
  const { masterKey } = store.connection;
  const about: Erased = {
    ...{ ws: mine.ws, profiles: [], subjects: [], pairs: [], erasedAt: 0, keys: new Set() },
    values: new Set([valueKey(masterKey, mine.ws, email)]),
  };
  return imports.clear({ store, clock: Date.now, waitMs: 0, signal: new AbortController().signal }, about, undefined);
};
const isThere = async (id: string) => (await api.store.imports.find(mine.ws, id)) !== undefined;

describe('an import, at an erasure', () => {
  it.each<[string, object, string | undefined]>([
    ['its name', { name: `List of ${email}` }, undefined],
    ['a column of its file', {}, `id,${email}\nu1,x\n`],
    [
      'a column of its mapping',
      { mapping: { columns: { ...columns, [email]: { to: 'trait', name: 'mail' } } } },
      undefined,
    ],
    ['a constant', { mapping: { columns, constants: { traits: { friends: [{ of: email }] } } } }, undefined],
  ])('goes when it names the person in %s', async (_, of, file) => {
    const id = await makeImport(of, file);
    const other = await makeImport({ name: 'List of bob@mail.test' }, 'id,plan\nu1,x\n');
    await end(id);
    expect(await clear()).toMatchObject({ removed: 1 });
    expect([await isThere(id), await isThere(other)]).toEqual([false, true]);
    await call('get', `/v1/operations/${id}`).expect(404);
    await call('get', `/v1/operations/${other}`).expect(200);
  });

  it('is waited for while it is under way', async () => {
    const id = await makeImport({ name: email }, 'id\nu1\n');
    const first = await clear();
    expect(first).toEqual({ removed: 0, next: '' });
    expect(await isThere(id)).toBe(true);
    await end(id);
    expect(await clear()).toEqual({ removed: 1, next: id });
  });

  it('stays when its file comes while it is looked at: who sent that was told that it is imported', async () => {
    const id = await makeImport({ name: email });
    const find = async (...of: Parameters<typeof api.store.operations.find>) => {
      const found = await api.store.operations.find(...of);
      await call('put', `/v1/imports/${id}/file`).type('text/csv').send('id\nu1\n').expect(202);
      return found;
    };
    const remove = api.store.operations.remove.bind(api.store.operations);
    const operations = { find, remove } as unknown as typeof api.store.operations;
    expect(await clear({ ...api.store, operations })).toEqual({ removed: 0, next: '' });
    expect(await isThere(id)).toBe(true);
    await call('get', `/v1/operations/${id}`).expect(200);
    await end(id);
    expect(await clear()).toEqual({ removed: 1, next: id });
  });

  it('goes with its file, also when no worker has come to that since it was cancelled', async () => {
    const id = await makeImport({ name: email }, 'id\nu1\n');
    const upload = (await api.store.imports.find(mine.ws, id))?.file?.upload ?? '';
    expect(await api.store.importChunks.find(mine.ws, upload, 0)).toBeDefined();
    await end(id);
    await clear();
    expect(await api.store.importChunks.find(mine.ws, upload, 0)).toBeUndefined();
  });
});
