import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../src/api/enrollments/read-record';
import { testOf } from '../../src/cli/export-test';
import type { JsonObject } from '../../src/domain/json';
import type { RunRecord } from '../../src/domain/journeys/run-record';
import { replayRecord } from '../../src/simulation/testing';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
let record: RunRecord;
beforeAll(async () => {
  harness = await JourneyHarness.open();
  await harness.begin();
  record = await lived();
});
afterAll(() => harness.close());

const steps: JsonObject = {
  settle: { type: 'wait', for: '1s', next: 'which' },
  which: {
    type: 'branch',
    cases: [{ if: { trait: 'tier', is: 'equals', value: 'gold' }, next: 'remind' }],
    else: 'bye',
  },
  remind: { type: 'send', destination: 'crm', next: 'listen' },
  listen: {
    type: 'wait-for',
    timeout: '24h',
    first: [
      {
        on: { event: 'Email Clicked', match: { 'properties.cart_id': 'entry.properties.cart_id' } },
        next: 'thanks',
      },
    ],
    onTimeout: 'bye',
  },
  thanks: { type: 'exit', reason: 'clicked' },
  bye: { type: 'exit', reason: 'silent' },
};

/** A run of somebody by name, who clicks; the click of another cart is not theirs. */
async function lived(): Promise<RunRecord> {
  await harness.publish(
    journey('carts', steps, { entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id' } }),
  );
  const known = { kind: 'identify', traits: { tier: 'gold', first_name: 'Ada' } } as const;
  await harness.happen('identify', {}, { user: 'ada@example.com', ...known });
  await harness.happen('Cart Started', { cart_id: 'Lovelace-1', note: 'for Ada' }, { user: 'ada@example.com' });
  await harness.waitingAt('carts', 'listen');
  await harness.happen('Email Clicked', { cart_id: 'Lovelace-2' }, { user: 'ada@example.com' });
  await harness.happen('Email Clicked', { cart_id: 'Lovelace-1' }, { user: 'ada@example.com' });
  const [run] = await harness.ended('carts');
  const compiled = await harness.store.journeys.compiled(harness.ws, 'carts', 1);
  const asked = { ws: harness.ws, run: run!, journey: compiled!, now: Date.now() };
  return readRecord(harness.store, { ...asked, withValues: false });
}

const ourJest = jest.requireActual<{ projects: [{ moduleNameMapper: object; transform: object }] }>(
  '../../jest.config.js',
);

/** As a team that has the package `heddle` runs it, in a folder of its own. */
function runJest(text: string): Promise<{ code: number; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-exported-'));
  writeFileSync(join(folder, 'exported.test.ts'), text);
  const [{ moduleNameMapper, transform }] = ourJest.projects;
  const config = { rootDir: process.cwd(), roots: [folder], testEnvironment: 'node', moduleNameMapper, transform };
  return new Promise((done) => {
    const args = [
      require.resolve('jest/bin/jest'),
      '--config',
      JSON.stringify(config),
      '--runInBand',
      '--colors=false',
    ];
    execFile(process.execPath, args, { timeout: 120_000 }, (error, out, err) => {
      rmSync(folder, { recursive: true, force: true });
      done({ code: error ? 1 : 0, output: `${out}${err}` });
    });
  });
}

describe('the record of a run', () => {
  it('says step by step what was decided and by what, and nothing about the person', () => {
    expect(record.steps).toMatchObject([
      { step: 'settle', outcome: 'waited', cause: 'time' },
      { step: 'which', outcome: 'case 1', cause: 'its rules' },
      { step: 'remind', outcome: 'delivered', cause: 'what became of the delivery' },
      { step: 'listen', outcome: 'Email Clicked', cause: expect.stringMatching(/^Email Clicked at 20/) as string },
      { step: 'thanks', outcome: 'clicked', cause: 'the definition' },
    ]);
    expect(record).toMatchObject({
      isScrubbed: true,
      sends: [{ step: 'remind', destination: 'crm', status: 'delivered' }],
    });
    expect(JSON.stringify(record)).not.toMatch(/Lovelace|Ada|ada@example/);
    expect(JSON.stringify(record.events)).toContain('"tier":"gold"');
  });

  it('is a jest test that passes, and of another journey fails and names the step where it parts', async () => {
    const same = await runJest(testOf(record));
    expect(same).toEqual({ code: 0, output: expect.stringContaining('1 passed') as string });
    const other = {
      ...record.definition,
      steps: {
        ...steps,
        listen: { ...(steps['listen'] as object), first: [{ on: { event: 'Link Clicked' }, next: 'thanks' }] },
      },
    };
    expect((await replayRecord({ ...record, definition: other })).parted).toBe(
      'At listen (visit 1) the run left by Email Clicked, and now by nothing: it waits.',
    );
    const changed = await runJest(testOf({ ...record, definition: other as unknown as RunRecord['definition'] }));
    expect(changed.code).toBe(1);
    expect(changed.output).toContain('At listen (visit 1) the run left by Email Clicked');
  });
});
