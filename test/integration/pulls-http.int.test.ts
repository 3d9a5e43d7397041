import { bringSchedules } from '../../src/activities/pulls/bring-schedule';
import { startSystem, until, type System } from '../../src/testing/system';
import { startRowsTwin, type RowsTwin } from '../../src/twins/rows-twin';
import { createPullSchedules } from '../../src/workflows/pull-schedules';
import { counts, hookMs, pull, putSource, refusals, traitsOf } from './pulls-harness';

const token = 'token-of-the-tests';
const day = (number: number): string => `2026-05-${String(number).padStart(2, '0')}T09:00:00.000Z`;

describe('a source that is asked over HTTP', () => {
  let system: System;
  let twin: RowsTwin;
  const settings = (path: string, more: object) => ({
    url: `${twin.url}${path}`,
    auth: { by: 'bearer' },
    query: { updated_since: '{{cursor}}' },
    cursor: { field: 'updated_at' },
    overlap: '1d',
    pageRows: 2,
    ...more,
  });
  const put = (key: string, path: string, more: object, secret = token) =>
    putSource(system, key, { type: 'http', settings: settings(path, more), secrets: { token: secret } });
  const fill = (prefix: string, number: number) =>
    twin.rows.splice(
      0,
      twin.rows.length,
      ...Array.from({ length: number }, (_, at) => ({ id: `${prefix}${at}`, plan: 'free', updated_at: day(at + 1) })),
    );

  beforeAll(async () => {
    twin = await startRowsTwin({ token });
    system = await startSystem();
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await twin.close();
  }, hookMs);

  it.each([
    ['next', { rows: 'data', paging: { by: 'next', path: 'links.next' } }],
    ['csv', { format: 'csv' }],
  ])('is read page by page (%s), then from the overlap on, and no row counts twice', async (way, more) => {
    fill(way, 7);
    await put(way, `/${way}`, more);
    expect(counts(await pull(system, way))).toEqual([7, 7, 0, 0]);
    expect(await traitsOf(system, `${way}6`)).toMatchObject({ plan: 'free' });
    // One that was committed late, inside the overlap, and one that has changed.
    twin.rows.push({ id: `${way}late`, plan: 'free', updated_at: day(6) });
    twin.rows.push({ id: `${way}0`, plan: 'gold', updated_at: day(8) });
    twin.rows.splice(0, 1);
    expect(counts(await pull(system, way))).toEqual([4, 2, 2, 0]);
    expect(await traitsOf(system, `${way}late`)).toMatchObject({ plan: 'free' });
    expect(await traitsOf(system, `${way}0`)).toMatchObject({ plan: 'gold' });
  });

  /** What the worker has counted of pulls, by outcome, and of dead letters, by code. */
  const figures = async (): Promise<Record<string, number>> => {
    const names = ['heddle_pulled_rows_total', 'heddle_pulls_ended_total', 'heddle_dead_letters_total'];
    const counted = (await system.registry.getMetricsAsJSON()).filter(({ name }) => names.includes(name));
    const values = counted.flatMap((metric) => metric.values);
    return Object.fromEntries(values.map(({ labels, value }) => [labels['outcome'] ?? labels['code'] ?? '', value]));
  };

  const next = { rows: 'data', paging: { by: 'next', path: 'links.next' } };

  it('makes dead letters of rows that are refused, once however often they are read', async () => {
    fill('good', 1);
    const before = await figures();
    twin.rows.push({ id: '', plan: 'free', updated_at: day(1) }, { id: 'odd', spent: 'much', updated_at: day(1) });
    await put('bad-rows', '/next', next);
    expect(counts(await pull(system, 'bad-rows'))).toEqual([3, 1, 0, 2]);
    await system.client.sources.reset('bad-rows');
    expect(counts(await pull(system, 'bad-rows'))).toEqual([3, 0, 1, 2]);
    expect((await refusals(system, 'bad-rows')).sort()).toEqual(['invalid_value', 'no_identifier']);
    const after = await figures();
    const more = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
    expect(more).toMatchObject({
      accepted: 1,
      duplicate: 1,
      rejected: 4,
      completed: 2,
      invalid_value: 1,
      no_identifier: 1,
    });
  });

  it('is tried again while it answers 503, and says so', async () => {
    fill('busy', 4);
    await put('busy', '/next', next);
    twin.failNext(2, { status: 503, headers: { 'retry-after': '1' } });
    await system.client.sources.pull('busy');
    const retrying = await until(async () => {
      const { status, problem } = await system.client.sources.pulled('busy');
      return status === 'retrying' ? problem : undefined;
    }, 'the source to be tried again');
    expect(retrying).toMatchObject({ code: 'http-503' });
    const { lastRun } = await until(async () => {
      const now = await system.client.sources.pulled('busy');
      return now.lastRun ? now : undefined;
    }, 'the run to end');
    expect(lastRun).toMatchObject({ outcome: 'completed', accepted: 4 });
  });

  it('is asked once more where that is wanted while a run of it is under way', async () => {
    fill('wanted', 1);
    await put('wanted', '/next', next);
    const before = twin.exchanges.length;
    twin.failNext(1, { status: 503, headers: { 'retry-after': '2' } });
    await system.client.sources.pull('wanted');
    await twin.waitFor(() => twin.exchanges.length > before);
    await system.client.sources.pull('wanted');
    const statuses = () => twin.exchanges.slice(before).map(({ status }) => status);
    await twin.waitFor(() => statuses().length === 3, 60_000);
    expect(statuses()).toEqual([503, 200, 200]);
  });

  it.each([
    ['text that is no JSON', { status: 200, body: '<html>We will be back soon.</html>' }, 'not-json'],
    ['JSON without rows where they should be', { status: 200, body: { error: 'quota' } }, 'no-rows'],
    ['an answer that is cut short', { status: 200, body: '{"data":[{"id":' }, 'not-json'],
  ])('is paused when it answers with %s, which is not read as if nothing were there', async (_what, failure, code) => {
    fill('garbled', 2);
    await put('garbled', '/next', next);
    twin.failNext(1, failure);
    expect(await pull(system, 'garbled')).toMatchObject({
      status: 'paused',
      problem: { code },
      lastRun: { outcome: 'refused', rows: 0 },
    });
    expect(counts(await pull(system, 'garbled'))?.[0]).toBe(2);
    await system.client.sources.delete('garbled');
  });

  it('is paused with the reason when it does not take the token, is not asked again, and goes on when it is saved with the right one', async () => {
    fill('locked', 2);
    await put('locked', '/next', next, 'token-of-somebody-else');
    const refused = await pull(system, 'locked');
    expect(refused).toMatchObject({
      status: 'paused',
      problem: { code: 'http-401' },
      lastRun: { outcome: 'refused', rows: 0 },
    });
    expect(JSON.stringify(refused)).not.toContain('somebody');
    const handle = system.temporal.schedule.getHandle(`pull/${system.ws}/locked`);
    const isPaused = async () => ((await handle.describe()).state.paused ? true : undefined);
    await until(isPaused, 'the schedule to be paused');
    const asked = twin.exchanges.length;
    await put('locked', '/next', next);
    await until(async () => ((await isPaused()) ? undefined : true), 'the schedule to go on');
    expect(twin.exchanges.length).toBe(asked);
    expect(counts(await pull(system, 'locked'))).toEqual([2, 2, 0, 0]);
  });

  it('has a schedule as the source is by the time that it is brought, though it was read as it was before', async () => {
    const schedules = createPullSchedules(system.temporal, system.queuePrefix);
    const read = jest.fn().mockResolvedValueOnce({ schedule: '4w', paused: 'The source refuses.' });
    await schedules.bring(system.ws, 'resumed', read.mockResolvedValue({ schedule: '4w' }));
    const handle = system.temporal.schedule.getHandle(`pull/${system.ws}/resumed`);
    expect((await handle.describe()).state.paused).toBe(false);
    expect(read).toHaveBeenCalledTimes(3);
    await schedules.bring(system.ws, 'resumed', async () => undefined);
    await expect(handle.describe()).rejects.toThrow();
  });

  it('is not asked inside the network, and does not follow an answer to another host', async () => {
    await putSource(system, 'inside', { type: 'http', settings: { url: 'http://10.0.0.1/rows' } });
    expect(await system.client.sources.test('inside')).toMatchObject({ ok: false, code: 'private-address', rows: [] });
    const elsewhere = await startRowsTwin({ token });
    elsewhere.rows.push(...twin.rows);
    twin.failNext(1, { status: 200, body: { data: [], links: { next: `${elsewhere.url}/next` } } });
    await put('led-away', '/next', next);
    expect(await pull(system, 'led-away')).toMatchObject({ problem: { code: 'next-elsewhere' } });
    expect(elsewhere.exchanges).toEqual([]);
    await elsewhere.close();
  });

  it('shows its first rows and what the mapping makes of them, and stores nothing of it', async () => {
    twin.rows.splice(0, twin.rows.length, { id: 't1', plan: 'gold', email: 'ann@example.com', updated_at: day(1) });
    await put('tested', '/next', next);
    const { rows, columns, ok } = await system.client.sources.test('tested');
    expect({ ok, columns }).toEqual({ ok: true, columns: ['id', 'plan', 'email', 'updated_at'] });
    expect(rows).toMatchObject([{ row: { plan: 'gold' }, event: { type: 'identify', traits: { plan: 'gold' } } }]);
    expect(await traitsOf(system, 't1')).toBeUndefined();
  });

  it('is asked at its interval, follows a change of its definition, and has its schedule back after Temporal has lost it', async () => {
    fill('timed', 1);
    await put('timed', '/next', { ...next, schedule: '10s' });
    const { nextRunAt } = await until(async () => {
      const now = await system.client.sources.pulled('timed');
      return now.nextRunAt ? now : undefined;
    }, 'the schedule to be made');
    expect(Date.parse(nextRunAt ?? '') - Date.now()).toBeLessThan(15_000);
    await until(async () => (await system.client.sources.pulled('timed')).lastRun, 'the schedule to come round');
    await put('timed', '/next', { ...next, schedule: { cron: '0 3 1 1 *', zone: 'Europe/Berlin' } });
    const isMoved = async () => {
      const { nextRunAt: at } = await system.client.sources.pulled('timed');
      return at?.slice(5, 16) === '01-01T02:00' ? true : undefined;
    };
    await until(isMoved, 'the schedule to follow');
    const handle = system.temporal.schedule.getHandle(`pull/${system.ws}/timed`);
    await handle.delete();
    await bringSchedules({ store: system.store, schedules: createPullSchedules(system.temporal, system.queuePrefix) });
    expect(await isMoved()).toBe(true);
    await system.client.sources.delete('timed');
    await until(
      () =>
        handle.describe().then(
          () => undefined,
          () => true as const,
        ),
      'the schedule to be gone',
    );
  });
});
