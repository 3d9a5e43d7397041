import { randomUUID } from 'node:crypto';
import { Decimal128, MongoClient, ObjectId } from 'mongodb';
import { startPostgres, type Postgres } from '../../src/testing/postgres';
import { startSystem, type System } from '../../src/testing/system';
import { counts, hookMs, pull, putSource, refusals, traitsOf } from './pulls-harness';

let system: System;
beforeAll(async () => {
  system = await startSystem();
}, hookMs);
afterAll(() => system.stop(), hookMs);

const minute = (number: number): string => `2026-05-01T09:${String(number).padStart(2, '0')}:00Z`;

describe('a table of PostgreSQL', () => {
  let postgres: Postgres;
  const put = (key: string, more: object = {}, password = postgres.password) => {
    const server = { host: '127.0.0.1', port: postgres.port, database: 'postgres', user: postgres.user, tls: 'off' };
    const settings = { ...server, table: 'public.customers', key: 'id', cursor: 'updated_at', pageRows: 2, ...more };
    return putSource(system, key, { type: 'postgresql', settings, secrets: { password } });
  };
  const write = (id: string, plan: string, at: string, spent = '10') =>
    postgres.query(
      `INSERT INTO customers VALUES ($1, $2, $3, $4, '{"tags": ["a"]}')
       ON CONFLICT (id) DO UPDATE SET plan = $2, spent = $3, updated_at = $4`,
      [id, plan, spent, at],
    );

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.query(
      'CREATE TABLE customers (id text PRIMARY KEY, plan text, spent numeric, updated_at timestamptz, more jsonb)',
    );
    await postgres.query('CREATE SEQUENCE numbers');
    for (let at = 0; at < 5; at += 1) await write(`p${at}`, 'free', minute(10 + at));
  }, hookMs);
  afterAll(() => postgres.stop(), hookMs);

  it('is read page by page, then from the overlap on: a late row is found, a changed one changes its trait, none counts twice', async () => {
    await put('table');
    expect(counts(await pull(system, 'table'))).toEqual([5, 5, 0, 0]);
    expect(await traitsOf(system, 'p4')).toMatchObject({ plan: 'free', spent: 10 });
    await write('late', 'free', minute(12));
    await write('p0', 'gold', minute(20));
    await write('too-late', 'free', minute(1));
    // Four of them from the overlap of five minutes on, the late one, and the changed one.
    expect(counts(await pull(system, 'table'))).toEqual([6, 2, 4, 0]);
    expect(await traitsOf(system, 'p0')).toMatchObject({ plan: 'gold' });
    expect(await traitsOf(system, 'late')).toMatchObject({ plan: 'free' });
    await system.client.sources.reset('table', { from: minute(0) });
    expect(counts(await pull(system, 'table'))).toEqual([7, 1, 6, 0]);
  });

  it('is read as a query, and as a whole where it has no cursor: what goes back to what it was counts', async () => {
    const columns = { id: { to: 'identifier', type: 'user_id' }, plan: { to: 'trait', name: 'whole_plan' } };
    const query = 'SELECT id, plan FROM customers -- all of them';
    await put('whole', { table: undefined, query, cursor: undefined, mapping: { columns } });
    await pull(system, 'whole');
    await write('p1', 'gold', minute(30));
    await pull(system, 'whole');
    expect(await traitsOf(system, 'p1')).toMatchObject({ whole_plan: 'gold' });
    await write('p1', 'free', minute(31));
    await pull(system, 'whole');
    expect(await traitsOf(system, 'p1')).toMatchObject({ whole_plan: 'free' });
  });

  it('is read on from what has happened, whatever is dated in the future', async () => {
    await postgres.query('CREATE TABLE dated (id text PRIMARY KEY, plan text, spent numeric, updated_at timestamptz)');
    const row = (id: string, at: string) => postgres.query("INSERT INTO dated VALUES ($1, 'free', 1, $2)", [id, at]);
    await put('dated', { table: 'dated', overlap: '0s' });
    for (const [id, at] of [
      ['d1', minute(1)],
      ['d2', minute(2)],
      ['f1', '2062-05-01T09:00:00Z'],
      ['f2', 'infinity'],
    ])
      await row(id ?? '', at ?? '');
    await pull(system, 'dated');
    await row('d3', minute(3));
    // Those of the future are read again, and count once.
    const [rows, accepted] = counts(await pull(system, 'dated')) ?? [];
    expect([rows, accepted]).toEqual([3, 1]);
    expect(await traitsOf(system, 'd3')).toMatchObject({ plan: 'free' });
  });

  it('makes dead letters of rows whose values the mapping refuses', async () => {
    await postgres.query("CREATE TABLE odd AS SELECT 'o1' AS id, 'NaN'::numeric AS spent, now() AS updated_at");
    await put('odd', { table: 'odd' });
    expect(counts(await pull(system, 'odd'))).toEqual([1, 0, 0, 1]);
    expect(await refusals(system, 'odd')).toEqual(['invalid_value']);
  });

  it.each([
    ['the password is wrong', {}, 'sql-28P01'],
    ['the table is not there', { table: 'nowhere' }, 'sql-42P01'],
    ['a column is not there', { cursor: 'changed_at' }, 'no-column'],
    ['the query writes', { table: undefined, query: "SELECT *, nextval('numbers') FROM customers" }, 'sql-25006'],
    ['the query is two', { table: undefined, query: 'SELECT 1) AS a; DROP TABLE customers; --' }, 'sql-42601'],
    ['the server speaks no TLS', { tls: 'verify' }, 'tls'],
  ])('pauses the source with a reason when %s', async (what, more, code) => {
    const key = `bad-${randomUUID().slice(0, 8)}`;
    await put(key, more, what === 'the password is wrong' ? 'of-somebody-else' : undefined);
    const { status, problem } = await pull(system, key);
    expect({ status, code: problem?.code }).toEqual({ status: 'paused', code });
    expect(problem?.message).not.toContain('somebody');
  });
});

