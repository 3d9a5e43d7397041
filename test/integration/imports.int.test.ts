import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { ImportInput, ImportResult, Operation } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';

const data = join(__dirname, '../../examples/data/complete-journey');
const facts = new Map(
  (JSON.parse(readFileSync(join(data, 'facts.json'), 'utf8')) as { id: string; value: unknown }[]).map(
    ({ id, value }) => [id, value],
  ),
);
const userId = { to: 'identifier', type: 'user_id' } as const;
const people = { columns: { id: userId, plan: { to: 'trait' } } } as const;

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

async function run(input: ImportInput, file: string | Blob, isGzipped = false): Promise<Operation> {
  const { id, format } = await system.client.imports.create(input);
  await system.client.imports.upload(id, file, { type: format, isGzipped });
  return system.client.operations.wait(id);
}
const resultOf = ({ result }: Operation) => result as unknown as ImportResult;
const errorsOf = async (id: string) =>
  parse<Record<string, string>>(await text(await system.client.imports.errors(id)), { columns: true });

describe('importing the profiles of the sample data', () => {
  const file = readFileSync(join(data, 'profiles.csv'), 'utf8');
  const mapping = {
    columns: {
      customer_id: userId,
      email: [
        { to: 'identifier', type: 'email' },
        { to: 'trait', name: 'email' },
      ],
      has_events: { to: 'trait', as: 'boolean' },
    },
    unmapped: 'trait',
  } as const;

  it('first dry, says what would become of them and writes nothing', async () => {
    const operation = await run({ mapping: 'auto', dryRun: true }, file);
    expect(operation).toMatchObject({ status: 'completed', progress: { done: 801, total: 801 } });
    expect(resultOf(operation)).toMatchObject({ wouldApply: 801, wouldCreate: 801, wouldUpdate: 0, rejected: 0 });
    const { data: rows } = await system.client.imports.preview(operation.id);
    expect(rows).toHaveLength(20);
    expect(rows[0]).toMatchObject({ row: 1, event: { type: 'identify', userId: 'hh-0001', traits: { age: '65+' } } });
    expect((await system.client.imports.get(operation.id)).mapping).toMatchObject({
      columns: { customer_id: userId },
    });
    expect(await system.store.profiles.count(system.ws)).toBe(0);
  });

  it('makes a profile of each row, with the facts that the data is known to have', async () => {
    const rules = {
      profiles: { identifier: 'email', is: 'set' },
      'profiles-with-events': { trait: 'has_events', is: 'equals', value: true },
      'profiles-no-home-ownership': { trait: 'home_ownership', is: 'not_set' },
      'profiles-no-marital-status': { trait: 'marital_status', is: 'not_set' },
    } as const;
    for (const [key, rule] of Object.entries(rules)) await system.client.audiences.put(key, { name: key, rule });
    const operation = await run({ mapping }, new Blob([gzipSync(file)]), true);
    expect(resultOf(operation)).toMatchObject({ rows: 801, applied: 801, unapplied: 0, duplicates: 0, rejected: 0 });
    for (const key of Object.keys(rules)) {
      const { size } = await system.client.audiences.get(key);
      expect([key, size]).toEqual([key, facts.get(key.replaceAll('-', '_'))]);
    }
  });

  it('again, dry, finds all of them', async () => {
    expect(resultOf(await run({ mapping, dryRun: true }, file))).toMatchObject({ wouldUpdate: 801, wouldCreate: 0 });
  });
});

