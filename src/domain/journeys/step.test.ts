import { enrollmentId, profileId } from '../ids';
import type { JsonObject } from '../json';
import { ada, aJourney, arrivedAt, aRun, day, facts, happened, hour, noon, outcomeOf, phone } from '../../testing/runs';
import type { JourneyStatus } from './compiled-journey';
import { seenAll, type Enrollment } from './enrollment';
import { look, visitLimit, type FoundCause, type Move, type StepFacts } from './move';
import { step } from './step';

describe('a wait', () => {
  const journey = aJourney({ rest: { type: 'wait', for: '2h', next: 'done' }, done: { type: 'exit' } });
  const take = (at: number, of: Partial<StepFacts> = {}) => step(journey, aRun('rest'), look, facts(of), at);

  it('waits until its absolute due time, and says so', () => {
    expect(take(noon + hour)).toMatchObject({
      to: 'wait',
      dueAt: noon + 2 * hour,
      label: 'rest: waits 2h until 2026-03-01 14:00:00 UTC',
      run: { dueAt: noon + 2 * hour },
    });
  });

  it('goes on at its due time, remembering where it stood and what had happened', () => {
    const move = take(noon + 2 * hour);
    expect(move).toMatchObject({
      to: 'step',
      run: { step: 'done', visit: 1, arrivedAt: noon + 2 * hour, cursor: { [ada]: 20 } },
    });
    expect(move.run).not.toHaveProperty('dueAt');
    expect(outcomeOf(move)).toBe('waited');
  });

  it('looks again in 2 seconds while acknowledged events of the person are not applied', () => {
    expect(take(noon + 2 * hour, { isIntakeBehind: true })).toMatchObject({
      to: 'wait',
      dueAt: noon + 2 * hour + 2_000,
    });
  });

  it('never waits past the lifetime, and exits there', () => {
    const short = aJourney(
      { rest: { type: 'wait', for: '7d', next: 'done' }, done: { type: 'exit' } },
      { lifetime: '3h' },
    );
    expect(step(short, aRun('rest'), look, facts(), noon)).toMatchObject({ to: 'wait', dueAt: noon + 2 * hour });
    expect(step(short, aRun('rest'), look, facts(), noon + 2 * hour)).toMatchObject({
      to: 'end',
      run: { status: 'exited', reason: 'lifetime' },
    });
  });
});

