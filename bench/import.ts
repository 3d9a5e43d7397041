import { randomUUID } from 'node:crypto';
import type { Operation } from '../src/client/types';
import type { EventDoc } from '../src/store/documents';
import type { Bench, BenchResult } from './bench';
import { alternately, metered, rateOf, summary } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';

const rounds = 3;
const rowsPerRound = 20_000;
/** Of the large file, one of so many is applied: the intake is measured by benches of its own. */
const onePart = 20;
const batchSize = 1_000;
const columns = ['id', 'email', 'plan', 'city', 'orders', 'joined'] as const;
const mapping = {
  columns: {
    id: { to: 'identifier', type: 'user_id' },
    email: { to: 'identifier', type: 'email' },
    orders: { to: 'trait', as: 'integer' },
    joined: { to: 'trait', as: 'date' },
  },
  unmapped: 'trait',
} as const;

/**
 * A CSV of people by the door and the operation, until its rows are pending events, against a bare `bulkWrite` of the same
 * documents by this process; nothing applies them meanwhile, as in the benches of the door. Then one large file, for memory: dry, and a
 * part of it until it is applied.
 */
export const importRows: Bench = async (rig, { importRows: many }) => {
  const idle = { HEDDLE_QUEUES: 'operations', HEDDLE_BULK_BACKLOG: String(10 * rowsPerRound) };
  const pending = await measurePending(await rig.start(['api', 'worker'], idle));
  await rig.clear();
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  const applied = await measureLarge(heddle, tenant, { rows: Math.ceil(many / onePart), isDry: false });
  return [pending, applied, await measureLarge(heddle, tenant, { rows: many, isDry: true })];
};

async function measurePending(heddle: Heddle): Promise<BenchResult> {
  let tenant = await heddle.createTenant();
  const toPending = metered(heddle, rowsPerRound, async () => {
    // What is pending already would be counted again.
    tenant = await heddle.createTenant();
    const file = csvOf(rowsPerRound, randomUUID());
    return rateOf(rowsPerRound, async () => {
      const { id } = await tenant.client.imports.create({ mapping });
      await tenant.client.imports.upload(id, file);
      await until(tenant, id, ({ progress, status }) => progress.done === rowsPerRound || status !== 'running');
      // It would wait for the intake, which is not there.
      await tenant.client.operations.cancel(id);
    });
  });
  await toPending.rate();
  // The very documents that the rows became.
  const { db } = heddle.store.connection;
  const stored = await db.collection<EventDoc>('events').find({ ws: tenant.ws }).limit(rowsPerRound).toArray();
  const bare = db.collection<EventDoc>('floor');
  const insert = () =>
    rateOf(rowsPerRound, async () => {
      for (let from = 0; from < rowsPerRound; from += batchSize) {
        const documents = stored.slice(from, from + batchSize).map((doc) => ({ ...doc, _id: randomUUID() }));
        await bare.bulkWrite(
          documents.map((document) => ({ insertOne: { document } })),
          { ordered: false },
        );
      }
    });
  await insert();
  const pairs = await alternately(rounds, toPending.rate, insert);
  await bare.drop();
  const usage = toPending.usage();
  return { name: 'import: rows to pending events', unit: 'rows/s', ...summary(pairs), target: 0.4, usage };
}

/** Until every row is applied, or read, with the most memory that the processes held meanwhile. */
async function measureLarge(
  heddle: Heddle,
  tenant: Tenant,
  { rows, isDry }: { rows: number; isDry: boolean },
): Promise<BenchResult> {
  const file = csvOf(rows, 'large');
  const peaks = new Map<string, number>();
  const look = () => {
    for (const { process, megabytes } of heddle.meter()(1))
      if (process === 'api' || process === 'worker') peaks.set(process, Math.max(peaks.get(process) ?? 0, megabytes));
  };
  const timer = setInterval(look, 500);
  const value = await rateOf(rows, async () => {
    const { id } = await tenant.client.imports.create({ mapping, dryRun: isDry });
    await tenant.client.imports.upload(id, file);
    await until(tenant, id, ({ status }) => status !== 'running');
  });
  clearInterval(timer);
  const note = `peak memory: ${[...peaks].map(([process, megabytes]) => `${process} ${megabytes} MB`).join(', ')}`;
  return {
    name: `import: ${rows.toLocaleString('en')} rows ${isDry ? 'dry' : 'until applied'}`,
    unit: 'rows/s',
    value,
    note,
  };
}

async function until(tenant: Tenant, id: string, isSo: (operation: Operation) => boolean): Promise<void> {
  for (;;) {
    const operation = await tenant.client.operations.get(id);
    if (operation.error) throw new Error(operation.error.message);
    if (isSo(operation)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function personOf(n: number, of: string) {
  const plan = ['free', 'pro', 'team'][n % 3] ?? 'free';
  const id = `${of}-${n}`;
  return { id, email: `${id}@example.com`, plan, city: 'Oslo', orders: n % 40, joined: '2026-01-15' };
}

function csvOf(rows: number, of: string): Blob {
  const parts = [`${columns.join(',')}\n`];
  for (let n = 0; n < rows; n += 1) parts.push(`${Object.values(personOf(n, of)).join(',')}\n`);
  return new Blob(parts);
}
