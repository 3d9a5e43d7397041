import fc from 'fast-check';
import { isDrawn } from '../../domain/audiences/holdout';
import { isFinal, mayHaveArrived } from '../../domain/delivery/delivery';
import { isInside } from '../../domain/journeys/enrollment';
import { propertyRuns } from '../../testing/property-runs';
import { cases, half, Sends, type Case } from './send-races.testsuite';

const keysOf = (sends: Sends) => [...new Set(sends.asked.map(({ request }) => request.idempotencyKey))];
const times = (values: readonly string[], value: string): number => values.filter((one) => one === value).length;

/** What must hold of every order of things. */
function check(sends: Sends): void {
  const { the, world, memory, asked, arrived } = sends;
  const runs = [...world.enrollments.values()];
  expect(runs.filter((run) => isInside(run) || run.sending !== undefined || run.dueAt !== undefined)).toEqual([]);

  // Nothing leaves of whom the attempt last saw elsewhere, or not claimed.
  for (const { request, seen } of asked) {
    expect(seen && isInside(seen)).toBe(true);
    expect(seen?.sending?.key).toBe(request.idempotencyKey);
    // Nor of whom a merge has said that another run had sent it.
    expect(seen?.sentElsewhere ?? []).not.toContain(seen?.step);
  }

  const rows = [...memory.rows.values()];
  for (const { idempotencyKey: key, status } of rows) {
    expect({ key, isFinal: isFinal(status) }).toEqual({ key, isFinal: true });
    if (status === 'delivered') expect(arrived).toContain(key);
    if (status !== 'delivered' && status !== 'unknown') expect(arrived).not.toContain(key);
  }
  for (const key of keysOf(sends)) expect(memory.rows.has(key)).toBe(true);
  if (!the.hasDedup) for (const key of arrived) expect(times(arrived, key)).toBe(1);

  // A fallback is for what has surely not arrived.
  for (const key of arrived) expect(keysOf(sends)).not.toContain(`${key}:1`);

  if (the.isHeldOutByHalf)
    for (const { request } of asked)
      expect(request.profile.holdouts?.['journey:j']?.isHeldOut ?? isDrawn('journey:j', half, request.profile.id)).toBe(
        false,
      );

  const isCapped = rows.some(({ reason }) => reason === 'cap');
  if (isCapped && the.cap?.[0]?.then === 'skip')
    expect(rows.filter(({ status }) => mayHaveArrived(status)).length).toBeGreaterThanOrEqual(the.cap[0].max);

  const most = (the.cap?.[0]?.max ?? Infinity) * (the.happens.includes('merge') ? 2 : 1);
  if (the.cap?.[0]?.then === 'skip') expect(new Set(arrived).size).toBeLessThanOrEqual(most);
}

/** Of an attempt that comes to its end. */
const none = { at: Infinity, goesOn: false };
const calm = { hasDedup: false, isTwice: false, isHeldOutByHalf: false, cap: undefined, answers: [], ends: [] };

describe('sends of a journey, with all that may happen meanwhile in any order', () => {
  it('never leave for who had gone, twice, or in vain, and are reported as what became of them', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (the) => {
        const sends = new Sends(the);
        await sends.run();
        check(sends);
      }),
      { ...propertyRuns(300), endOnFailure: false },
    );
  }, 300_000);

  it.each<[string, Case]>([
    ['a merge between the look and the attempt', { ...calm, happens: ['merge'], picks: [10, 20, 1] }],
    [
      'a merge while the send is held, which the other person had already',
      {
        ...calm,
        ...{ isTwice: true, cap: [{ max: 1, per: '1h', then: 'skip' }] },
        ...{ happens: ['suppress', 'merge', 'update'], picks: [13] },
      },
    ],
    [
      'a merge before a claim whose attempt dies with it',
      {
        ...{ ...calm, hasDedup: true, happens: ['merge'], picks: [10, 20, 1] },
        ends: [none, none, none, { at: 5, goesOn: false }],
      },
    ],
    [
      'an end that an attempt notices while the one before it, given up, sends',
      {
        ...{ ...calm, hasDedup: true, happens: ['merge', 'update'], picks: [11, 19, 15, 19, 7, 3, 12, 18] },
        ends: [15, 21, 5].map((at) => ({ at, goesOn: true })),
      },
    ],
    [
      'a failure of an attempt that was given up, while the one after it has the last place',
      {
        ...{ ...calm, hasDedup: true, isTwice: true, cap: [{ max: 1, per: '1h', then: 'skip' }] },
        ...{ answers: ['transient'], happens: [], picks: [0] },
        ends: [...[5, 7, 6].map((at) => ({ at, goesOn: false })), { at: 1, goesOn: true }],
      },
    ],
    [
      'a failure of an attempt that was given up, while the one after it takes the place up',
      {
        ...{ ...calm, hasDedup: true, isTwice: true, cap: [{ max: 1, per: '1h', then: 'skip' }], happens: [] },
        ...{ answers: ['transient', 'transient'], picks: [14, 4, 17, 0, 9, 2, 4] },
        ends: [[1], [7, 0], [13, 0], [21, 0], [2]].map(([at = 0, goesOn]) => ({ at, goesOn: goesOn === undefined })),
      },
    ],
    [
      'a denial that an attempt finds which was given up, while the one after it sends',
      {
        ...{ ...calm, hasDedup: true, isTwice: true, answers: ['arrived'], picks: [5] },
        happens: ['suppress', 'left', 'migrate', 'merge'],
        ends: [...[7, 2, 2, 7].map((at) => ({ at, goesOn: false })), { at: 1, goesOn: true }],
      },
    ],
  ])('are so under %s', async (_, the) => {
    const sends = new Sends(the);
    await sends.run();
    check(sends);
  });
});
