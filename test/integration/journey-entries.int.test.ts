import type { ScheduledRef } from '../../src/activities/journeys/scheduled-entry';
import { poll } from '../../src/local/poll';
import { nextFires } from '../../src/domain/cron';
import { createWorkers } from '../../src/workers/worker';
import { createJourneySchedules } from '../../src/workflows/journey-schedules';
import { entryScheduleId } from '../../src/workflows/workflow-ids';
import { journey, JourneyHarness, needed } from './journey-harness';

const day = 86_400_000;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const isoIn = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('a journey that begins by a date, on Temporal', () => {
  it('begins when the date comes, waits through a restart of the workers, and sends once', async () => {
    const entry = { on: { date: 'traits.renews_at', offset: '-2d' }, key: 'properties.date' };
    const mail = { type: 'send', destination: 'crm', mapping: { of: { from: 'entry.properties.date' } } };
    const steps = { rest: { type: 'wait', for: '1d', next: 'mail' }, mail };
    await harness.publish(journey('renewal', steps, { entry }));
    const renewsAt = isoIn(2 * day + 1_500);
    const identify = (traits: { renews_at: string }) => harness.happen('identify', {}, { kind: 'identify', traits });
    await identify({ renews_at: isoIn(-day) });
    await identify({ renews_at: renewsAt });
    expect(await harness.runs('renewal')).toEqual([]);
    const comes = async () => {
      await harness.passTime();
      return (await harness.runs('renewal')).length > 0 || undefined;
    };
    expect(await poll(comes, { forMs: 20_000 })).toBe(true);
    const { workflowId, entry: began } = await harness.waitingAt('renewal', 'rest');
    expect(began).toMatchObject({ at: Date.parse(renewsAt) - 2 * day, properties: { date: renewsAt } });
    await harness.stopWorkers();
    await harness.startWorkers();
    await harness.fastForward(workflowId, day);
    await harness.ended('renewal');
    expect(harness.destination.got).toMatchObject([{ run: { entry: { properties: { date: renewsAt } } } }]);
  });
});

describe('a journey that begins by a schedule, on Temporal', () => {
  it('is started at its instants by Temporal, also by workers that come later, each with the instant it is of', async () => {
    const { client, native, queuePrefix, ws } = harness;
    const fired: ScheduledRef[] = [];
    const activities = {
      beginScheduledEntry: async (ref: ScheduledRef) => {
        fired.push(ref);
        if (fired.length === 1) throw new Error('The worker died.');
        return 'op_1';
      },
    };
    const schedules = createJourneySchedules(client, queuePrefix);
    const schedule = { schedule: '30 2 * * *', zone: 'Europe/Berlin' };
    // As of the year of a gap that is known: 2:30 was left out on 29 March 2026.
    await schedules.bring(ws, 'nightly', { schedule, isPaused: false }, Date.UTC(2026, 2, 1));
    expect(await schedules.list()).toContainEqual({ ws, journey: 'nightly' });
    const start = new Date(Date.UTC(2026, 2, 28, 12));
    const end = new Date(Date.UTC(2026, 2, 30, 12));
    await client.schedule.getHandle(entryScheduleId(ws, 'nightly')).backfill({ start, end, overlap: 'ALLOW_ALL' });
    const workflows = { workflowBundle: { codePath: needed('HEDDLE_TEST_WORKFLOW_BUNDLE') } };
    const workers = await createWorkers(
      { connection: native, namespace: 'default', queuePrefix, workflows, activities },
      ['operations'],
    );
    const running = Promise.all(workers.map((worker) => worker.run()));
    const instants = () => [...new Set(fired.map(({ at }) => at))].sort();
    const seen = await poll(async () => (fired.length >= 3 ? instants() : undefined), { forMs: 30_000 });
    for (const worker of workers) worker.shutdown();
    await running;
    // What the gap left out is the first instant after it; the next day is an ordinary one.
    expect(seen).toEqual([Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 2, 30, 0, 30)]);
    expect(fired[0]).toMatchObject({ ws, journey: 'nightly' });
    const { info: had } = await client.schedule.getHandle(entryScheduleId(ws, 'nightly')).describe();
    for (const { action } of had.recentActions)
      await harness.keepHistory('scheduled-entry-retried', action.workflow.workflowId);
    const monday = { ...schedule, schedule: '0 9 * * mon' };
    await schedules.bring(ws, 'nightly', { schedule: monday, isPaused: true }, Date.now());
    const { state, info } = await client.schedule.getHandle(entryScheduleId(ws, 'nightly')).describe();
    expect(state.paused).toBe(true);
    expect(info.nextActionTimes[0]?.getTime()).toBe(nextFires(monday.schedule, monday.zone, Date.now(), 1)[0]);
    await schedules.bring(ws, 'nightly', undefined, Date.now());
    await schedules.bring(ws, 'nightly', undefined, Date.now());
    expect((await schedules.list()).filter((one) => one.ws === ws)).toEqual([]);
  });
});
