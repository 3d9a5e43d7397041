import fc from 'fast-check';
import { propertyRuns } from '../../testing/property-runs';
import { check } from './check-sends.testsuite';
import { cases, type Case } from './send-cases.testsuite';
import { Sends } from './send-races.testsuite';

/** An attempt that comes to its end, one that dies at an operation, and one that is given up there and goes on. */
const heard = { at: Infinity, goesOn: false };
const dies = (at: number) => ({ at, goesOn: false });
const goesOn = (at: number) => ({ at, goesOn: true });

const calm = {
  ...{ hasDedup: true, isTwice: false, isOtherInside: true, heldOut: undefined, isOncePerHousehold: false },
  ...{ cap: undefined, answers: [], happens: [], at: undefined, ends: [] },
};
const onceAnHour: Case['cap'] = [{ max: 1, per: '1h', then: 'skip' }];
const capped = { ...calm, isTwice: true, cap: onceAnHour };
const shared = { ...calm, isTwice: true, isOncePerHousehold: true };

async function sendsOf(the: Case): Promise<Sends> {
  const sends = new Sends(the);
  await sends.run();
  check(sends);
  return sends;
}

const askedAt = ({ destination: { asked } }: Sends, step: string) =>
  asked.filter(({ request }) => request.step === step);
const arrivedAt = ({ destination: { arrivals } }: Sends, step: string): string[] => [
  ...new Set(arrivals.filter((one) => one.step === step).map(({ idempotencyKey }) => idempotencyKey)),
];
const rowsAt = ({ memory }: Sends, step: string) =>
  [...memory.rows.values()].filter((row) => row.step === step).map(({ status, reason }) => [status, reason]);

describe('sends of a journey, with all that may happen meanwhile in any order', () => {
  it('never leave for who had gone, twice, or in vain, and are reported as what became of them', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (the) => void (await sendsOf(the))),
      { ...propertyRuns(300), endOnFailure: false },
    );
  }, 300_000);
});

describe('when two turn out to be one', () => {
  it('sends nothing that the merge says the other had, of a run that was looked at before', async () => {
    const sends = await sendsOf({ ...calm, hasDedup: false, happens: ['merge'], picks: [10, 20, 1] });
    expect(askedAt(sends, 'mail')).toEqual([]);
    expect(arrivedAt(sends, 'again')).toHaveLength(1);
  });

  it('sends nothing that the other had while it was held', async () => {
    const sends = await sendsOf({ ...calm, happens: ['stop', 'merge'], picks: [11, 5] });
    expect(arrivedAt(sends, 'mail')).toHaveLength(1);
  });

  it('repeats nothing that the other had, of an attempt that died with its claim: it is unknown', async () => {
    const ends = [heard, heard, heard, dies(5)];
    const sends = await sendsOf({ ...calm, happens: ['merge'], picks: [10, 20, 1], ends });
    expect(askedAt(sends, 'mail')).toEqual([]);
    expect(rowsAt(sends, 'mail')).toContainEqual(['unknown', 'interrupted']);
  });

  it('keeps the place of what may have arrived, though its next attempt sees the merge', async () => {
    const at = { operation: 'sendPlaces.write', nth: 2, does: 'merge' } as const;
    const sends = await sendsOf({ ...capped, isOtherInside: false, answers: ['arrived'], picks: [1, 0, 0, 0, 1], at });
    expect(rowsAt(sends, 'mail')).toEqual([
      ['delivered', undefined],
      ['withheld', 'cap'],
    ]);
    expect(new Set(sends.destination.arrived).size).toBe(1);
  });
});

describe('when an attempt that was given up goes on', () => {
  it('lets one of two that read the same claim have it', async () => {
    const sends = await sendsOf({ ...calm, answers: ['transient'], ends: [dies(7), dies(7), goesOn(2)], picks: [7] });
    expect(rowsAt(sends, 'mail')).toEqual([['delivered', undefined]]);
  });

  it('withholds nothing because of an end that it finds while the next one sends', async () => {
    const sends = await sendsOf({
      ...{ ...calm, happens: ['left'], picks: [7] },
      ends: [dies(7), goesOn(4), goesOn(2)],
    });
    expect(rowsAt(sends, 'mail')).toEqual([['delivered', undefined]]);
  });

  it('gives back no last place under a cap that the next one has', async () => {
    const ends = [dies(5), dies(7), dies(6), goesOn(1)];
    const sends = await sendsOf({ ...capped, answers: ['transient'], picks: [0], ends });
    expect(new Set(sends.destination.arrived).size).toBe(1);
  });

  it('gives back no place under a cap that the next one takes up', async () => {
    const sends = await sendsOf({
      ...{ ...capped, answers: ['transient', 'transient'], picks: [14, 4, 17, 0, 9, 2, 4] },
      ends: [goesOn(1), dies(7), dies(13), dies(21), goesOn(2)],
    });
    expect(new Set(sends.destination.arrived).size).toBe(1);
    expect(rowsAt(sends, 'mail')).toContainEqual(['delivered', undefined]);
  });

  it('lets no claim rest while the next one sends', async () => {
    const sends = await sendsOf({ ...calm, answers: ['arrived'], ends: [dies(7), goesOn(2)], picks: [7, 0] });
    expect(sends.lostClaims).toEqual([]);
    expect(rowsAt(sends, 'mail')).toEqual([['delivered', undefined]]);
  });
});

