import { PullSchedule } from './pull-schedule.schema';
import { wantedSchedule } from './wanted-schedule';

const problemOf = (schedule: unknown): string | undefined =>
  PullSchedule.safeParse(schedule)
    .error?.issues.map(({ message }) => message)
    .join(' ');

describe('a schedule', () => {
  it.each(['10s', '15m', '7d'])('is an interval such as %s', (every) => {
    expect(PullSchedule.parse(every)).toBe(every);
  });

  it.each(['* * * * *', '*/15 * * * *', '0 3 * * 1-5', '0,30 8-18/2 1 1,7 7'])(
    'is a cron expression such as %s',
    (cron) => {
      expect(PullSchedule.parse({ cron })).toEqual({ cron, zone: 'UTC' });
      expect(PullSchedule.parse({ cron, zone: 'Europe/Berlin' })).toEqual({ cron, zone: 'Europe/Berlin' });
    },
  );

  it.each([
    ['faster than every 10 seconds', '9s'],
    ['no duration', 'often'],
    ['of four fields', { cron: '0 3 * *' }],
    ['at a minute that is none', { cron: '60 3 * * *' }],
    ['on a day that is none', { cron: '0 3 0 * *' }],
    ['of a range that runs backwards', { cron: '0 5-3 * * *' }],
    ['of a step of zero', { cron: '*/0 * * * *' }],
    ['in words', { cron: '@daily' }],
    ['in a zone that is none', { cron: '0 3 * * *', zone: 'Europe/Atlantis' }],
  ])('is not one that is %s', (_what, schedule) => {
    expect(problemOf(schedule)).toBeDefined();
  });
});

describe('what Temporal is to do for a source', () => {
  const source = { settingsJson: JSON.stringify({ schedule: '15m' }), enabled: true };
  const paused = { code: 'http-401', message: 'Refused.', at: 1 };

  it.each([
    ['asks it', source, undefined, { schedule: '15m' }],
    [
      'waits while it is off',
      { ...source, enabled: false },
      undefined,
      { schedule: '15m', paused: 'The source is switched off.' },
    ],
    ['waits while it refuses', source, { paused }, { schedule: '15m', paused: 'The source refuses: http-401' }],
    ['is nothing for one that sends by itself', { settingsJson: '{}', enabled: true }, undefined, undefined],
    ['is nothing for one that is gone', undefined, undefined, undefined],
  ])('%s', (_what, one, state, wanted) => {
    expect(wantedSchedule(one, state)).toEqual(wanted);
  });
});