describe('a wait-for', () => {
  const steps = (of: JsonObject = {}) => ({
    listen: {
      type: 'wait-for',
      timeout: '24h',
      first: [
        { on: { event: 'Order', where: [{ property: 'total', is: 'at_least', value: 100 }] }, next: 'big' },
        { on: { event: 'Order' }, next: 'bought' },
        { on: { event: 'Clicked' }, next: 'clicked' },
        { on: { audience: 'vip', edge: 'entered' }, next: 'vip' },
      ],
      onTimeout: 'late',
      ...of,
    },
    ...Object.fromEntries(['big', 'bought', 'clicked', 'vip', 'late'].map((id) => [id, { type: 'exit' }])),
  });
  const take = (
    causes: readonly FoundCause[],
    at = noon + 2 * hour,
    of: { run?: Partial<Enrollment>; step?: JsonObject; facts?: Partial<StepFacts> } = {},
  ) => step(aJourney(steps(of.step)), aRun('listen', of.run), look, facts({ causes, ...of.facts }), at);

  it('says what it waits for in the 400 bytes that Temporal takes', () => {
    const first = [{ on: { event: '猫'.repeat(200) }, next: 'big' }];
    const { label = '' } = take([], noon, { step: { first } }) as { label?: string };
    expect(label).toMatch(/^listen: waits for 猫+…, 24h until /);
    expect(Buffer.byteLength(label)).toBeLessThan(400 - 64);
  });

  it('waits under one key per trigger and id of the person', () => {
    const move = take([], noon, { facts: { ids: [ada, phone] } });
    expect(move).toMatchObject({
      to: 'wait',
      dueAt: noon + day,
      label: 'listen: waits for Order or Clicked or vip entered, 24h until 2026-03-02 12:00:00 UTC',
      names: ['Order', 'Clicked', 'vip entered'],
    });
    expect(move.run.waitingFor).toEqual([
      'ws_1:prf_ada|Order',
      'ws_1:prf_ada|Clicked',
      'ws_1:prf_ada#vip|entered',
      'ws_1:prf_phone|Order',
      'ws_1:prf_phone|Clicked',
      'ws_1:prf_phone#vip|entered',
    ]);
  });

  it('takes the order of arrival between events, and the listed order within one', () => {
    expect(arrivedAt(take([happened('Order', 13), happened('Clicked', 12)]))).toBe('clicked');
    expect(arrivedAt(take([happened('Order', 12, { properties: { total: 120 } })]))).toBe('big');
    expect(arrivedAt(take([happened('Order', 12, { properties: { total: 20 } })]))).toBe('bought');
  });

  it('catches the event for later steps', () => {
    const move = take([happened('Clicked', 12, { properties: { link: '/sale' } })]);
    expect(move.run.steps).toEqual({
      listen: { event: { name: 'Clicked', at: noon + hour, properties: { link: '/sale' } }, profile: ada, seq: 12 },
    });
  });

  it('takes an audience edge', () => {
    const edge: FoundCause = {
      kind: 'edge',
      audience: 'vip',
      edge: 'entered',
      at: noon + 1,
      seq: 11,
      startsJourneys: false,
      profile: ada,
    };
    expect(arrivedAt(take([edge]))).toBe('vip');
  });

  it.each([
    ['received at the deadline', noon + day, 'bought'],
    ['received a millisecond after it', noon + day + 1, 'late'],
  ])('looking only long after the deadline, an event %s leads to %s', (_, receivedAt, where) => {
    expect(arrivedAt(take([happened('Order', 12, { at: noon + hour, receivedAt })], noon + 2 * day))).toBe(where);
  });

  it('times out when nothing came, but not while acknowledged events are unread', () => {
    expect(arrivedAt(take([], noon + day))).toBe('late');
    expect(take([], noon + day, { facts: { isIntakeBehind: true } })).toMatchObject({
      to: 'wait',
      dueAt: noon + day + 2_000,
    });
  });

  describe('when the event happened before the wait', () => {
    const since = (value: string, key: string, seq: number) =>
      arrivedAt(
        take([happened('Order', seq, { at: noon - 90 * 60_000 })], noon, {
          run: { entryKey: key },
          ...(value !== '' && { step: { since: value } }),
        }),
      );
    it.each([
      ['', '', 8, '(wait)'],
      ['', 'c1', 8, 'bought'],
      ['step', 'c1', 8, '(wait)'],
      ['step', '', 11, 'bought'],
      ['entry', '', 8, 'bought'],
      ['entry', '', 4, '(wait)'],
      ['ever', '', 4, 'bought'],
    ])('since "%s", entry key "%s", seq %d (entry 5, step 10): %s', (value, key, seq, where) => {
      expect(since(value, key, seq)).toBe(where);
    });
  });

  it('judges events that a merge brought by their time, and those absorbed before by the cursor', () => {
    const of = { facts: { ids: [ada, phone] } };
    expect(arrivedAt(take([happened('Order', 2, { profile: phone })], noon + 2 * hour, of))).toBe('bought');
    expect(arrivedAt(take([happened('Order', 2, { profile: phone, at: noon - 1 })], noon + 2 * hour, of))).toBe(
      '(wait)',
    );
    const known = { ...of, run: { cursor: { [ada]: 10, [phone]: seenAll } } };
    expect(arrivedAt(take([happened('Order', 2, { profile: phone })], noon + 2 * hour, known))).toBe('(wait)');
  });

  it('counts from the entry at the first step, which the intake may have reached later than what a merge brought', () => {
    const late = happened('Order', 2, { profile: phone, at: noon - 1 });
    const entered = { facts: { ids: [ada, phone] }, run: { enteredAt: noon, arrivedAt: noon } };
    expect(arrivedAt(take([late], noon + 2 * hour, entered))).toBe('bought');
  });

  it('is not woken by an event that arrives more than maxEventAge late', () => {
    const late = (hours: number) => happened('Order', 12, { at: noon + hour - hours * hour, receivedAt: noon + hour });
    expect(arrivedAt(take([late(72)]))).toBe('bought');
    expect(arrivedAt(take([late(73)]))).toBe('(wait)');
  });

  it('does not catch the same event again on a later visit', () => {
    const order = happened('Order', 12);
    const { steps: caught } = take([order], noon + 2 * hour, { step: { since: 'entry' } }).run;
    const again = { run: { steps: caught, visit: 2 }, step: { since: 'entry' } };
    expect(arrivedAt(take([order], noon + 2 * hour, again))).toBe('(wait)');
    expect(arrivedAt(take([order, happened('Order', 14)], noon + 2 * hour, again))).toBe('bought');
  });

  it('takes only events whose match holds for this run', () => {
    const match = {
      step: {
        first: [{ on: { event: 'Order', match: { 'properties.cart': 'entry.properties.cart' } }, next: 'bought' }],
      },
    };
    expect(arrivedAt(take([happened('Order', 12, { properties: { cart: 'c2' } })], noon + hour, match))).toBe('(wait)');
    expect(arrivedAt(take([happened('Order', 12, { properties: { cart: 'c1' } })], noon + hour, match))).toBe('bought');
  });
});

