import { excessOf } from './blast-radius';
import type { Effect } from './effect';
import type { PlannedChange } from './plan';
import { printPlan } from './print-plan';

const limits = { maxPeople: 1_000, maxPercent: 20 };
const of = (key: string, effect: Effect, action: PlannedChange['action'] = 'update'): PlannedChange => ({
  ...{ folder: 'audiences', key, action, changes: [], effect },
});
const moved = (entering: number, leaving: number, size: number): Effect => ({ audience: { size, entering, leaving } });
const inside: Effect = {
  inside: [
    { version: 2, people: 900 },
    { version: 1, people: 200 },
  ],
};

describe('what a plan may move without a word', () => {
  it.each([
    ['up to the most', [of('a', moved(500, 500, 5_000))], {}, 0],
    ['no one more', [of('a', moved(500, 501, 10_000))], {}, 1],
    ['nor several together', [of('a', moved(600, 0, 9_000)), of('b', moved(0, 600, 9_000))], {}, 1],
    ['up to a share of one audience', [of('a', moved(10, 10, 100))], {}, 0],
    ['no larger one', [of('a', moved(10, 11, 100))], {}, 1],
    ['whoever enters a new audience', [of('a', moved(5_000, 0, 0), 'create')], {}, 0],
    ['not all who are in one that goes', [of('a', moved(0, 10, 10), 'delete')], {}, 1],
    ['nobody of whom it cannot be told', [of('a', { unknown: 'There is no audience "b".' })], {}, 1],
    ['nobody is moved who finishes their version', [of('j', inside)], {}, 0],
    ['nor one by a publication of its own', [{ ...of('j', inside), publish: { inFlight: 'exit' as const } }], {}, 1],
    ['people inside do not change their version', [of('j', inside)], { inFlight: 'migrate' }, 1],
  ])('%s', (_, changes, more, reasons) => {
    expect(excessOf(changes, { ...limits, ...more })).toHaveLength(reasons);
  });
});

it('a plan says how many are inside which version, and where only some were asked', () => {
  const sampled = { ...moved(40, 0, 100).audience, sampled: { profiles: 1_000, of: 50_000 } } as NonNullable<
    Effect['audience']
  >;
  expect(printPlan({ changes: [of('j', inside), of('a', { audience: sampled })] })).toMatch(
    /900 inside version 2, 200 inside version 1; .*\n~ audiences\/a {2}update\n.*40 enter and 0 leave, of 100 members, as 1,000 of 50,000 stand for\n/,
  );
});
