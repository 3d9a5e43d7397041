import { hiddenKey } from '../audiences/hidden-audience';
import type { JsonObject } from '../json';
import { ada, aJourney, arrivedAt, aRun, day, facts, happened, hour, noon, outcomeOf } from '../../testing/runs';
import type { Enrollment } from './enrollment';
import { look, type FoundCause, type Move } from './move';
import { step } from './step';

const at = (text: string): number => Date.parse(text);
const berlin = { timezone: 'Europe/Berlin' };

/** Lives somewhere, with these traits; came to the step at noon UTC, a Sunday. */
function take(
  wait: JsonObject,
  traits: JsonObject,
  now = noon,
  run: Partial<Enrollment> = {},
  of: JsonObject = {},
): Move {
  const journey = aJourney({ rest: { type: 'wait', next: 'done', ...wait }, done: { type: 'exit' } }, of);
  const root = { traits, entry: { properties: { on: '2026-03-20', total: 80 } } };
  return step(journey, aRun('rest', run), look, facts({ root }), now);
}
const due = (move: Move): string | undefined =>
  move.to === 'wait' ? new Date(move.dueAt).toISOString().slice(0, 16) : move.to;

describe('a wait of days', () => {
  it.each<[string, string, JsonObject, JsonObject, string]>([
    ['is of the calendar where the person lives', '28d', berlin, {}, '2026-03-29T11:00'],
    ['is of weeks there', '4w', berlin, {}, '2026-03-29T11:00'],
    ['is of the calendar where the journey says', '28d', {}, { zone: 'Europe/Berlin' }, '2026-03-29T11:00'],
    ['is of 24 hours where nobody says', '28d', {}, {}, '2026-03-29T12:00'],
    ['of hours passes alike everywhere', '672h', berlin, {}, '2026-03-29T12:00'],
  ])('%s', (_, duration, traits, of, until) => {
    expect(due(take({ for: duration }, traits, noon, {}, of))).toBe(until);
  });

  it('moves with the person', () => {
    expect(due(take({ for: '28d' }, { timezone: 'America/New_York' }, noon + day))).toBe('2026-03-29T11:00');
    expect(due(take({ for: '7d' }, { timezone: 'America/New_York' }, noon + day))).toBe('2026-03-08T11:00');
  });

  it('is woken by what is said of the zone, and one of hours by nothing', () => {
    expect(take({ for: '1d' }, berlin).run.waitingFor).toEqual(['ws_1:prf_ada~timezone']);
    expect(take({ for: '24h' }, berlin).run.waitingFor).toEqual([]);
  });
});

describe('a wait until a time of day', () => {
  const nine = { until: { time: '09:00' } };
  it.each<[string, JsonObject, JsonObject, string]>([
    ['is until the next one there', { time: '15:00' }, berlin, '2026-03-01T14:00'],
    ['that is over today is until tomorrow', { time: '09:00' }, berlin, '2026-03-02T08:00'],
    ['is on a day that is named', { time: '09:00', days: ['wed', 'fri'] }, berlin, '2026-03-04T08:00'],
    ['in a zone that is named asks nobody', { time: '09:00', zone: 'Asia/Tokyo' }, berlin, '2026-03-02T00:00'],
    ['of the profile may be said so', { time: '15:00', zone: 'profile' }, berlin, '2026-03-01T14:00'],
  ])('%s', (_, until, traits, then) => {
    expect(due(take({ until }, traits))).toBe(then);
  });

  it('is over at that time, and says what it waits for', () => {
    const waiting = take(nine, berlin);
    expect(waiting).toMatchObject({ label: 'rest: waits 09:00 until 2026-03-02 08:00:00 UTC' });
    const then = at('2026-03-02T08:00:00Z');
    expect(arrivedAt(take(nine, berlin, then, waiting.run))).toBe('done');
    expect(due(take(nine, berlin, then - 1, waiting.run))).toBe('2026-03-02T08:00');
  });

  it('is over at once when nobody looked before it was', () => {
    expect(arrivedAt(take({ until: { time: '15:00' } }, berlin, noon + 3 * hour))).toBe('done');
  });

  it('is until the next one of another zone, from when that is known', () => {
    const { run } = take(nine, berlin);
    const moved = take(nine, { timezone: 'America/New_York' }, at('2026-03-01T17:00:00Z'), run);
    expect(due(moved)).toBe('2026-03-02T14:00');
    expect(due(take(nine, { timezone: 'America/New_York' }, at('2026-03-02T08:00:00Z'), moved.run))).toBe(
      '2026-03-02T14:00',
    );
    expect(arrivedAt(take(nine, { timezone: 'America/New_York' }, at('2026-03-02T14:00:00Z'), moved.run))).toBe('done');
  });

  it('says in the path that the zone of the profile is none, and goes by that of the journey', () => {
    const lost = { timezone: 'Mars/Olympus' };
    const waiting = take(nine, lost, noon, {}, { zone: 'Asia/Tokyo' });
    expect(due(waiting)).toBe('2026-03-02T00:00');
    expect(waiting).toMatchObject({ label: expect.stringContaining('the profile has no valid zone') as string });
    const move = take(nine, lost, at('2026-03-02T00:00:00Z'), waiting.run, { zone: 'Asia/Tokyo' });
    expect(move.run.path).toMatchObject([
      { step: 'rest', outcome: 'waited', warning: 'zone-invalid' },
      { step: 'done' },
    ]);
  });
});