describe('a branch', () => {
  const journey = aJourney({
    which: {
      type: 'branch',
      cases: [
        { if: { trait: 'a', is: 'set' }, next: 'a' },
        { if: { trait: 'b', is: 'set' }, next: 'b' },
      ],
      else: 'c',
    },
    a: { type: 'exit' },
    b: { type: 'exit' },
    c: { type: 'exit' },
  });
  it.each([
    [['a', 'b'], 'a', 'case 1'],
    [['b'], 'b', 'case 2'],
    [[], 'c', 'else'],
  ])('where %j are set, takes %s', (set: string[], where, outcome) => {
    const evaluate: StepFacts['evaluate'] = (rule) => 'trait' in rule && set.includes(rule.trait);
    const move = step(journey, aRun('which'), look, facts({ evaluate }), noon);
    expect([arrivedAt(move), outcomeOf(move)]).toEqual([where, outcome]);
  });
});

describe('a send', () => {
  const journey = (of: JsonObject = {}, status: JourneyStatus = 'published') =>
    aJourney({ mail: { type: 'send', destination: 'crm', next: 'done', ...of }, done: { type: 'exit' } }, {}, status);
  const settle = (status: string, isFailure: boolean, of: JsonObject = {}) =>
    step(
      journey(of),
      aRun('mail', { sending: { key: 'enr_1:mail:1', at: noon } }),
      { on: 'settled', status, isFailure },
      facts(),
      noon,
    );

  it('delivers', () => {
    expect(step(journey(), aRun('mail'), look, facts(), noon)).toMatchObject({
      to: 'deliver',
      label: 'mail: sends to crm',
    });
  });

  it.each([
    ['acknowledged events are unread', {}, { isIntakeBehind: true }, 'published', 2_000],
    ['the journey is paused', {}, {}, 'paused', 30_000],
    ['the destination is paused', {}, { heldBy: 'the destination crm is paused' }, 'published', 30_000],
  ] as const)('waits while %s', (_, of, more, status, ms) => {
    expect(step(journey(of, status), aRun('mail'), look, facts(more), noon)).toMatchObject({
      to: 'wait',
      dueAt: noon + ms,
    });
  });

  it('goes on when it was delivered, with the claim gone and the effect counted', () => {
    const move = settle('delivered', false);
    expect(move).toMatchObject({ to: 'step', run: { step: 'done', effects: 1 } });
    expect(move.run).not.toHaveProperty('sending');
    expect(outcomeOf(move)).toBe('delivered');
  });

  it.each([
    ['rejected', {}, 'done'],
    ['withheld', { onFailure: 'continue' }, 'done'],
    ['dead', { onFailure: 'exit' }, '(end)'],
  ])('%s with %j leads to %s: never stuck', (status, of, where) => {
    expect(arrivedAt(settle(status, true, of))).toBe(where);
  });

  it('keeps with the visit why what it sent has not arrived', () => {
    const withheld = { on: 'settled', status: 'withheld', reason: 'consent', isFailure: true } as const;
    const { run } = step(journey(), aRun('mail'), withheld, facts(), noon);
    expect(run.path.at(-2)).toMatchObject({ step: 'mail', outcome: 'withheld', why: 'consent' });
  });

  describe('with fallbacks', () => {
    const of = { fallback: [{ destination: 'sms' }, { destination: 'post' }], onFailure: { step: 'call' } };
    const withCall = aJourney({
      mail: { type: 'send', destination: 'crm', next: 'done', ...of },
      done: { type: 'exit' },
      call: { type: 'exit' },
    });
    const after = (status: string, mayFallBack: boolean, fallback?: number): Move => {
      const isFailure = status !== 'delivered' && status !== 'unknown';
      const run = aRun('mail', { ...(fallback !== undefined && { fallback }) });
      return step(withCall, run, { on: 'settled', status, isFailure, mayFallBack }, facts(), noon);
    };
    it.each<[string, boolean, number | undefined, string, number | undefined]>([
      ['rejected', true, undefined, 'mail', 1],
      ['rejected', true, 1, 'mail', 2],
      ['rejected', true, 2, 'call', undefined],
      ['delivered', false, 1, 'done', undefined],
      ['unknown', false, undefined, 'done', undefined],
      ['withheld', false, undefined, 'call', undefined],
    ])('%s (may fall back: %s) at fallback %s goes to %s, fallback %s', (status, may, at, where, next) => {
      const { run } = after(status, may, at);
      expect([run.step, run.fallback]).toEqual([where, next]);
    });

    it('counts each as a send, and the visit goes on', () => {
      const { run } = after('rejected', true);
      expect(run).toMatchObject({ effects: 1, visit: 1 });
      expect(run.path.at(-1)).not.toHaveProperty('outcome');
    });

    it('sends to the one that it has come to', () => {
      expect(step(withCall, aRun('mail', { fallback: 2 }), look, facts(), noon)).toMatchObject({
        to: 'deliver',
        label: 'mail: sends to post',
      });
    });
  });

  it('skips once what a merged run has sent', () => {
    const move = step(journey(), aRun('mail', { sentElsewhere: ['mail'] }), look, facts(), noon);
    expect(move).toMatchObject({ to: 'step', run: { step: 'done', sentElsewhere: [], effects: 0 } });
  });
});

