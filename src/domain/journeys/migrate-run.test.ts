import { ada, aJourney, aRun, hour, noon } from '../../testing/runs';
import type { JsonObject } from '../json';
import { saidKey, type Enrollment } from './enrollment';
import { migrateRun, type StepMap } from './migrate-run';
import { arriveAt } from './move';
import { carryOutTask } from './run-task';

const send = (destination: string): JsonObject => ({ type: 'send', destination, next: 'bye' });
const version = (number: number, steps: JsonObject) => ({ ...aJourney(steps), version: number });
const from = version(1, {
  rest: { type: 'wait', for: '2h', next: 'mail' },
  mail: send('crm'),
  gone: { type: 'wait', for: '1h', next: 'bye' },
  bye: { type: 'exit' },
});
const to = version(2, {
  rest: { type: 'wait', for: '5h', next: 'mail' },
  mail: send('crm'),
  other: { type: 'wait', for: '3h', next: 'bye' },
  ads: send('ads'),
  bye: { type: 'exit' },
});
const later = noon + hour;
const migrate = (run: Enrollment, map: StepMap = {}, newer = to) => migrateRun(run, { from, to: newer }, map, later);

describe('a run that is taken to a newer version', () => {
  it('goes on in its wait, which is not begun again', () => {
    expect(migrate(aRun('rest', { waitingFor: ['x'] }))).toMatchObject({
      ...{ version: 2, step: 'rest', visit: 1, arrivedAt: noon, cursor: { [ada]: 10 } },
      ...{ waitingFor: [], dueAt: later, path: [{ step: 'rest', visit: 1, at: noon }] },
    });
  });

  it('goes on with a send that was begun, under the same key', () => {
    const moved = migrate(aRun('mail', { visit: 3 }));
    expect(moved).toMatchObject({ version: 2, step: 'mail', visit: 3 });
    expect(moved).not.toHaveProperty('left');
  });

  it('makes a send anew that goes elsewhere now, and withholds the old one', () => {
    const elsewhere = version(2, { mail: send('ads'), bye: { type: 'exit' } });
    expect(migrate(aRun('mail'), {}, elsewhere)).toMatchObject({ step: 'mail', visit: 2, left: ['enr_1:mail:1'] });
  });

  it('waits on at the step that has another name, as a visit of that, and what it caught has the new name too', () => {
    const caught = { event: { name: 'Clicked', at: noon, properties: {} }, profile: ada, seq: 3 };
    const run = aRun('gone', { steps: { gone: caught }, visits: { gone: 1, other: 4 } });
    expect(migrate(run, { gone: 'other' })).toMatchObject({
      ...{ step: 'other', visit: 5, arrivedAt: noon, cursor: { [ada]: 10 }, steps: { other: caught } },
      path: [
        { step: 'gone', version: 1, outcome: 'migrated' },
        { step: 'other', visit: 5 },
      ],
    });
  });

  it('waits for the run that its step has begun, also where the step has another name, and begins none beside it', () => {
    const enroll = (journey: string) => ({ type: 'enroll', journey, wait: true, next: 'bye' });
    const [older, newer] = [1, 2].map((number) =>
      version(number, { [`up${number}`]: enroll('other'), elsewhere: enroll('third'), bye: { type: 'exit' } }),
    ) as [typeof to, typeof to];
    const move = (map: StepMap) => migrateRun(aRun('up1'), { from: older, to: newer }, map, later)!;
    const moved = move({ up1: 'up2' });
    expect(saidKey(moved)).toBe('enr_1:up1:1');
    expect(saidKey(move({ up1: 'elsewhere' }))).toBe('enr_1:elsewhere:1');
    const third = version(3, { up3: enroll('other'), bye: { type: 'exit' } });
    const again = migrateRun(moved, { from: newer, to: third }, { up2: 'up3' }, later)!;
    expect(saidKey(again)).toBe('enr_1:up1:1');
    expect(arriveAt(again, 'bye', 'completed', { now: later, cursor: {} })).not.toHaveProperty('askedAs');
  });

  it('goes where an update has sent it during an attempt that is over, by the name of that now', () => {
    const moved = migrate(aRun('mail', { resumeAt: 'gone' }), { gone: 'other' });
    expect(moved).toMatchObject({ step: 'other', visit: 1, arrivedAt: later, left: ['enr_1:mail:1'] });
    expect(moved).not.toHaveProperty('resumeAt');
    expect(migrate(aRun('mail', { resumeAt: 'mail' }))).toMatchObject({ step: 'mail', visit: 2 });
    expect(migrate(aRun('mail', { resumeAt: 'gone' }))).toBeUndefined();
  });

  it('comes to a send that has another name now, and to another kind of step now', () => {
    expect(migrate(aRun('mail'), { mail: 'ads' })).toMatchObject({ step: 'ads', visit: 1, arrivedAt: later });
    expect(migrate(aRun('gone'), { gone: 'mail' })).toMatchObject({ step: 'mail', arrivedAt: later });
  });

  it('remembers under which version it did what it has done', () => {
    const path = [
      { step: 'mail', visit: 1, at: noon - hour, outcome: 'delivered' },
      { step: 'rest', visit: 1, at: noon },
    ];
    const moved = migrate(aRun('rest', { path }));
    expect(moved?.path).toEqual([{ ...path[0], version: 1 }, path[1]]);
    const third = migrateRun(moved!, { from: to, to: { ...to, version: 3 } }, {}, later);
    expect(third?.path.map((entry) => entry.version)).toEqual([1, undefined]);
  });

  it('keeps what each step that it has done is called now, through two versions', () => {
    const path = [
      { step: 'mail', visit: 1, at: noon - hour, outcome: 'delivered' },
      { step: 'rest', visit: 1, at: noon },
    ];
    const moved = migrate(aRun('rest', { path }), { mail: 'ads' });
    expect(moved?.path[0]).toMatchObject({ step: 'mail', version: 1, became: 'ads' });
    const third = migrateRun(moved!, { from: to, to: { ...to, version: 3 } }, { ads: 'post' }, later);
    expect(third?.path[0]).toMatchObject({ step: 'mail', version: 1, became: 'post' });
  });

  it('ends where the map says nowhere', () => {
    expect(migrate(aRun('gone'), { gone: null })).toMatchObject({ status: 'exited', reason: 'superseded', version: 1 });
  });

  it.each<[string, Enrollment]>([
    ['has no counterpart', aRun('gone')],
    ['is of that version already', aRun('rest', { version: 2 })],
    ['has ended', aRun('rest', { status: 'completed' })],
  ])('stays as it is when it %s', (_, run) => {
    expect(migrate(run)).toBeUndefined();
  });
});

