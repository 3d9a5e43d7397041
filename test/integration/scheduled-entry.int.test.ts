import { startSystem, until, type System } from '../../src/testing/system';
import { entryScheduleId } from '../../src/workflows/workflow-ids';
import { hookMs, membership, runEnded } from './use-cases-harness';

const minute = 60_000;

describe('a journey that begins by a schedule, from the API to the end of its runs', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
    await system.client.audiences.put('gold', {
      name: 'Gold',
      rule: { trait: 'tier', is: 'equals', value: 'gold' },
    });
    for (const [userId, tier] of Object.entries({ ann: 'gold', bob: 'gold', cas: 'tin' }))
      await system.client.events.identify({ userId, traits: { tier } });
    await system.settled();
    for (const userId of ['ann', 'bob']) await membership(system, `user_id:${userId}`, 'gold', 'in');
  }, hookMs);
  afterAll(() => system.stop(), hookMs);

  it('begins one run for each member at an instant, however often that instant is told', async () => {
    const { client, temporal, ws } = system;
    // A while ago, so that no instant comes by itself while the test runs.
    const instant = new Date(Math.floor(Date.now() / minute) * minute - 30 * minute);
    const schedule = `${instant.getUTCMinutes()} ${instant.getUTCHours()} * * *`;
    await client.journeys.put('daily', {
      name: 'Daily',
      entry: { on: { schedule, zone: 'UTC', audience: 'gold' } },
      purpose: 'service',
      start: 'done',
      steps: { done: { type: 'exit', reason: 'told' } },
    });
    await client.journeys.publish('daily');
    const handle = temporal.schedule.getHandle(entryScheduleId(ws, 'daily'));
    await until(() => handle.describe().catch(() => undefined), 'the schedule to be made');
    const around = {
      start: new Date(instant.getTime() - 1_000),
      end: new Date(instant.getTime() + 1_000),
      overlap: 'ALLOW_ALL',
    } as const;
    await handle.backfill([around, around]);
    for (const userId of ['ann', 'bob'])
      expect(await runEnded(system, `user_id:${userId}`)).toMatchObject({ journey: 'daily', reason: 'told' });
    const ended = await until(async () => {
      const { data } = await client.operations.list({ kind: 'journey-enrol' });
      return data.every(({ status }) => status === 'completed') ? data : undefined;
    }, 'the operation to end');
    expect(ended).toMatchObject([{ startedBy: 'schedule', progress: { done: 2 } }]);
    expect(await client.journeys.funnel('daily')).toMatchObject({ entered: 2 });
  });
});