describe('an update', () => {
  const journey = aJourney({
    mark: {
      type: 'update',
      set: { total: { from: 'entry.properties.total' }, stage: 'won' },
      unset: ['coupon'],
      next: 'done',
    },
    done: { type: 'exit' },
  });
  const take = (recorded: NonNullable<StepFacts['recorded']>) =>
    step(journey, aRun('mark'), look, facts({ recorded, root: { entry: { properties: { total: 80 } } } }), noon);

  it('records an event with the traits', () => {
    expect(take('absent')).toMatchObject({ to: 'record', said: { traits: { total: 80, stage: 'won', coupon: null } } });
  });
  it('waits until the event is applied, then goes on', () => {
    expect(take('pending')).toMatchObject({
      to: 'wait',
      dueAt: noon + 1_000,
      run: { waitingFor: ['ws_1:prf_ada|identify'] },
    });
    expect(arrivedAt(take('applied'))).toBe('done');
  });
  it('is not stuck on an event that could not be applied', () => {
    expect(outcomeOf(take('dead'))).toBe('dead');
  });
});

describe('an increment', () => {
  const journey = aJourney({
    count: {
      type: 'update',
      increment: { orders: 1, spent: { from: 'entry.properties.total' }, odd: { from: 'entry.name' } },
    },
  });

  it('says what is added, and nothing where there is no number', () => {
    const root = { entry: { name: '12', properties: { total: 80 } } };
    const move = step(journey, aRun('count'), look, facts({ recorded: 'absent', root }), noon);
    expect(move).toMatchObject({ to: 'record', said: { increments: { orders: 1, spent: 80 } } });
  });
});

describe('an emitted event', () => {
  const journey = aJourney({
    tell: {
      type: 'emit',
      event: 'Told',
      properties: { cart: { from: 'entry.properties.cart' }, why: 'late' },
      next: 'done',
    },
    done: { type: 'exit' },
  });
  const take = (of: Partial<StepFacts>, run: Partial<Enrollment> = {}) =>
    step(journey, aRun('tell', run), look, facts({ root: { entry: { properties: { cart: 'c1' } } }, ...of }), noon);

  it('has its properties, and names the journey it comes from', () => {
    const said = { kind: 'track', name: 'Told', properties: { cart: 'c1', why: 'late' }, emittedBy: ['j'] };
    expect(take({ recorded: 'absent' })).toMatchObject({ to: 'record', said });
  });

  it('that would be more than can be stored is none, and holds nobody up', () => {
    const root = { entry: { properties: { cart: 'x'.repeat(40_000) } } };
    expect(outcomeOf(take({ recorded: 'absent', root }))).toBe('too-large');
  });

  it('is waited for under its name, then the journey goes on', () => {
    expect(take({ recorded: 'pending' })).toMatchObject({ to: 'wait', run: { waitingFor: ['ws_1:prf_ada|Told'] } });
    expect(arrivedAt(take({ recorded: 'applied' }))).toBe('done');
  });

  it('fails visibly where journeys begin one another without end', () => {
    const entry = (length: number) => ({
      entry: { ...aRun('tell').entry, emittedBy: Array.from({ length }, (_, index) => `j${index}`) },
    });
    expect(take({ recorded: 'absent' }, entry(7))).toMatchObject({ to: 'record' });
    expect(take({ recorded: 'absent' }, entry(8)).run).toMatchObject({ status: 'failed', reason: 'emit-depth' });
  });
});

