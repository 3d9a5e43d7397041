import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystem, type System } from '../../src/testing/system';
import { startSalesforceTwin, type SalesforceTwin } from '../../src/twins/salesforce-twin';
import { counts, hookMs, pull, putSource, refusals, traitsOf } from './pulls-harness';

let system: System;
beforeAll(async () => {
  system = await startSystem();
}, hookMs);
afterAll(() => system.stop(), hookMs);

describe('a folder', () => {
  // What `startSystem` allows sources to read, each workspace below its id.
  const allowed = join(tmpdir(), 'heddle-sources');
  let own: string;
  let folder: string;
  const put = (key: string, more: object = {}) =>
    putSource(system, key, { type: 'folder', settings: { folder, prefix: `${key}/`, pageRows: 2, ...more } });
  const write = (name: string, ...lines: string[]) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), lines.join('\n'));
  };

  beforeAll(() => {
    own = join(allowed, system.ws);
    mkdirSync(own, { recursive: true });
    folder = mkdtempSync(join(own, 'test-'));
  });
  afterAll(() => rmSync(own, { recursive: true, force: true }));

  it('is read file by file in the order of their names, each once, and again when it has changed', async () => {
    write('csv/2026-05-01.csv', 'id,plan', 'f1,free', '007,"two\nlines"', 'f3,free');
    write('csv/2026-05-02.csv', 'id,plan', 'f1,gold');
    write('other/2026-05-01.csv', 'id,plan', 'f9,free');
    await put('csv');
    expect(counts(await pull(system, 'csv'))).toEqual([4, 4, 0, 0]);
    expect(await traitsOf(system, 'f1')).toMatchObject({ plan: 'gold' });
    expect(await traitsOf(system, '007')).toMatchObject({ plan: 'two\nlines' });
    expect(counts(await pull(system, 'csv'))).toEqual([0, 0, 0, 0]);
    write('csv/2026-05-02.csv', 'id,plan', 'f1,silver', 'f2,free');
    expect(counts(await pull(system, 'csv'))).toEqual([2, 2, 0, 0]);
    expect(await traitsOf(system, 'f1')).toMatchObject({ plan: 'silver' });
    expect(await traitsOf(system, 'f9')).toBeUndefined();
  });

  it('counts what happened once, also when the file has grown', async () => {
    const mapping = {
      type: 'track',
      constants: { event: 'Bought' },
      columns: { id: { to: 'identifier', type: 'user_id' }, at: { to: 'occurredAt' } },
    };
    const bought = (id: string) => JSON.stringify({ id, at: '2026-05-01T09:00:00Z' });
    write('log/a.ndjson', bought('n1'), bought('n1'));
    await put('log', { format: 'ndjson', mapping });
    expect(counts(await pull(system, 'log'))).toEqual([2, 2, 0, 0]);
    write('log/a.ndjson', bought('n1'), bought('n1'), bought('n2'));
    expect(counts(await pull(system, 'log'))).toEqual([3, 1, 2, 0]);
  });

  it('makes dead letters of lines that cannot be read, and reads the others', async () => {
    write(
      'odd/a.ndjson',
      '{"id":"m1","plan":"free"}',
      '{"id":',
      '[1]',
      `{"id":"${'x'.repeat(2_000)}"}`,
      '{"plan":"free"}',
    );
    await put('odd', { format: 'ndjson', maxRowBytes: 1_024 });
    expect(counts(await pull(system, 'odd'))).toEqual([5, 1, 0, 4]);
    expect((await refusals(system, 'odd')).sort()).toEqual([
      ...['invalid_json', 'line_too_long', 'no_identifier', 'not_an_object'],
    ]);
    write('columns/a.csv', 'id,plan', 'c1,free', 'c2,free,more', 'c3,"free');
    await put('columns');
    expect(counts(await pull(system, 'columns'))).toEqual([3, 1, 0, 2]);
    expect((await refusals(system, 'columns')).sort()).toEqual(['invalid_quotes', 'wrong_field_count']);
  });

  it('is not read outside the folders that the deployment allows, whatever the path or a link says', async () => {
    symlinkSync('/etc', join(folder, 'link'));
    for (const outside of ['/etc', join(folder, 'link'), `${folder}/../../../etc`, join(folder, 'nowhere')]) {
      await put('outside', { folder: outside, prefix: '' });
      expect(await system.client.sources.test('outside')).toMatchObject({ ok: false, code: 'folder' });
    }
    // The same folder, asked for by the source of another workspace.
    const other = await system.createWorkspace();
    await putSource(other, 'csv', { type: 'folder', settings: { folder, prefix: 'csv/' } });
    expect(await other.client.sources.test('csv')).toMatchObject({ ok: false, code: 'folder', rows: [] });
    symlinkSync('/etc/passwd', join(folder, 'passwd.csv'));
    await put('linked', { prefix: 'passwd' });
    expect(await system.client.sources.test('linked')).toMatchObject({ ok: true, code: 'empty' });
  });
});