describe('a collection of MongoDB', () => {
  let mongo: MongoClient;
  const database = `pulled-${randomUUID().slice(0, 8)}`;
  const uri = process.env['HEDDLE_TEST_MONGODB_URI'] ?? '';
  const put = (key: string, more: object = {}, address = uri) => {
    const mapping = {
      columns: { _id: { to: 'identifier', type: 'user_id' }, plan: { to: 'trait' }, spent: { to: 'trait' } },
    };
    const settings = { database, collection: 'customers', cursor: 'changedAt', pageRows: 2, mapping, ...more };
    return putSource(system, key, { type: 'mongodb', settings, secrets: { uri: address } });
  };
  const ids = Array.from({ length: 5 }, () => new ObjectId());
  const documents = () => mongo.db(database).collection('customers');

  beforeAll(async () => {
    mongo = await MongoClient.connect(uri);
    const spent = Decimal128.fromString('10.50');
    await documents().insertMany(
      ids.map((_id, at) => ({ _id, plan: 'free', spent, changedAt: new Date(minute(10 + at)), hidden: at === 4 })),
    );
  }, hookMs);
  afterAll(async () => {
    await mongo.db(database).dropDatabase();
    await mongo.close();
  }, hookMs);

  it('is read page by page, then from the overlap on, with filter and fields', async () => {
    const fields = ['plan', 'spent'];
    await put('documents', { filter: { hidden: { $ne: true }, changedAt: { $gt: { $date: minute(1) } } }, fields });
    expect(counts(await pull(system, 'documents'))).toEqual([4, 4, 0, 0]);
    expect(await traitsOf(system, String(ids[0]))).toEqual({ plan: 'free', spent: '10.50' });
    const late = new ObjectId();
    await documents().insertOne({ _id: late, plan: 'late', changedAt: new Date(minute(11)) });
    await documents().updateOne(
      { _id: ids[0] as ObjectId },
      { $set: { plan: 'gold', changedAt: new Date(minute(20)) } },
    );
    expect(counts(await pull(system, 'documents'))).toEqual([5, 2, 3, 0]);
    expect(await traitsOf(system, String(ids[0]))).toMatchObject({ plan: 'gold' });
    expect(await traitsOf(system, String(late))).toMatchObject({ plan: 'late' });
  });

  it('is read on from what has happened, whatever is dated in the future', async () => {
    const [typo, next] = [new ObjectId(), new ObjectId()];
    await documents().insertOne({ _id: typo, plan: 'typo', changedAt: new Date('2062-05-01T09:00:00Z') });
    await put('dated-documents', { overlap: '0s' });
    await pull(system, 'dated-documents');
    await documents().insertOne({ _id: next, plan: 'next', changedAt: new Date(minute(40)) });
    expect(counts(await pull(system, 'dated-documents'))).toEqual([2, 1, 1, 0]);
    expect(await traitsOf(system, String(next))).toMatchObject({ plan: 'next' });
  });

  it('takes no filter that runs code or reads elsewhere', async () => {
    for (const filter of [{ $where: 'true' }, { a: { $not: { $function: {} } } }, { $expr: {} }])
      await expect(put('code', { filter })).rejects.toMatchObject({ status: 400 });
  });

  it('is not asked inside the network', async () => {
    await put('inside', {}, 'mongodb://10.0.0.1/x?directConnection=true');
    expect(await system.client.sources.test('inside')).toMatchObject({ ok: false, code: 'private-address' });
  });
});
