import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beginRetention } from '../../src/activities/operations/retention/begin-retention';
import type { ImportMapping, ImportResult } from '../../src/client/import-types';
import type { JsonObject } from '../../src/domain/json';
import { startSystem, until, type System } from '../../src/testing/system';
import { startRowsTwin } from '../../src/twins/rows-twin';
import { counts, customers, hookMs, pull, putSource, refusals, traitsOf } from './pulls-harness';

const dayMs = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();
const id = { to: 'identifier', type: 'user_id' } as const;
const at = { to: 'occurredAt' } as const;
const ordered = { type: 'track', constants: { event: 'Ordered' } } as const;
const orders = { ...ordered, columns: { id, at, total: { to: 'property' } } } as const;
const numbered = { ...ordered, columns: { id, no: { to: 'messageId' } } } as const;
const sales = [
  { id: 'o3', no: 'sale-1' },
  { id: 'o4', no: 'sale-2' },
];
const dated = { columns: { id, at, plan: { to: 'trait' } } } as const;

let system: System;
let folder: string;
beforeAll(async () => {
  system = await startSystem();
  // What `startSystem` allows sources to read.
  const allowed = join(tmpdir(), 'heddle-sources', system.ws);
  mkdirSync(allowed, { recursive: true });
  folder = mkdtempSync(join(allowed, 'test-'));
}, hookMs);
afterAll(async () => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
  await system.stop();
}, hookMs);

