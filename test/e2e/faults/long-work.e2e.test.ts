import { createHmac } from 'node:crypto';
import { startProcesses, type Processes, type Tenant } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { startRowsTwin, type RowsTwin } from '../../../src/twins/rows-twin';
import { recoveryMs } from './scene';

jest.setTimeout(2 * recoveryMs);

const signingSecret = 'whsec_of_the_tests_only';
const token = 'token-of-the-tests';
const rowCount = 300;
const pulledCount = 150;
const user = { to: 'identifier', type: 'user_id' } as const;
const mapping = { columns: { id: user, n: { to: 'trait', as: 'integer' } } } as const;
/** Makes the file several steps long, of rows that take a slow store no time. */
const unmapped = 'x'.repeat(8_192);
const file = `id,n,note\n${Array.from({ length: rowCount }, (_, n) => `p${n % 100},${n},${unmapped}`).join('\n')}\n`;

let heddle: Processes;
let twin: RowsTwin;
let tenant: Tenant;
beforeAll(async () => {
  twin = await startRowsTwin({ token });
  const at = (row: number): string => new Date(Date.UTC(2026, 4, 1) + row * 60_000).toISOString();
  twin.rows.push(...Array.from({ length: pulledCount }, (_, row) => ({ id: `r${row}`, updated_at: at(row) })));
  heddle = await startProcesses({ env: { HEDDLE_BULK_BACKLOG: '100' } });
});
afterAll(async () => {
  await twin.close();
  await heddle.stop();
});
beforeEach(async () => {
  tenant = await heddle.createTenant();
  const { sources, events } = tenant.client;
  await sources.put('pay', { type: 'stripe', name: 'Payments', secrets: { signingSecret } });
  await events.identify({ userId: 'leaver' });
  await heddle.settled();
});

/** What Stripe sends, once: it repeats what is not answered 200 by itself. */
function tell(invoice: string): Promise<Response> {
  const object = {
    id: invoice,
    customer: 'cus_1',
    customer_email: 'ann@example.com',
    amount_paid: 999,
    currency: 'eur',
  };
  const body = JSON.stringify({ id: `evt_${invoice}`, type: 'invoice.paid', created: 1_777_626_000, data: { object } });
  const seconds = Math.floor(Date.now() / 1_000);
  const v1 = createHmac('sha256', signingSecret).update(`${seconds}.${body}`).digest('hex');
  const headers = { 'stripe-signature': `t=${seconds},v1=${v1}`, 'content-type': 'application/json' };
  return fetch(`${heddle.url}/v1/webhooks/${tenant.ws}/pay`, { method: 'POST', headers, body });
}

const appliedOf = (source: string) =>
  heddle.store.connection.db.collection('events').countDocuments({ ws: tenant.ws, source, state: 'applied' });
const ended = (id: string) =>
  until(
    async () => {
      const operation = await tenant.client.operations.get(id);
      return operation.status === 'running' ? undefined : operation;
    },
    'the operation to end',
    recoveryMs,
  );
const imported = { rows: rowCount, applied: rowCount, duplicates: 0, rejected: 0 };

describe('Temporal away', () => {
  it('takes webhooks, files and erasures all the same, and does what they ask for afterwards', async () => {
    const { imports, profiles } = tenant.client;
    const { id } = await imports.create({ mapping });
    heddle.between.allAndTemporal.cut();
    expect((await tell('in_1')).status).toBe(200);
    expect(await imports.upload(id, file)).toMatchObject({ status: 'running' });
    const erasure = await profiles.erase('user_id:leaver');
    expect(erasure).toMatchObject({ status: 'running' });
    await expect(profiles.get('user_id:leaver')).rejects.toMatchObject({ status: 404 });
    heddle.between.allAndTemporal.restore();

    expect(await ended(id)).toMatchObject({ status: 'completed', result: imported });
    expect(await ended(erasure.id)).toMatchObject({ status: 'completed' });
    await heddle.settled();
    expect([await appliedOf('pay'), await appliedOf(`import:${id}`)]).toEqual([1, rowCount]);
  });
});

describe('MongoDB away', () => {
  it('has tools come again, erases nobody by half, and imports and pulls go on from where they were', async () => {
    const { imports, operations, profiles, sources } = tenant.client;
    await sources.put('rows', {
      ...{ type: 'http', name: 'Rows', secrets: { token } },
      settings: {
        ...{ url: `${twin.url}/next`, rows: 'data', paging: { by: 'next', path: 'links.next' }, schedule: '4w' },
        ...{ auth: { by: 'bearer' }, cursor: { field: 'updated_at' }, mapping: { columns: { id: user } } },
      },
    });
    const { id } = await imports.create({ mapping });
    await imports.upload(id, file);
    await sources.pull('rows');
    await until(async () => (await operations.get(id)).progress.done > 0 || undefined, 'the first rows');
    await twin.waitFor(() => twin.exchanges.length > 3, recoveryMs);
    const { apiAndStore, workersAndStore } = heddle.between;
    apiAndStore.cut();
    workersAndStore.cut();
    const answer = await tell('in_2');
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    const authorization = `Bearer ${tenant.apiKey}`;
    const erasure = await fetch(`${heddle.url}/v1/profiles/user_id:leaver`, {
      ...{ method: 'DELETE', headers: { authorization } },
    });
    expect(erasure.status).toBe(503);
    apiAndStore.restore();
    workersAndStore.restore();

    await until(async () => (await tell('in_2')).ok || undefined, 'the tool to be answered', recoveryMs);
    expect((await profiles.get('user_id:leaver')).id).toMatch(/^prf_/);
    expect(await ended(id)).toMatchObject({ status: 'completed', result: imported });
    const { lastRun } = await until(
      async () => {
        const now = await sources.pulled('rows');
        return now.lastRun ? now : undefined;
      },
      'the run to end',
      recoveryMs,
    );
    expect(lastRun).toMatchObject({ outcome: 'completed', rejected: 0 });
    await heddle.settled();
    const counts = [await appliedOf('pay'), await appliedOf(`import:${id}`), await appliedOf('rows')];
    expect(counts).toEqual([1, rowCount, pulledCount]);
  });
});