describe('when chance holds somebody out', () => {
  it('knows that nothing left to them, though an attempt died with its claim', async () => {
    const sends = await sendsOf({ ...calm, heldOut: 'first', ends: [dies(7), dies(8)], picks: [0] });
    expect(sends.destination.asked).toEqual([]);
    expect(rowsAt(sends, 'mail')).toEqual([['withheld', 'holdout']]);
  });

  it('knows it of a run that ends meanwhile', async () => {
    const ends = [dies(5), dies(7), dies(12)];
    const sends = await sendsOf({ ...calm, hasDedup: false, heldOut: 'first', happens: ['left'], ends, picks: [5] });
    expect(rowsAt(sends, 'mail')).toEqual([['withheld', 'exited']]);
  });

  it('knows it when no attempt is left', async () => {
    const ends = [heard, dies(7), dies(7), dies(7), dies(7), dies(7)];
    const sends = await sendsOf({ ...calm, heldOut: 'first', ends, picks: [0] });
    expect(rowsAt(sends, 'mail')).toEqual([['withheld', 'holdout']]);
  });
});

describe('when a step speaks to a household once', () => {
  it('takes no place back from an attempt that was given up and has the claim since later', async () => {
    const ends = [dies(9), dies(2), goesOn(1)];
    const sends = await sendsOf({ ...shared, isOtherInside: false, answers: ['ok', 'transient'], ends, picks: [17] });
    expect(arrivedAt(sends, 'mail')).toHaveLength(1);
  });

  const ofOne = expect.arrayContaining([
    ['delivered', undefined],
    ['withheld', 'household-once'],
  ]);

  it('keeps the place of what may have arrived, though its next attempt sees that they moved', async () => {
    const at = { operation: 'profiles.canonical', nth: 6, does: 'move' } as const;
    const sends = await sendsOf({ ...shared, answers: ['arrived'], picks: [9, 19], at });
    expect(rowsAt(sends, 'mail')).toEqual(ofOne);
    expect(arrivedAt(sends, 'mail')).toHaveLength(1);
  });

  it('keeps the place of what may have arrived, though its next attempt finds a second household taken', async () => {
    const at = { operation: 'householdSends.find', nth: 6, does: 'move-in' } as const;
    const answers = ['arrived', 'arrived', 'arrived'] as const;
    const sends = await sendsOf({ ...shared, answers, picks: [5, 9, 0, 0], at });
    expect(rowsAt(sends, 'mail')).toEqual(ofOne);
    expect(arrivedAt(sends, 'mail')).toHaveLength(1);
  });

  it('sends nothing to whoever moved meanwhile to where others had it', async () => {
    const at = { operation: 'profiles.canonical', nth: 3, does: 'move-in' } as const;
    const sends = await sendsOf({ ...calm, isOncePerHousehold: true, picks: [0], at });
    expect(askedAt(sends, 'mail')).toEqual([]);
    expect(rowsAt(sends, 'mail')).toEqual([['withheld', 'household-once']]);
  });

  it.each([
    { nth: 1, turns: 13, picks: [8, 10, 2, 9] },
    { nth: 1, turns: 12, picks: [0, 9, 0, 17, 17] },
    { nth: 2, turns: 17, picks: [1, 14] },
  ])('withholds nothing of an attempt that, slow to say so, was given up while the next one sends: %j', async (of) => {
    const { picks, ...stalled } = of;
    const at = { operation: 'deliveries.change', does: 'stall', ...stalled } as const;
    const sends = await sendsOf({ ...shared, answers: ['transient'], picks, at });
    expect(rowsAt(sends, 'mail')).toEqual(ofOne);
    expect(arrivedAt(sends, 'mail')).toHaveLength(1);
  });

  it.each([
    ['fails', { ends: [dies(9), dies(6), goesOn(4)], picks: [3, 3, 0, 1, 0, 7] }],
    ['had it first', { ends: [dies(4), dies(9), dies(4), goesOn(3)], picks: [9, 2, 0, 9, 1] }],
    [
      'is slow to give it back',
      {
        ...{ ends: [], picks: [0, 15, 19] },
        at: { operation: 'householdSends.release', nth: 1, does: 'stall', turns: 20 } as const,
      },
    ],
  ])('leaves the place to the attempt that has taken it over, where the one before, given up, %s', async (_, of) => {
    const sends = await sendsOf({ ...shared, answers: ['transient'], ...of });
    expect(rowsAt(sends, 'mail')).toEqual(ofOne);
    expect(arrivedAt(sends, 'mail')).toHaveLength(1);
  });
});