const write = (name: string, ...lines: readonly (object | string)[]): void =>
  writeFileSync(
    join(folder, `${name}.ndjson`),
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
const put = (key: string, mapping: JsonObject = customers) =>
  putSource(system, key, { type: 'folder', settings: { folder, prefix: key, format: 'ndjson', mapping } });
/** Reads the source from its beginning, as after a reset. */
async function pullAnew(key: string) {
  await system.client.sources.reset(key);
  return pull(system, key);
}
async function importRows(mapping: ImportMapping, ...rows: readonly object[]) {
  const { id } = await system.client.imports.create({ format: 'ndjson', mapping });
  await system.client.imports.upload(id, rows.map((row) => JSON.stringify(row)).join('\n'), { type: 'ndjson' });
  return system.client.operations.wait(id);
}
const ordersOf = async (user: string) => (await system.client.profiles.events(`user_id:${user}`)).data.length;

describe('what retention has removed', () => {
  const rows = [
    { id: 'o1', total: 1, at: daysAgo(400) },
    { id: 'o1', total: 2, at: daysAgo(10) },
  ];

  beforeAll(async () => {
    const { client, store, ws } = system;
    write('orders', ...rows);
    await put('orders', orders);
    expect(counts(await pull(system, 'orders'))).toEqual([2, 2, 0, 0]);
    const events = store.connection.db.collection('events');
    await events.updateMany({ ws, occurredAt: { $lt: Date.now() - 365 * dayMs } }, { $set: { receivedAt: 0 } });
    write('undated', { id: 'o2', total: 1 });
    await put('undated', orders);
    await pull(system, 'undated');
    await importRows(numbered, ...sales);
    await system.settled();
    const old = Date.now() - 400 * dayMs;
    const undated = { ws, 'identifiers.value': { $in: ['o2', 'o3', 'o4'] } };
    await events.updateMany(undated, { $set: { occurredAt: old, receivedAt: old } });
    await client.privacy.setRetention({ events: 365 });
    await beginRetention({ store, doorbells: system.doorbells }, Date.now());
    const [operation] = (await client.operations.list({ kind: 'retention' })).data;
    await client.operations.wait(operation?.id ?? '');
    expect(await Promise.all(['o1', 'o2', 'o3', 'o4'].map(ordersOf))).toEqual([1, 0, 0, 0]);
  });

  it('does not count again either when its row says no time, by the id of the row', async () => {
    expect(counts(await pullAnew('undated'))).toEqual([1, 0, 1, 0]);
    expect((await importRows(numbered, ...sales)).result).toMatchObject({ applied: 0, duplicates: 2 });
    expect(await Promise.all(['o2', 'o3', 'o4'].map(ordersOf))).toEqual([0, 0, 0]);
  });

  it('is known by its id until its person is erased', async () => {
    const { client, store, ws } = system;
    const ids = async () => {
      const kept = await store.connection.db.collection<{ _id: string }>('events').find({ ws }).toArray();
      return kept.map(({ _id }) => _id).filter((id) => id.includes('sale-')).length;
    };
    expect(await ids()).toBe(2);
    await client.operations.wait((await client.profiles.erase('user_id:o4')).id);
    expect(await ids()).toBe(1);
  });

  it('does not count again when its row is pulled again, which the run counts and no letter keeps', async () => {
    const nothingNew = { rows: 2, accepted: 0, duplicates: 1, rejected: 0, tooOld: 1 };
    expect((await pullAnew('orders')).lastRun).toMatchObject(nothingNew);
    expect((await pullAnew('orders')).lastRun).toMatchObject(nothingNew);
    expect(await ordersOf('o1')).toBe(1);
    expect(await refusals(system, 'orders')).toEqual([]);
  });

  it('does not count again when it is imported again, which the report says by row, without the row', async () => {
    const { id, result } = await importRows(orders, ...rows);
    expect(result as unknown as ImportResult).toMatchObject({
      ...{ rows: 2, applied: 1, rejectedByCode: { too_old: 1 } },
      examples: [{ row: 1, code: 'too_old', message: expect.stringContaining('keep events for longer') }],
    });
    expect(await text(await system.client.imports.errors(id))).not.toContain('o1');
    expect(await ordersOf('o1')).toBe(2);
  });

  it('is no reason to forget who has not changed since', async () => {
    write('people', { id: 'old-1', plan: 'gold', at: daysAgo(900) });
    await put('people', dated);
    expect((await pull(system, 'people')).lastRun).toMatchObject({ accepted: 1, tooOld: 0 });
    await importRows(dated, { id: 'old-2', plan: 'free', at: daysAgo(900) });
    expect([await traitsOf(system, 'old-1'), await traitsOf(system, 'old-2')]).toMatchObject([
      { plan: 'gold' },
      { plan: 'free' },
    ]);
  });

  it('is among the hourly figures of imports', async () => {
    const volume = await until(async () => {
      const { data } = await system.client.sources.volume('import');
      return data[0]?.rejectedByCode['too_old'] ? data : undefined;
    }, 'the figures of the imports');
    expect(volume).toMatchObject([{ rejected: 1, rejectedByCode: { too_old: 1 } }]);
    await expect(
      system.client.sources.put('import', { name: 'Mine', type: 'api', settings: {} }),
    ).rejects.toMatchObject({ status: 409 });
  });
});

it('a row of somebody erased is one letter, however often and in whatever words it is pulled', async () => {
  const { client } = system;
  write('crm', { id: 'gone', plan: 'free' }, { id: 'stays', plan: 'free' });
  await put('crm');
  await pull(system, 'crm');
  await client.operations.wait((await client.profiles.erase('user_id:gone')).id);
  for (const plan of ['free', 'gold', 'silver']) {
    write('crm', { id: 'gone', plan }, { id: 'stays', plan });
    expect((await pullAnew('crm')).lastRun).toMatchObject({ rows: 2, rejected: 1 });
  }
  const { data } = await client.deadLetters.list({ code: 'erased' });
  expect(data).toMatchObject([{ source: 'crm', code: 'erased' }]);
  expect(JSON.stringify(data)).not.toContain('gone');
  expect(await traitsOf(system, 'stays')).toMatchObject({ plan: 'silver' });
});

it('a row that a tracking plan keeps out is one letter, however often a source is read as a whole, until its person is erased', async () => {
  const { client } = system;
  const token = 'token-of-the-tests';
  const twin = await startRowsTwin({ token });
  twin.rows.push({ id: 'planned', plan: 'gold', updated_at: daysAgo(1) });
  const rule = { kind: 'identify' as const, properties: [{ path: 'plan', types: ['number' as const] }] };
  await client.trackingPlans.put('strict', { name: 'Strict', onViolation: 'quarantine', events: [rule] });
  const paging = { by: 'next', path: 'links.next' };
  const settings = { url: `${twin.url}/next`, rows: 'data', paging, auth: { by: 'bearer' } };
  const readTwice = async () => {
    expect(counts(await pull(system, 'whole'))).toEqual([1, 0, 0, 1]);
    expect(counts(await pull(system, 'whole'))).toEqual([1, 0, 0, 1]);
  };
  await putSource(system, 'whole', { type: 'http', settings, secrets: { token }, trackingPlan: 'strict' });
  await readTwice();
  expect(await refusals(system, 'whole')).toEqual(['plan_violation']);
  await client.operations.wait((await client.profiles.erase('user_id:planned')).id);
  await readTwice();
  expect((await refusals(system, 'whole')).sort()).toEqual(['erased', 'plan_violation']);
  await twin.close();
});

it('a test shows rows that nest too deep without what is too deep, and says which row is refused', async () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  write(
    'deep',
    { id: 'd1', plan: 'free' },
    `{"id":"d2","more":${nested(500)}}`,
    `{"id":"d3","more":${nested(20_000)}}`,
  );
  await put('deep');
  const { ok, rows } = await system.client.sources.test('deep');
  expect({ ok, rows }).toMatchObject({
    ok: true,
    rows: [
      { row: { id: 'd1', plan: 'free' } },
      { row: { id: 'd2' }, event: { identifiers: [{ value: 'd2' }] } },
      { row: { id: 'd3' }, rejected: { code: 'too_deep', message: expect.stringMatching(/^Row 3: .*flatten it/) } },
    ],
  });
});