describe('what an operation does with a run', () => {
  const versions = (number: number) => [from, to].find((one) => one.version === number);
  const sending = { key: 'enr_1:mail:1', at: noon };

  it.each<[string, Parameters<typeof carryOutTask>[0], Enrollment, unknown]>([
    [
      'waits for an attempt before it moves it',
      { do: 'migrate', to: 2, stepMap: {} },
      aRun('mail', { sending }),
      'later',
    ],
    ['moves it', { do: 'migrate', to: 2, stepMap: {} }, aRun('mail'), { run: { version: 2 } }],
    ['moves nobody twice', { do: 'migrate', to: 2, stepMap: {} }, aRun('mail', { version: 2 }), 'nothing'],
    ['ends it with its reason', { do: 'exit', reason: 'archived' }, aRun('mail'), { run: { reason: 'archived' } }],
    ['ends older versions', { do: 'exit', reason: 'superseded', upTo: 1 }, aRun('mail'), { run: { status: 'exited' } }],
    ['leaves newer versions', { do: 'exit', reason: 'superseded', upTo: 1 }, aRun('rest', { version: 2 }), 'nothing'],
    ['ends one version only', { do: 'exit', reason: 'rolled-back', only: 2 }, aRun('mail'), 'nothing'],
    [
      'lets go whom a pause has kept',
      { do: 'release', how: 'run' },
      aRun('mail', { pause: 'kept' }),
      { run: { dueAt: later } },
    ],
    [
      'takes them past the send',
      { do: 'release', how: 'skip' },
      aRun('mail', { pause: 'kept' }),
      { run: { pause: 'skip' } },
    ],
    ['ends them', { do: 'release', how: 'exit' }, aRun('mail', { pause: 'kept' }), { run: { reason: 'overdue' } }],
    ['leaves those whom it has not', { do: 'release', how: 'exit' }, aRun('rest'), 'nothing'],
    ['does nothing with what has ended', { do: 'release', how: 'exit' }, aRun('rest', { status: 'exited' }), 'nothing'],
  ])('%s', (_, task, run, expected) => {
    const carried = carryOutTask(task, run, versions, later);
    if (typeof expected === 'string') expect(carried).toBe(expected);
    else expect(carried).toMatchObject(expected as object);
  });
});

describe('a run whose step has said something that is yet to be applied', () => {
  it('moves afterwards, so that nothing is added twice under another name', () => {
    const count = (name: string) => ({
      [name]: { type: 'update', increment: { orders: 1 }, next: 'bye' },
      bye: { type: 'exit' },
    });
    const versions = new Map([
      [1, version(1, count('count'))],
      [2, version(2, count('tally'))],
    ]);
    const task = { do: 'migrate', to: 2, stepMap: { count: 'tally' } } as const;
    const carried = (waitingFor: string[]) =>
      carryOutTask(task, aRun('count', { waitingFor }), (number) => versions.get(number), later);
    expect(carried(['ws_1:prf_ada|identify'])).toBe('later');
    expect(carried([])).toMatchObject({ run: { step: 'tally', version: 2 } });
  });
});
