import { mongoCommand } from '../../../src/testing/fault-proxy';
import { startProcesses, type Processes, type Tenant } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { recoveryMs } from './scene';

jest.setTimeout(2 * recoveryMs);
let heddle: Processes;
let tenant: Tenant;
beforeAll(async () => {
  heddle = await startProcesses();
  tenant = await heddle.createTenant();
});
afterAll(() => heddle.stop());

const rowCount = 150;
/** Makes the file several steps long, of rows that take a slow store no time. */
const unmapped = 'x'.repeat(8_192);
const mapping = { columns: { id: { to: 'identifier', type: 'user_id' }, n: { to: 'trait', as: 'integer' } } } as const;

/** Every row is one event, applied once. */
async function expectEachRowOnce(id: string): Promise<void> {
  const events = heddle.store.connection.db.collection('events');
  const of = { ws: tenant.ws, source: `import:${id}` };
  expect(await events.countDocuments({ ...of, state: 'applied' })).toBe(rowCount);
  expect(new Set(await events.distinct('n', of)).size).toBe(rowCount);
}

describe('an import whose worker is killed', () => {
  it.each([
    ['between two of its steps', undefined],
    ['with a step half stored', mongoCommand('insert', 'events')],
    ['before a step is taken down', mongoCommand('update', 'operations')],
  ])('%s, has every row once', async (_when, says) => {
    const { imports, operations } = tenant.client;
    const rows = Array.from({ length: rowCount }, (_, n) => `p${n % 50},${n},${unmapped}`).join('\n');
    const { id } = await imports.create({ mapping });
    const trap = says && heddle.between.workersAndStore.hold({ says, held: 'after' });
    await imports.upload(id, `id,n,note\n${rows}\n`);
    if (trap) await trap.sprung;
    else await until(async () => (await operations.get(id)).progress.done > 0 || undefined, 'the first rows');
    await heddle.workers[0].kill();
    await heddle.workers[0].start();
    const { status, result } = await operations.wait(id);
    expect({ status, result }).toMatchObject({
      status: 'completed',
      result: { rows: rowCount, applied: rowCount, duplicates: 0, rejected: 0 },
    });
    await expectEachRowOnce(id);
  });
});