describe('a wait until a date', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['with a time is until then', { at: 'traits.ends' }, { ends: '2026-03-10T10:30:00+02:00' }, '2026-03-10T08:30'],
    ['alone is until midnight there', { at: 'traits.ends' }, { ...berlin, ends: '2026-03-10' }, '2026-03-09T23:00'],
    ['in seconds is until then', { at: 'traits.ends' }, { ends: noon / 1_000 + 60 }, '2026-03-01T12:01'],
    ['in milliseconds is until then', { at: 'traits.ends' }, { ends: noon + 60_000 }, '2026-03-01T12:01'],
    ['of the entry is until then', { at: 'entry.properties.on' }, {}, '2026-03-20T00:00'],
    [
      'with days before it',
      { at: 'traits.ends', offset: '-2d' },
      { ...berlin, ends: '2026-03-30' },
      '2026-03-27T23:00',
    ],
    ['with hours after it', { at: 'traits.ends', offset: '36h' }, { ends: '2026-03-10' }, '2026-03-11T12:00'],
  ])('%s', (_, until, traits, then) => {
    expect(due(take({ until }, traits))).toBe(then);
  });

  const ends = (date: string | null) => ({ ends: date });
  const trial = (of: JsonObject = {}) => ({ until: { at: 'traits.ends', ...of } });

  it.each<[string, JsonObject, JsonObject, string, string]>([
    ['that is past goes on', {}, ends('2026-02-10'), 'done', 'date-past'],
    ['that is past exits where it is to', { ifPast: 'exit' }, ends('2026-02-10'), '(end)', 'date-past'],
    [
      'that is past by its offset exits too',
      { ifPast: 'exit', offset: '-9d' },
      ends('2026-03-10'),
      '(end)',
      'date-past',
    ],
    ['that is missing exits', {}, {}, '(end)', 'no-date'],
    ['that was deleted exits', {}, ends(null), '(end)', 'no-date'],
    ['that is none exits', {}, ends('soon'), '(end)', 'no-date'],
    ['that is missing goes on where it is to', { ifMissing: 'continue' }, {}, 'done', 'no-date'],
  ])('%s', (_, of, traits, then, outcome) => {
    const move = take(trial(of), traits);
    expect([arrivedAt(move), outcomeOf(move)]).toEqual([then, outcome]);
  });

  it('that comes while the run waits goes on, also late', () => {
    const { run } = take(trial({ ifPast: 'exit' }), ends('2026-03-10'));
    const move = take(trial({ ifPast: 'exit' }), ends('2026-03-10'), at('2026-03-12T00:00:00Z'), run);
    expect([arrivedAt(move), outcomeOf(move)]).toEqual(['done', 'waited']);
  });

  it('that was to come before anybody looked goes on', () => {
    expect(outcomeOf(take(trial({ ifPast: 'exit' }), { ends: noon + hour }, noon + 2 * hour))).toBe('waited');
  });

  it('that is changed is waited for instead, and one changed to what is past is past', () => {
    const { run } = take(trial({ ifPast: 'exit' }), ends('2026-03-10'));
    expect(due(take(trial({ ifPast: 'exit' }), ends('2026-03-20'), noon + day, run))).toBe('2026-03-20T00:00');
    expect(due(take(trial({ ifPast: 'exit' }), ends('2026-03-05'), noon + day, run))).toBe('2026-03-05T00:00');
    expect(outcomeOf(take(trial({ ifPast: 'exit' }), ends('2026-03-02'), noon + day, run))).toBe('date-past');
    expect(outcomeOf(take(trial(), {}, noon + day, run))).toBe('no-date');
  });

  it('is woken by its trait and by the zone', () => {
    const { run } = take(trial(), ends('2026-03-10'));
    expect(run.waitingFor).toEqual(['ws_1:prf_ada~ends', 'ws_1:prf_ada~timezone']);
  });

  it('that nobody announces is looked at once a day', () => {
    const journey = aJourney({
      rest: { type: 'wait', until: { at: 'computed.due' }, next: 'done' },
      done: { type: 'exit' },
    });
    const root = { computed: { due: '2026-03-10' } };
    expect(step(journey, aRun('rest'), look, facts({ root }), noon)).toMatchObject({ to: 'wait', dueAt: noon + day });
  });
});

