import { WaitForStep, WaitStep } from './journey.schema';

describe('a wait step', () => {
  it.each<[string, object, string[]]>([
    ['nothing to wait for', {}, ['A wait has exactly one of "for", "until" and "window".']],
    [
      'two things to wait for',
      { for: '2h', window: { from: '09:00', to: '17:00' } },
      ['A wait has exactly one of "for", "until" and "window".'],
    ],
    ['no time of day', { until: { time: '24:00' } }, ['until.time: Write a time of day such as "09:00".']],
    [
      'no day of the week',
      { until: { time: '09:00', days: [] } },
      ['until.days: Name at least one of mon, tue, wed, thu, fri, sat and sun; without "days" all of them count.'],
    ],
    [
      'no zone',
      { until: { time: '09:00', zone: 'Mars/Olympus' } },
      ['until.zone: Write "profile" or a zone such as "Europe/Berlin".'],
    ],
    [
      'no offset',
      { until: { at: 'traits.on', offset: 'a day' } },
      ['until.offset: Write an offset such as "-1d" for a day before, or "2h" for two hours after.'],
    ],
    ['a field of the other form', { until: { at: 'traits.on', days: ['mon'] } }, ['until: Unrecognized key: "days"']],
    [
      'a window that never closes',
      { window: { from: '09:00', to: '09:00' } },
      ['window.to: A window from and to the same time is never closed; name another time.'],
    ],
  ])('is refused with %s', (_, fields, messages) => {
    const issues = WaitStep.safeParse({ type: 'wait', next: 'a', ...fields }).error?.issues ?? [];
    expect(
      issues.map(({ path, message }) => [...(path.length > 0 ? [path.join('.')] : []), message].join(': ')),
    ).toEqual(messages);
  });
});

it('a time-out that is a date does not begin anew', () => {
  const step = { type: 'wait-for', first: [{ on: { event: 'Paid' }, next: 'a' }], onTimeout: 'b', onRepeat: 'reset' };
  const messages = WaitForStep.safeParse({ ...step, timeout: { at: 'traits.due' } }).error?.issues.map(
    ({ message }) => message,
  );
  expect(messages).toEqual(['A date does not begin anew; write a duration as "timeout", or remove "onRepeat".']);
  expect(WaitForStep.safeParse({ ...step, timeout: '2h' }).success).toBe(true);
});
