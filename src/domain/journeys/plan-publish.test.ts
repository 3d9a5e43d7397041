import { aJourney } from '../../testing/runs';
import { enteredVersion, enteredVersions } from './entered-version';
import { planPublish } from './plan-publish';

const exit = { type: 'exit' } as const;
const first = { ...aJourney({ a: exit, b: exit }), version: 1 };
const second = { ...aJourney({ a: exit, c: exit }), version: 2 };
const { definition: draft } = aJourney({ a: exit, d: exit });
const standing = [
  { version: 1, step: 'b', count: 3 },
  { version: 2, step: 'c', count: 4 },
];

describe('whom a publication reaches', () => {
  it('is nobody when they finish, whatever they stand at', () => {
    expect(planPublish([first, second], standing, draft, { inFlight: 'finish' })).toMatchObject({
      moved: 0,
      faults: [],
    });
  });

  it('is everybody inside an older version, step by step, with where they go on', () => {
    const plan = planPublish([first, second], standing, draft, { inFlight: 'migrate', stepMap: { b: 'd', c: null } });
    expect(plan).toEqual({
      moved: 7,
      faults: [],
      versions: [
        {
          version: 1,
          inside: 3,
          steps: [
            { step: 'a', inside: 0, to: 'a' },
            { step: 'b', inside: 3, to: 'd' },
          ],
        },
        {
          version: 2,
          inside: 4,
          steps: [
            { step: 'a', inside: 0, to: 'a' },
            { step: 'c', inside: 4, to: null },
          ],
        },
      ],
    });
  });

  it('names steps without a counterpart, and targets that there are not', () => {
    const { faults } = planPublish([first], standing, draft, { inFlight: 'migrate', stepMap: { a: 'x' } });
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/stepMap/a', '/stepMap/b']);
    expect(faults[1]?.message).toContain('where 3 stand now');
  });

  it('names a step that waits for another journey and would begin it again under another name', () => {
    const waiting = { type: 'enroll', journey: 'tour', wait: true, next: 'b' } as const;
    const before = { ...aJourney({ a: waiting, b: exit }), version: 1 };
    const planned = (a: string | null, step: typeof waiting | typeof exit = waiting) => {
      const { definition } = aJourney({ c: step, b: exit });
      return planPublish([before], standing, definition, { inFlight: 'migrate', stepMap: { a } }).faults;
    };
    expect(planned('c')).toMatchObject([{ pointer: '/stepMap/a' }]);
    expect([planned(null), planned('b'), planned('c', exit)]).toEqual([[], [], []]);
  });
});

describe('the version that somebody enters', () => {
  const tried = { ...second, canary: { percent: 10, former: 1 } };
  const who = Array.from({ length: 2_000 }, (_, n) => `prf_${n}`);
  const trying = (percent: number) =>
    who.filter((one) => enteredVersion({ ...tried, canary: { percent, former: 1 } }, one, () => first) !== first);

  it('is the tried one for about its share, who stay so when the share is raised', () => {
    const [few, more] = [trying(10), trying(30)];
    expect(few.length).toBeGreaterThan(150);
    expect(few.length).toBeLessThan(250);
    expect(few.every((one) => more.includes(one))).toBe(true);
  });

  it('is the former one for everybody once it is rolled back, and the newest without a trial', () => {
    expect(trying(0)).toEqual([]);
    expect(enteredVersion(second, 'prf_1', () => first)).toBe(second);
  });

  it('may be two while one is tried, and one otherwise', () => {
    expect(enteredVersions([first, tried]).map(({ version }) => version)).toEqual([1, 2]);
    expect(enteredVersions([first, second]).map(({ version }) => version)).toEqual([2]);
  });
});
