import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { listen, testImportLimits, useTestApi, useWorkspace } from '../../testing/test-api';
import { until } from '../../testing/system';

const api = useTestApi();
const mine = useWorkspace(api);
afterEach(async () => {
  await api.store.connection.db.collection('importChunks').deleteMany({});
});

const people = { columns: { id: { to: 'identifier', type: 'user_id' } } };
const manyColumns = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, { to: 'trait' }]));
const create = (input: object = { mapping: people }, key?: string) => {
  const call = request(api.app).post('/v1/imports').auth(mine.apiKey, { type: 'bearer' });
  return (key === undefined ? call : call.set('idempotency-key', key)).send(input);
};
const idOf = async (input?: object): Promise<string> => ((await create(input).expect(201)).body as { id: string }).id;
const upload = (id: string, file: string | Buffer) =>
  request(api.app)
    .put(`/v1/imports/${id}/file`)
    .auth(mine.apiKey, { type: 'bearer' })
    .set('content-type', 'text/csv')
    .send(file);
const chunks = () => api.store.connection.db.collection('importChunks').countDocuments();

describe('POST /v1/imports', () => {
  it('answers the same import under the same Idempotency-Key, and refuses another one', async () => {
    const first = await create(undefined, 'monday').expect(201);
    expect((await create(undefined, 'monday').expect(201)).body).toEqual(first.body);
    await create({ mapping: 'auto' }, 'monday').expect(422);
    expect((await create().expect(201)).body.id).not.toBe(first.body.id);
  });

  it.each<[string, object]>([
    ['a mapping without an identifier', { mapping: { columns: { plan: { to: 'trait' } } } }],
    [
      'a mapping of more columns than a file may have',
      { mapping: { columns: { ...people.columns, ...manyColumns(20) } } },
    ],
    ['no mapping', {}],
    ['events in a CSV', { mapping: 'events' }],
    ['a delimiter that is none', { mapping: people, delimiter: 'x' }],
  ])('refuses %s', async (_what, input) => {
    const { body } = await create(input).expect(400);
    expect(body.errors.length).toBeGreaterThan(0);
  });
});

describe('PUT /v1/imports/{id}/file', () => {
  it('stores the file and begins one operation, however often it is sent', async () => {
    const id = await idOf();
    const { body, headers } = await upload(id, 'id\nu1\nu2\n').expect(202);
    expect(body).toMatchObject({ id, kind: 'import', status: 'running' });
    expect(headers['location']).toBe(`/v1/operations/${id}`);
    expect((await upload(id, 'id\nu3\n').expect(202)).body.id).toBe(id);
    expect(await api.store.imports.find(mine.ws, id)).toMatchObject({ file: { rowCount: 2, chunkCount: 1 } });
    expect(api.operations.filter((one) => one === id)).toEqual([id]);
  });

  it('keeps a file that was taken though nobody heard so', async () => {
    const id = await idOf();
    const { client } = api.store.connection;
    const start = client.startSession.bind(client);
    jest.spyOn(client, 'startSession').mockImplementationOnce((options) => {
      const session = start(options);
      const commit = session.commitTransaction.bind(session);
      session.commitTransaction = async () => {
        await commit();
        throw new Error('the connection is gone');
      };
      return session;
    });
    const { body } = await upload(id, 'id\nu1\n').expect(202);
    expect(body).toMatchObject({ id, status: 'running' });
    expect(await chunks()).toBe(1);
  });

  it('of two sent at once takes one', async () => {
    const id = await idOf();
    const answers = await Promise.all([upload(id, 'id\nu1\n'), upload(id, 'id\nu2\nu3\n')]);
    expect(answers.map(({ status, body }) => [status, (body as { id: string }).id])).toEqual([
      [202, id],
      [202, id],
    ]);
    expect(await chunks()).toBe(1);
  });

  it.each<[string, string | Buffer, number, RegExp]>([
    ['an empty file', '', 400, /no rows/],
    ['a header alone', 'id\n', 400, /no rows/],
    ['a header with a name twice', 'id,plan,plan\nu1,a,b\n', 400, /"plan" twice/],
    ['a header without the column of the mapping', 'name\nAnn\n', 400, /"id", which the file does not have/],
    ['too many columns', `id,${Array.from({ length: 30 }, (_, n) => `c${n}`).join(',')}\n`, 400, /at most 20/],
    ['UTF-16', Buffer.from('\ufeffid\nu1\n', 'utf16le'), 400, /UTF-16/],
    ['too many rows', `id\n${'u\n'.repeat(10_001)}`, 413, /more than 10000 rows/],
    ['too many bytes', `id\n${`${'u'.repeat(1_000)}\n`.repeat(1_100)}`, 413, /larger than 1048576 bytes/],
  ])('refuses %s and leaves nothing of it', async (_what, file, status, message) => {
    const id = await idOf();
    const { body } = await upload(id, file).expect(status);
    expect(body.detail).toMatch(message);
    expect(await chunks()).toBe(0);
    await upload(id, 'id\nu1\n').expect(202);
  });

  it('guesses no mapping from a first row of NDJSON with more keys than a file may have columns', async () => {
    const id = await idOf({ mapping: 'auto', format: 'ndjson' });
    const { body } = await upload(id, `${JSON.stringify({ user_id: 'u1', ...manyColumns(20) })}\n`).expect(400);
    expect(body.detail).toMatch(/too many keys/);
  });

  it('counts what gzip unfolds to, and refuses what is none', async () => {
    const id = await idOf();
    const zipped = (text: string) => upload(id, gzipSync(text)).set('content-encoding', 'gzip');
    await zipped(`id\n${'u'.repeat(2 * testImportLimits.maxBytes)}`).expect(413);
    await upload(id, 'id\nu1\n').set('content-encoding', 'gzip').expect(400);
    await upload(id, 'id\nu1\n').set('content-encoding', 'br').expect(415);
    expect(await chunks()).toBe(0);
    await zipped('id\nu1\n').expect(202);
  });

  it('leaves nothing of a file whose sender is gone half way', async () => {
    const id = await idOf();
    const { server, url } = await listen(api.app);
    const sending = httpRequest(`${url}/v1/imports/${id}/file`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${mine.apiKey}`, 'content-type': 'text/csv' },
    });
    sending.on('error', () => undefined);
    sending.write(`id\n${'u\n'.repeat(5_000)}`);
    await until(async () => ((await chunks()) > 0 ? true : undefined), 'a chunk to be stored');
    sending.destroy();
    await until(async () => ((await chunks()) === 0 ? true : undefined), 'the chunks to be removed');
    expect(await api.store.operations.find(mine.ws, id)).toBeUndefined();
    server.close();
  });
});

describe('what rows say', () => {
  it('is shown with profiles:pii only', async () => {
    const id = await idOf();
    const key = { name: 'few', kind: 'management' as const, scopes: ['profiles:read'], source: 'test', createdAt: 0 };
    const { text } = await api.store.keys.create(mine.ws, 'dev', key);
    for (const path of ['errors.csv', 'preview']) {
      await request(api.app).get(`/v1/imports/${id}/${path}`).auth(text, { type: 'bearer' }).expect(403);
      await request(api.app).get(`/v1/imports/${id}/${path}`).auth(mine.apiKey, { type: 'bearer' }).expect(200);
    }
  });
});
