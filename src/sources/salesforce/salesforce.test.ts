import { workspaceId } from '../../domain/ids';
import { startSalesforceTwin, type SalesforceTwin } from '../../twins/salesforce-twin';
import { createNetwork } from '../network';
import type { PullCursor } from '../source';
import { createSalesforcePuller } from './puller';
import { SalesforceSettings } from './settings.schema';

const secrets = { clientId: 'client', clientSecret: 'secret' };
const puller = createSalesforcePuller(createNetwork(['127.0.0.1:*']), 4_000);
const now = Date.parse('2026-05-01T09:30:00Z');
const minute = (at: number): string => `2026-05-01T09:${at}:00.000Z`;
const record = (Id: string, at: string) => ({
  Id,
  Email: `${Id}@example.com`,
  SystemModstamp: at.replace('Z', '+0000'),
});

describe('an object of Salesforce', () => {
  let twin: SalesforceTwin;
  beforeAll(async () => {
    twin = await startSalesforceTwin(secrets);
  });
  afterAll(() => twin.close());
  beforeEach(() => void twin.records.splice(0, twin.records.length));

  /** The ids that a run reads, and the cursor after each page. */
  const pull = async (cursor?: PullCursor, overlapMs = 0) => {
    const mapping = { columns: { Id: { to: 'identifier', type: 'user_id' } } };
    const object = { loginUrl: twin.url, object: 'Contact', fields: ['Email'] };
    const settings = SalesforceSettings.parse({ schedule: '1h', mapping, ...object });
    const run = { ws: workspaceId('ws_1'), now, signal: new AbortController().signal, pageRows: 200 };
    const [ids, cursors]: [unknown[], PullCursor[]] = [[], []];
    for await (const page of puller.pull({ settings, secrets, ...run, cursor, overlapMs })) {
      ids.push(...page.rows.map(({ row }) => row['Id']));
      cursors.push(page.cursor);
    }
    return { ids, cursors };
  };
  /** What the last query asks for, of the changes. */
  const asked = (): string => {
    const soql = twin.exchanges.findLast(({ path }) => path.endsWith('/query'))?.query.get('q') ?? '';
    return soql.slice(soql.indexOf('FROM Contact') + 'FROM Contact'.length, soql.indexOf(' ORDER BY'));
  };

  it.each([
    ['only what has happened', ['a', 'b', 'c'], [10, 11, 12], { at: minute(12), id: 'c' }],
    ['what is dated now', ['a', 'b', 'c'], [10, 11, 30], { at: minute(30), id: 'c' }],
    ['one of the future', ['a', 'b', 'c'], [10, 11, 59], { at: minute(11), id: 'b' }],
    ['a page of the future', ['a', 'b', 'c', 'd'], [10, 11, 58, 59], { at: minute(11), id: 'b' }],
    ['nothing but the future', ['a', 'b', 'c'], [57, 58, 59], {}],
  ])('with %s leaves a cursor at the last change that has come', async (_what, ids, minutes, cursor) => {
    twin.records.push(...ids.map((id, at) => record(id, minute(minutes[at] ?? 0))));
    const read = await pull();
    expect(read).toMatchObject({ ids });
    expect(read.cursors.at(-1)).toEqual(cursor);
    twin.records.push(record('next', minute(29)));
    expect((await pull(cursor)).ids).toEqual(minutes.includes(30) ? [] : expect.arrayContaining(['next']));
  });

  it('is not read in pages that are larger than a worker reads', async () => {
    twin.records.push({ ...record('a', minute(10)), Description: 'x'.repeat(4_000) });
    const remedy = expect.stringMatching(/more than 4000 bytes; ask for smaller pages, .*HEDDLE_PULL_MAX_PAGE_BYTES/);
    await expect(pull()).rejects.toMatchObject({ name: 'SourceRefused', code: 'too-large', message: remedy });
  });

  it.each([
    [
      'after the last record',
      { at: minute(20), id: 'b' },
      0,
      ` WHERE (SystemModstamp > ${minute(20)} OR (SystemModstamp = ${minute(20)} AND Id > 'b'))`,
    ],
    ['the overlap before it', { at: minute(20), id: 'b' }, 300_000, ` WHERE SystemModstamp >= ${minute(15)}`],
    [
      'now, where the cursor is of the future',
      { at: '2062-05-01T09:00:00Z', id: 'z' },
      0,
      ` WHERE SystemModstamp >= ${minute(30)}`,
    ],
    [
      'the overlap before now, where it is',
      { at: '2062-05-01T09:00:00Z', id: 'z' },
      300_000,
      ` WHERE SystemModstamp >= ${minute(25)}`,
    ],
    ['the beginning, where it is of another source', { since: 1 }, 300_000, ''],
  ])('is read from %s', async (_where, cursor, overlapMs, where) => {
    await pull(cursor, overlapMs);
    expect(asked()).toBe(where);
  });
});