describe('an import', () => {
  it('refuses rows one by one, with their reasons, and a file of them that is safe to open', async () => {
    const invalid = Buffer.concat([Buffer.from('bad-utf8,x'), Buffer.from([0xff]), Buffer.from('\n')]);
    const rows = 'r1,pro\n=cmd,"a,b",c\n"open,x\n,nobody\n"line\nbreak",=2+5\n';
    const file = new Blob(['\ufeffid,plan\r\n', rows, invalid, 'r2,"last"']);
    const operation = await run({ mapping: people }, file);
    expect(operation.status).toBe('completed');
    expect(resultOf(operation)).toMatchObject({
      rows: 7,
      applied: 3,
      rejected: 4,
      rejectedByCode: { wrong_field_count: 1, invalid_quotes: 1, no_identifier: 1, invalid_utf8: 1 },
      examples: [
        { row: 2, code: 'wrong_field_count' },
        { row: 3, code: 'invalid_quotes' },
        { row: 4, code: 'no_identifier' },
        { row: 6, code: 'invalid_utf8' },
      ],
    });
    expect(await errorsOf(operation.id)).toEqual([
      expect.objectContaining({ row: '2', code: 'wrong_field_count', sent: `'=cmd,"a,b",c` }),
      expect.objectContaining({ row: '3', code: 'invalid_quotes', sent: '"open,x' }),
      expect.objectContaining({ row: '4', code: 'no_identifier', sent: ',nobody' }),
      expect.objectContaining({ row: '6', code: 'invalid_utf8' }),
    ]);
    expect(JSON.stringify(operation)).not.toContain('nobody');
    expect((await system.client.profiles.get('user_id:line\nbreak')).traits).toMatchObject({ plan: '=2+5' });
    expect((await system.client.profiles.get('user_id:r2')).traits).toMatchObject({ plan: 'last' });
  });

  it('of events takes each line for one, with its own time and id, counted once', async () => {
    const order = (n: number, more: object = {}) =>
      JSON.stringify({
        type: 'track',
        event: 'Ordered',
        userId: 'e1',
        messageId: `order-${n}`,
        timestamp: '2020-02-01T00:00:00Z',
        sentAt: '2020-02-01T00:00:01Z',
        ...more,
      });
    const lines = [order(1), order(2), order(1), '{"type":"track"}', '[]', 'x'].join('\n');
    const operation = await run({ format: 'ndjson', mapping: 'events' }, lines);
    expect(resultOf(operation)).toMatchObject({ applied: 2, duplicates: 1, rejected: 3 });
    const { data: events } = await system.client.profiles.events('user_id:e1');
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual(Array(2).fill('2020-02-01T00:00:00.000Z'));
  });

  it('says nothing newer than its file: what happened since stays', async () => {
    const { id } = await system.client.imports.create({ mapping: people });
    const file = `id,plan\n${Array.from({ length: 300 }, (_, n) => `late-${n},old`).join('\n')}\n`;
    await system.client.imports.upload(id, file);
    await system.client.events.identify({ userId: 'late-299', traits: { plan: 'new' } });
    await system.client.operations.wait(id);
    await system.settled();
    expect((await system.client.profiles.get('user_id:late-299')).traits).toMatchObject({ plan: 'new' });
    expect((await system.client.profiles.get('user_id:late-0')).traits).toMatchObject({ plan: 'old' });
  });

  it('shows its kind and its progress in Temporal, and no person', async () => {
    const { id } = await run({ mapping: people }, 'id,plan\nsecret-person,x\n');
    const handle = system.temporal.workflow.getHandle(`operation/${system.ws}/${id}`);
    const history = JSON.stringify(await handle.fetchHistory(), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    expect(history).not.toContain('secret-person');
    expect(await handle.result()).toBe('completed');
  });

  it('that is cancelled keeps what it has done, does no more and leaves no file', async () => {
    const { id } = await system.client.imports.create({ mapping: people });
    // Wide rows: many steps for few events.
    const rows = Array.from({ length: 1_000 }, (_, n) => `many-${n},x,${'x'.repeat(16_384)}`);
    await system.client.imports.upload(id, `id,plan,note\n${rows.join('\n')}\n`);
    await until(
      async () => ((await system.client.operations.get(id)).progress.done > 0 ? true : undefined),
      'the first rows',
    );
    expect(await system.client.operations.cancel(id)).toMatchObject({ status: 'cancelled' });
    const chunks = system.store.connection.db.collection('importChunks');
    await until(async () => ((await chunks.countDocuments()) === 0 ? true : undefined), 'the file to be gone');
    const { progress, status } = await system.client.operations.get(id);
    expect(status).toBe('cancelled');
    expect(progress.done).toBeLessThan(1_000);
  });
});
