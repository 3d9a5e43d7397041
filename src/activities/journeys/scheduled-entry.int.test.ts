import request from 'supertest';
import type { Operation } from '../../domain/operations/operation';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';
import { createEnrolMembers } from '../operations/enrol-members';
import { bringEntrySchedules, createScheduledEntryActivities } from './scheduled-entry';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);
const hour = 3_600_000;
const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });

const nine = new Date().setUTCHours(9, 0, 0, 0);
/** Nine o'clock of today; yesterday's, where that has yet to come. */
const instant = nine > Date.now() ? nine - 24 * hour : nine;
const weekly = { on: { schedule: '0 9 * * *', zone: 'UTC', audience: 'gold' }, reentry: { again: 'always' } };
const save = (entry: object) =>
  call('put', '/v1/journeys/daily').send({ name: 'Daily', entry, start: 'rest', steps: { rest: { type: 'exit' } } });

async function begin(entry: object = weekly): Promise<void> {
  await call('put', '/v1/audiences/gold')
    .send({ name: 'Gold', rule: { trait: 'tier', is: 'set' } })
    .expect(200);
  const batch = ['u1', 'u2'].map((userId) => ({ type: 'identify', userId, traits: { tier: 1 } }));
  await sendBatch(api.app, mine.secretKey, batch).expect(200);
  await api.catchUp(mine.ws);
  await save(entry).expect(200);
  await call('post', '/v1/journeys/daily/publish').expect(200);
}

const rung: string[] = [];
const fire = (at: number, now = at + 1_000) =>
  createScheduledEntryActivities({
    store: api.store,
    clock: () => now,
    ringOperation: async (_, id) => void rung.push(id),
  }).beginScheduledEntry({ ws: mine.ws, journey: 'daily', at });
const found = async (id: string): Promise<Operation> => {
  const stored = await api.store.operations.find(mine.ws, id);
  if (!stored) throw new Error(`No operation: ${id}`);
  return stored.operation;
};
async function ask(id: string): Promise<void> {
  const kind = createEnrolMembers({
    store: api.store,
    clock: Date.now,
    backlog: 10_000,
    ringIntake: () => undefined,
  });
  await kind.step({ ws: mine.ws, operation: await found(id), signal: new AbortController().signal, now: Date.now() });
  await api.catchUp(mine.ws);
}
const runs = async () =>
  (await call('get', '/v1/journeys/daily/enrollments').expect(200)).body.data as { enteredAt: string }[];
describe('a journey that begins by a schedule', () => {
  it('asks everybody in the audience once for an instant, however often that is tried', async () => {
    await begin();
    const id = await fire(instant);
    expect(await fire(instant)).toBe(id);
    expect(rung.slice(-2)).toEqual([id, id]);
    await ask(id);
    // The worker was killed before the step was taken down.
    await ask(id);
    const all = await api.store.enrollments.ofJourney(mine.ws, 'daily', 10);
    expect(all).toHaveLength(2);
    expect(all[0]).toMatchObject({ entry: { at: instant, properties: { at: new Date(instant).toISOString() } } });
    expect(await found(id)).toMatchObject({ kind: 'journey-enrol', startedBy: 'schedule' });
  });

  it.each<[string, number, number, string]>([
    ['that is none of its own', instant + 1, instant + 2, 'no-instant'],
    ['of which there is a later one by now', instant - 24 * hour, instant + 1, 'superseded'],
    ['that is longer ago than maxEventAge', instant, instant + 2 * hour, 'too-old'],
  ])('passes over an instant %s', async (_, at, now, why) => {
    await begin({ ...weekly, maxEventAge: '1h' });
    expect(await fire(at, now)).toBe(why);
  });

  it('passes over an instant while those of the one before are being asked, and any while it is paused', async () => {
    await begin();
    const before = await fire(instant - 24 * hour);
    expect(await fire(instant)).toBe('still-asking');
    await api.store.operations.end(mine.ws, before, { status: 'cancelled' }, Date.now());
    await call('post', '/v1/journeys/daily/pause').expect(200);
    expect(await fire(instant)).toBe('not-published');
    await call('post', '/v1/journeys/daily/resume').expect(200);
    expect(await fire(instant)).toMatch(/^op_/);
  });

  it('begins nothing for whom it asked when another version, that begins otherwise, was published since', async () => {
    await begin();
    const id = await fire(instant);
    await save({ on: { event: 'Left' } }).expect(200);
    await call('post', '/v1/journeys/daily/publish').expect(200);
    await ask(id);
    expect(await runs()).toEqual([]);
  });

  it('tells the next instants while it is published', async () => {
    await begin();
    const { body } = await call('get', '/v1/journeys/daily').expect(200);
    const next = instant + 24 * hour;
    expect(body).toMatchObject({
      nextEntries: [next, next + 24 * hour, next + 48 * hour].map((at) => new Date(at).toISOString()),
    });
    await call('post', '/v1/journeys/daily/archive').send({ inFlight: 'drain' }).expect(200);
    expect((await call('get', '/v1/journeys/daily').expect(200)).body).not.toHaveProperty('nextEntries');
  });

  it('has its schedule brought by each change, and anew where one is missing or left over', async () => {
    await begin();
    const owed = async () =>
      (await api.store.outbox.takeStale(Date.now() + hour, 100)).flatMap(({ ws, work }) =>
        ws === mine.ws && work.kind === 'journey-schedule' ? [work.journey] : [],
      );
    expect(await owed()).toEqual(['daily']);
    const brought: [string, boolean | undefined][] = [];
    const schedules = {
      list: async () => [{ ws: mine.ws as string, journey: 'gone' }],
      bring: async (ws: string, journey: string, wanted: { isPaused: boolean } | undefined) => {
        if (ws === mine.ws) brought.push([journey, wanted?.isPaused]);
      },
    };
    await bringEntrySchedules({ store: api.store, schedules, clock: Date.now });
    await call('post', '/v1/journeys/daily/pause').expect(200);
    await bringEntrySchedules({ store: api.store, schedules, clock: Date.now });
    await call('post', '/v1/journeys/daily/archive').send({ inFlight: 'drain' }).expect(200);
    await bringEntrySchedules({ store: api.store, schedules, clock: Date.now });
    expect(brought).toEqual([
      ...[
        ['daily', false],
        ['gone', undefined],
      ],
      ...[
        ['daily', true],
        ['gone', undefined],
      ],
      ...[
        ['daily', undefined],
        ['gone', undefined],
      ],
    ]);
  });

  it.each<[string, object, string]>([
    ['no cron expression', { schedule: 'mondays' }, '/entry/on/schedule'],
    ['days of both kinds', { schedule: '0 9 1 * mon' }, '/entry/on/schedule'],
    ['no zone', { zone: 'Mars' }, '/entry/on/zone'],
  ])('is refused with %s, and names the place', async (_, wrong, pointer) => {
    const { body } = await save({ on: { ...weekly.on, ...wrong } }).expect(400);
    expect((body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toEqual([pointer]);
  });
});