describe('an audience kept by hand', () => {
  const journey = aJourney({
    put: { type: 'audience', audience: 'guests', do: 'add', next: 'done' },
    done: { type: 'exit' },
  });
  const take = (of: Partial<StepFacts>) => step(journey, aRun('put'), look, facts(of), noon);

  it('is given somebody by a statement of its list', () => {
    expect(take({ recorded: 'absent', list: 'guests@1' })).toMatchObject({
      to: 'record',
      said: { listing: { list: 'guests@1', isOn: true } },
    });
  });

  it('that is gone holds nobody up', () => {
    expect(outcomeOf(take({ recorded: 'absent' }))).toBe('no-such-audience');
  });
});

describe('an enrollment in another journey', () => {
  const journey = (of: JsonObject = {}) =>
    aJourney({
      begin: {
        type: 'enroll',
        journey: 'other',
        properties: { cart: { from: 'entry.properties.cart' } },
        next: 'done',
        ...of,
      },
      done: { type: 'exit' },
    });
  const take = (of: Partial<StepFacts>, how: JsonObject = {}, run: Partial<Enrollment> = {}) =>
    step(
      journey(how),
      aRun('begin', run),
      look,
      facts({ root: { entry: { properties: { cart: 'c1' } } }, ...of }),
      noon,
    );
  const begun = { id: enrollmentId('enr_2'), status: 'active' } as const;
  const ended = { ...begun, status: 'exited', endedAt: noon, reason: 'bought' } as const;
  const wait = { wait: true };

  it('is asked for by an event, which says who waits for its end', () => {
    const ask = { journey: 'other', by: 'step', properties: { cart: 'c1' } };
    expect(take({ recorded: 'absent' })).toMatchObject({ to: 'record', said: { properties: ask } });
    expect(take({ recorded: 'absent' }, wait)).toMatchObject({ said: { properties: { ...ask, parent: 'enr_1' } } });
  });

  it.each<[string, JsonObject, Partial<StepFacts>, string, JsonObject]>([
    ['has begun', {}, { begun }, 'begun', { status: 'begun' }],
    ['has ended, if that is waited for', wait, { begun: ended }, 'exited', { status: 'exited', reason: 'bought' }],
    ['was not begun', wait, { notBegun: 'too-soon' }, 'not-begun', { status: 'not-begun', reason: 'too-soon' }],
    ['is not there any more', wait, {}, 'not-begun', { status: 'not-begun', reason: 'gone' }],
  ])('goes on when it %s, and says so to later steps', (_, how, of, outcome, properties) => {
    const move = take({ recorded: 'applied', ...of }, how);
    expect([arrivedAt(move), outcomeOf(move)]).toEqual(['done', outcome]);
    expect(move.run.steps['begin']?.event.properties).toEqual({ journey: 'other', ...properties });
  });

  it('waits while somebody is inside, and looks once a day in case nobody heard of the end', () => {
    expect(take({ recorded: 'applied', begun }, wait)).toMatchObject({ to: 'wait', dueAt: noon + day });
  });

  it('fails visibly where journeys begin one another without end', () => {
    const emittedBy = Array.from({ length: 8 }, (_, index) => `j${index}`);
    const run = { entry: { ...aRun('begin').entry, emittedBy } };
    expect(take({ recorded: 'absent' }, {}, run).run).toMatchObject({ status: 'failed', reason: 'enroll-depth' });
  });
});