describe('an object of Salesforce', () => {
  const client = { clientId: 'client', clientSecret: "it's a secret" };
  let twin: SalesforceTwin;
  const put = (key: string, more: object = {}, clientSecret = client.clientSecret) => {
    const columns = { Id: { to: 'identifier', type: 'user_id' }, Plan__c: { to: 'trait', name: 'plan' } };
    const settings = {
      loginUrl: twin.url,
      object: 'Contact',
      fields: ['Plan__c', 'Account.Name'],
      mapping: { columns },
      ...more,
    };
    return putSource(system, key, { type: 'salesforce', settings, secrets: { ...client, clientSecret } });
  };
  const record = (id: string, plan: string, minute: number) => ({
    Id: id,
    Plan__c: plan,
    LastName: "O'Hara \\ Sons",
    SystemModstamp: `2026-05-01T09:${minute}:00.000+0000`,
  });

  beforeAll(async () => {
    twin = await startSalesforceTwin(client);
  });
  beforeEach(() => {
    const five = Array.from({ length: 5 }, (_, at) => record(`s${at}`, 'free', 10 + at));
    twin.records.splice(0, twin.records.length, ...five);
  });
  afterAll(() => twin.close());

  it('is read from page to page, then from the overlap on', async () => {
    await put('contacts', { where: { LastName: "O'Hara \\ Sons" } });
    expect(counts(await pull(system, 'contacts'))).toEqual([5, 5, 0, 0]);
    twin.records.push(record('late', 'free', 11));
    twin.records[0] = record('s0', 'gold', 20);
    expect(counts(await pull(system, 'contacts'))).toEqual([6, 2, 4, 0]);
    expect(await traitsOf(system, 's0')).toMatchObject({ plan: 'gold' });
    expect(await traitsOf(system, 'late')).toMatchObject({ plan: 'free' });
  });

  it('is given a new token when the session has ended, once', async () => {
    await put('sessions');
    const tokens = twin.exchanges.filter(({ path }) => path.endsWith('/token')).length;
    let isEnded = false;
    const ends = twin.waitFor(() => {
      // After the first page, and before the second is asked for.
      if (!isEnded && twin.exchanges.at(-1)?.path.endsWith('/query') === true) {
        isEnded = true;
        twin.endSessions();
      }
      return isEnded;
    });
    const [pulled] = await Promise.all([pull(system, 'sessions'), ends]);
    expect(pulled.lastRun).toMatchObject({ outcome: 'completed', accepted: 5, duplicates: 0, rows: 5 });
    expect(twin.exchanges.filter(({ path }) => path.endsWith('/token'))).toHaveLength(tokens + 2);
  });

  it('waits when the limit of requests is reached', async () => {
    await put('limited');
    twin.failNext(1, { status: 200, body: { access_token: 'none', instance_url: twin.url } });
    twin.failNext(1, {
      status: 403,
      body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
    });
    expect(await system.client.sources.test('limited')).toMatchObject({ ok: false, code: 'REQUEST_LIMIT_EXCEEDED' });
  });

  it.each([
    ['client and secret are wrong', {}, 'of-somebody-else', 'credentials'],
    ['there is no such object', { object: 'Nothing' }, undefined, 'MALFORMED_QUERY'],
  ])('pauses the source with a reason when %s', async (_when, more, secret, code) => {
    await put('refused', more, secret);
    expect(await pull(system, 'refused')).toMatchObject({ status: 'paused', problem: { code } });
  });

  it('gives its token to nobody else', async () => {
    twin.nameInstance('https://salesforce.com.evil.example');
    await put('elsewhere');
    expect(await pull(system, 'elsewhere')).toMatchObject({
      status: 'paused',
      problem: { code: 'instance-elsewhere' },
    });
  });
});