describe('a wait for a window', () => {
  const office = { window: { from: '09:00', to: '17:00', days: ['mon', 'sun'] } };
  it.each([
    ['passes at once inside', '2026-03-01T12:00:00Z', 'step'],
    ['waits until it opens', '2026-03-01T05:00:00Z', '2026-03-01T08:00'],
    ['waits for the next of its days', '2026-03-02T16:00:00Z', '2026-03-08T08:00'],
  ])('%s', (_, now, then) => {
    expect(due(take(office, berlin, at(now)))).toBe(then);
  });
});

it('never waits past the lifetime, for whatever it waits', () => {
  const short = { lifetime: '3h' };
  for (const wait of [{ for: '7d' }, { until: { time: '09:00' } }, { until: { at: 'entry.properties.on' } }])
    expect(due(take(wait, { x: ada }, noon, {}, short))).toBe('2026-03-01T14:00');
});

describe('a wait-for', () => {
  const listen = (of: JsonObject, entry: JsonObject = {}) =>
    aJourney(
      {
        listen: { type: 'wait-for', first: [{ on: { event: 'Paid' }, next: 'paid' }], onTimeout: 'late', ...of },
        paid: { type: 'exit' },
        late: { type: 'exit' },
      },
      { entry: { on: { event: 'Started' }, ...entry } },
    );
  const traits = { ...berlin, due: '2026-03-30' };
  const decide = (journey: ReturnType<typeof listen>, now: number, of: Parameters<typeof facts>[0] = {}, run = {}) =>
    step(journey, aRun('listen', run), look, facts({ root: { traits }, ...of }), now);

  it.each<[string, JsonObject, string]>([
    ['with a time-out of days', { timeout: '28d' }, '2026-03-29T11:00'],
    ['with one of hours', { timeout: '672h' }, '2026-03-29T12:00'],
    ['with a date', { timeout: { at: 'traits.due' } }, '2026-03-29T22:00'],
    ['with a day before a date', { timeout: { at: 'traits.due', offset: '-1d' } }, '2026-03-28T23:00'],
    ['with a date that is missing ends with the lifetime', { timeout: { at: 'traits.gone' } }, '2026-05-30T11:00'],
    ['with one that nobody announces is looked at once a day', { timeout: { at: 'computed.due' } }, '2026-03-02T12:00'],
  ])('%s', (_, of, then) => {
    expect(due(decide(listen(of), noon))).toBe(then);
  });

  it('with a date times out then, and an event received by then wins', () => {
    const journey = listen({ timeout: { at: 'traits.due' } });
    const then = at('2026-03-29T22:00:00Z');
    expect(arrivedAt(decide(journey, then))).toBe('late');
    expect(arrivedAt(decide(journey, then + hour, { causes: [happened('Paid', 11, { at: then })] }))).toBe('paid');
    expect(arrivedAt(decide(journey, then + hour, { causes: [happened('Paid', 11, { at: then + 1 })] }))).toBe('late');
  });

  it('with a date that is past times out at once', () => {
    expect(
      arrivedAt(
        decide(listen({ timeout: { at: 'entry.properties.on' } }), noon, {
          root: { entry: { properties: { on: '2026-02-01' } } },
        }),
      ),
    ).toBe('late');
  });

  it('is woken by the date and by the zone', () => {
    expect(decide(listen({ timeout: { at: 'traits.due' } }), noon).run.waitingFor).toEqual([
      'ws_1:prf_ada|Paid',
      'ws_1:prf_ada~due',
      'ws_1:prf_ada~timezone',
    ]);
  });

  const again = (seq: number, at: number, cart = 'c1') => happened('Started', seq, { at, properties: { cart } });
  it.each<[string, JsonObject, ReturnType<typeof again>[], string]>([
    ['does not look at repeats unless it is to', {}, [again(11, noon + hour)], '2026-03-01T14:00'],
    ['begins its time-out anew', { onRepeat: 'reset' }, [again(11, noon + hour)], '2026-03-01T15:00'],
    [
      'begins it anew each time',
      { onRepeat: 'reset' },
      [again(12, noon + 2.5 * hour), again(11, noon + hour)],
      '2026-03-01T16:30',
    ],
    ['does not begin it again once it is over', { onRepeat: 'reset' }, [again(11, noon + 2.5 * hour)], 'step'],
    ['does not go by repeats of before', { onRepeat: 'reset' }, [again(10, noon + hour)], '2026-03-01T14:00'],
    ['does not go by those of another key', { onRepeat: 'reset' }, [again(11, noon + hour, 'c2')], '2026-03-01T14:00'],
  ])('%s when the entry is repeated', (_, of, causes, then) => {
    const journey = listen({ timeout: '2h', ...of }, { key: 'properties.cart' });
    const now = then === 'step' ? noon + 2.6 * hour : noon + hour;
    expect(due(decide(journey, now, { causes }, { entryKey: 'c1' }))).toBe(then);
  });

  it('waits for repeats of the entry only when they count', () => {
    const waited = (of: JsonObject) => decide(listen({ timeout: '2h', ...of }), noon).run.waitingFor;
    expect(waited({})).toEqual(['ws_1:prf_ada|Paid']);
    expect(waited({ onRepeat: 'reset' })).toEqual(['ws_1:prf_ada|Paid', 'ws_1:prf_ada|Started']);
  });

  describe('for a rule', () => {
    const gold = { trait: 'tier', is: 'equals', value: 'gold' } as const;
    const journey = listen({ timeout: '2h', first: [{ on: { when: gold }, next: 'paid' }] });
    const holds = (seq: number, at: number, of: Partial<FoundCause> = {}): FoundCause =>
      ({
        kind: 'edge',
        audience: hiddenKey(gold),
        edge: 'entered',
        at,
        seq,
        profile: ada,
        startsJourneys: false,
        ...of,
      }) as FoundCause;

    it.each<[string, FoundCause, string]>([
      ['goes on when it begins to hold', holds(11, noon + 1), 'paid'],
      ['goes on at once when it holds already', holds(3, noon - day, { isStill: true }), 'paid'],
      ['waits when it held, and does no more', holds(3, noon - day), '(wait)'],
      ['goes on when it held for a while since', holds(11, noon + 1, { isStill: false }), 'paid'],
    ])('%s', (_, cause, then) => {
      expect(arrivedAt(decide(journey, noon + hour, { causes: [cause] }))).toBe(then);
    });

    it('says so, and does not wait again for what it has waited for', () => {
      expect(decide(journey, noon)).toMatchObject({
        label: 'listen: waits for a rule holds, 2h until 2026-03-01 14:00:00 UTC',
      });
      const held = holds(3, noon - day, { isStill: true });
      const { steps } = decide(journey, noon, { causes: [held] }).run;
      expect(decide(journey, noon, { causes: [held] }, { steps }).to).toBe('wait');
    });
  });
});
