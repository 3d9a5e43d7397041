import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { startRowsTwin, type RowsTwin } from '../../../src/twins/rows-twin';

jest.setTimeout(240_000);

const token = 'token-of-the-tests';
const number = 300;

describe('a source that is being read', () => {
  let processes: Processes;
  let twin: RowsTwin;

  beforeAll(async () => {
    twin = await startRowsTwin({ token });
    processes = await startProcesses();
  });
  afterAll(async () => {
    await processes.stop();
    await twin.close();
  });

  it('has each row counted once when its worker is killed in the middle, twice', async () => {
    const { client, ws } = await processes.createTenant();
    const at = (row: number): string => new Date(Date.UTC(2026, 4, 1) + row * 60_000).toISOString();
    twin.rows.push(...Array.from({ length: number }, (_, row) => ({ id: `u${row}`, updated_at: at(row) })));
    await client.sources.put('rows', {
      type: 'http',
      name: 'Rows',
      settings: {
        url: `${twin.url}/next`,
        rows: 'data',
        paging: { by: 'next', path: 'links.next' },
        auth: { by: 'bearer' },
        cursor: { field: 'updated_at' },
        schedule: '4w',
        mapping: { columns: { id: { to: 'identifier', type: 'user_id' } } },
      },
      secrets: { token },
    });
    await client.sources.pull('rows');
    const [worker] = processes.workers;
    for (const pages of [10, 40]) {
      await twin.waitFor(() => twin.exchanges.length > pages, 60_000);
      await worker.kill();
      await worker.start();
    }
    const { lastRun } = await until(async () => {
      const now = await client.sources.pulled('rows');
      return now.lastRun ? now : undefined;
    }, 'the run to end');
    await processes.settled();
    expect(lastRun).toMatchObject({ outcome: 'completed', rejected: 0 });
    const { db } = processes.store.connection;
    const events = await db.collection('events').countDocuments({ ws, source: 'rows', state: 'applied' });
    const profiles = await db.collection('profiles').countDocuments({ ws });
    expect({ events, profiles }).toEqual({ events: number, profiles: number });
    // One page a kill may have been read twice, and was stored once.
    expect(twin.exchanges.length).toBeLessThanOrEqual(number / 3 + 4);
  });
});
