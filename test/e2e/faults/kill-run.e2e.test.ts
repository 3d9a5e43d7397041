import type { DeliveryDoc } from '../../../src/store/deliveries';
import { startProcesses, type Processes } from '../../../src/testing/processes';
import { arrivedOnce, expectedOnce, fateOf, killRun, publishKillRun, reasonOfFate, runsOf } from './kill-run';
import { Scene } from './scene';

/** Of a longer run: `HEDDLE_KILL_RUN_PEOPLE=2000 HEDDLE_KILL_RUN_SECONDS=200`. */
const people = Number(process.env['HEDDLE_KILL_RUN_PEOPLE'] ?? 60);
const seconds = Number(process.env['HEDDLE_KILL_RUN_SECONDS'] ?? 20);
const patienceMs = 1_000 * (seconds + people) + 300_000;

jest.setTimeout(2 * patienceMs);
let heddle: Processes;
let scene: Scene;
beforeAll(async () => {
  heddle = await startProcesses({ workers: 2 });
  scene = await Scene.open(heddle);
  await publishKillRun(scene, seconds);
});
afterAll(async () => {
  await scene.close();
  await heddle.stop();
});

const count = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(values)].sort().map((one) => [one, values.filter((value) => value === one).length]));
const everybody = Array.from({ length: people }, (_, n) => n);
const going = everybody.filter((n) => fateOf(n) === 'go').length;

it('Workers that are killed every few seconds send nothing twice and miss nothing, and everybody comes to the right end', async () => {
  const report = await killRun(heddle, scene, { people, arrivingMs: seconds * 1_000, everyMs: 4_000, patienceMs });
  process.stdout.write(`kill run of ${people}: ${JSON.stringify(report)}\n`);
  expect(report.kills).toBeGreaterThanOrEqual(4);

  const runs = await runsOf(scene);
  const reasons = (journey: string) =>
    count(runs.filter((run) => run.journey === journey).map((run) => run.reason ?? ''));
  expect(reasons('main')).toEqual(count(everybody.map((n) => reasonOfFate[fateOf(n)])));
  expect(reasons('sub')).toEqual({ over: going });
  expect(runs.filter(({ sending }) => sending !== undefined)).toEqual([]);

  // At the receiver, by number and step: under one key each, and none too few.
  expect(Object.fromEntries(arrivedOnce(scene))).toEqual(Object.fromEntries(expectedOnce(people)));

  const rows = await heddle.store.connection.db
    .collection<DeliveryDoc>('deliveries')
    .find({ ws: scene.tenant.ws })
    .toArray();
  // Of a claim that a killed worker left before the cap was asked nobody can say that it has not left, though at the receiver it has not.
  const isOpen = (step?: string, reason?: string) => step === 'last' && reason === 'interrupted';
  const ends = rows.map(({ step, status, reason }) =>
    isOpen(step, reason) ? 'last withheld cap' : [step, status, reason].filter(Boolean).join(' '),
  );
  expect(count(ends)).toEqual({
    'last withheld cap': going,
    'mail delivered': going,
    'note delivered': going,
    'nudge delivered': everybody.filter((n) => fateOf(n) === 'silent').length,
  });

  const { variants } = await scene.tenant.client.journeys.experiment('main', 'halves');
  const odd = everybody.filter((n) => fateOf(n) === 'go' && n % 2 === 1).length;
  expect(variants.reduce((sum, { exposed }) => sum + exposed, 0)).toBe(odd);
  const marks = (await heddle.store.profiles.page(scene.tenant.ws, people + 10)).map(
    ({ traits }) => traits['marks']?.value ?? 0,
  );
  expect(count(marks.map(String))).toEqual({ '0': people - going, '1': going });
});