describe('a split', () => {
  const variants = [
    { key: 'short', weight: 30, next: 'brief' },
    { key: 'long', weight: 70, next: 'full' },
  ];
  const journey = (of: JsonObject = {}) =>
    aJourney(
      {
        which: { type: 'split', experiment: 'subject', variants, goal: 'buy', ...of },
        brief: { type: 'exit' },
        full: { type: 'exit' },
      },
      { goals: [{ key: 'buy', on: { event: 'Bought' }, within: '120d' }] },
    );
  const take = (of: Partial<StepFacts>, step_: JsonObject = {}) =>
    step(journey(step_), aRun('which'), look, facts(of), noon);

  it('gives whoever comes for the first time what chance gives them, and has their profile keep it', () => {
    const shares = { brief: 0, full: 0 };
    for (let index = 0; index < 1_000; index += 1) {
      const move = take({ recorded: 'absent', ids: [profileId(`prf_${index}`)] });
      if (move.to !== 'record') throw new Error('nothing was recorded');
      const { variant, drawnBy } = move.said.properties as { variant: string; drawnBy: string };
      expect([move.said.name, drawnBy]).toEqual(['heddle:exposure', 'short:30 long:70']);
      shares[variant === 'short' ? 'brief' : 'full'] += 1;
    }
    expect(shares.brief).toBeGreaterThan(250);
    expect(shares.brief).toBeLessThan(350);
  });

  it('gives the same to the same person, in another order of nothing else', () => {
    const said = () => take({ recorded: 'absent', ids: [ada] });
    expect(said()).toEqual(said());
  });

  it('waits until the exposure is applied', () => {
    expect(take({ recorded: 'pending' })).toMatchObject({
      to: 'wait',
      run: { waitingFor: ['ws_1:prf_ada|heddle:exposure'] },
    });
  });

  it('follows what the person has, whatever the weights are by now, and has the run outlive the window of its goal', () => {
    const weights = { variants: variants.map((one, index) => ({ ...one, weight: index * 100 })) };
    const move = take({ recorded: 'absent', exposure: { variant: 'short' } }, weights);
    expect([arrivedAt(move), outcomeOf(move)]).toEqual(['brief', 'short']);
    expect(move.run.openUntil).toBe(noon + 120 * day);
  });

  it('gives newcomers the winner, and lets those who have another keep it', () => {
    const winner = 'short';
    for (let index = 0; index < 20; index += 1)
      expect(take({ recorded: 'absent', winner, ids: [profileId(`prf_${index}`)] })).toMatchObject({
        said: { properties: { variant: 'short', drawnBy: 'won' } },
      });
    expect(arrivedAt(take({ recorded: 'absent', winner, exposure: { variant: 'long' } }))).toBe('full');
  });

  it.each<[string, Partial<StepFacts>]>([
    ['whose variant is gone', { recorded: 'absent', exposure: { variant: 'gone' } }],
    ['whose exposure could not be applied', { recorded: 'dead' }],
    ['of whom nothing is taken down', { recorded: 'applied' }],
  ])('leads on somebody %s', (_, of) => {
    expect(['brief', 'full']).toContain(arrivedAt(take(of)));
  });
});

describe('the end', () => {
  it('completes at an exit step with its reason, and after a step that leads nowhere', () => {
    const journey = aJourney({ bye: { type: 'exit', reason: 'reminded' }, last: { type: 'update' } });
    expect(step(journey, aRun('bye'), look, facts(), noon).run).toMatchObject({
      status: 'completed',
      reason: 'reminded',
      endedAt: noon,
    });
    expect(step(journey, aRun('last'), look, facts(), noon).run).toMatchObject({
      status: 'completed',
      reason: 'completed',
    });
  });

  it('fails visibly when a step has been visited too often', () => {
    const journey = aJourney({
      a: { type: 'branch', cases: [{ if: { trait: 'x', is: 'set' }, next: 'a' }], else: 'a' },
    });
    expect(step(journey, aRun('a', { visits: { a: visitLimit } }), look, facts(), noon).run).toMatchObject({
      status: 'failed',
      reason: 'visit-limit',
    });
  });

  it('fails visibly at a step that does not exist, such as one named like a part of the language', () => {
    const journey = aJourney({ a: { type: 'exit' } });
    expect(step(journey, aRun('constructor'), look, facts(), noon).run).toMatchObject({
      status: 'failed',
      reason: 'no-such-step',
    });
  });

  it('takes no step once a transaction has ended the run', () => {
    const journey = aJourney({ mail: { type: 'send', destination: 'crm' } });
    const ended = aRun('mail', { status: 'exited', reason: 'purchased' });
    expect(step(journey, ended, look, facts(), noon)).toEqual({ to: 'end', run: ended });
  });
});
