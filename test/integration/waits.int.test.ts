import { signalEvent } from '../../src/domain/events/signal';
import type { JsonObject } from '../../src/domain/json';
import { addDays } from '../../src/domain/zone';
import { journey, JourneyHarness } from './journey-harness';

const hour = 3_600_000;
const day = 24 * hour;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const mail: JsonObject = { type: 'send', destination: 'crm' };
const isoIn = (ms: number): string => new Date(Date.now() + ms).toISOString();
const instantOf = (text: unknown): number => Date.parse(String(text));
/** Midnight UTC, of the day on which the clock is changed in Europe. */
function lastSundayOf(year: number, month: number): number {
  const last = Date.UTC(year, month + 1, 0);
  return last - new Date(last).getUTCDay() * day;
}
const identify = (traits: JsonObject) => harness.happen('identify', {}, { kind: 'identify', traits });

describe('a wait on Temporal', () => {
  it('of 400 days ends 400 calendar days later, and sends once', async () => {
    await harness.publish(
      journey('patient', { rest: { type: 'wait', for: '400d', next: 'mail' }, mail }, { lifetime: '500d' }),
    );
    await identify({ timezone: 'America/New_York' });
    await harness.happen('Cart Started');
    const { workflowId, arrivedAt, dueAt = 0 } = await harness.waitingAt('patient', 'rest');
    expect(dueAt).toBe(addDays(arrivedAt, 400, 'America/New_York'));
    await harness.fastForward(workflowId, 401 * day);
    await harness.ended('patient');
    expect(harness.destination.got).toHaveLength(1);
  });

  it('until a date in a trait moves with the trait, and ends where the date was moved to', async () => {
    const ending = { type: 'wait', until: { at: 'traits.ends_at', offset: '-1h', ifPast: 'exit' }, next: 'mail' };
    await harness.publish(journey('ending', { ending, mail }));
    await identify({ ends_at: isoIn(10 * day) });
    await harness.happen('Cart Started');
    const { dueAt: first = 0, workflowId } = await harness.waitingAt('ending', 'ending');
    const sooner = isoIn(2 * day);
    await identify({ ends_at: sooner });
    const [moved] = await harness.until('ending', ([run]) => run?.dueAt !== first, 'the wait has moved');
    expect(moved?.dueAt).toBe(instantOf(sooner) - hour);
    await harness.fastForward(workflowId, 2 * day);
    const [run] = await harness.ended('ending');
    expect(run?.path).toMatchObject([{ step: 'ending', outcome: 'waited' }, { step: 'mail' }]);
    const { text } = await harness.history(workflowId);
    expect(text).toContain('ending: waits traits.ends_at -1h until');
    await harness.keepHistory('enrollment-wait-moved', workflowId);
  });

  it('until a date that is moved into the past is over at once, as ifPast says', async () => {
    const ending = { type: 'wait', until: { at: 'traits.ends_at', ifPast: 'exit' }, next: 'mail' };
    await harness.publish(journey('over', { ending, mail }));
    await identify({ ends_at: isoIn(10 * day) });
    await harness.happen('Cart Started');
    await harness.waitingAt('over', 'ending');
    await identify({ ends_at: isoIn(-day) });
    expect((await harness.ended('over'))[0]).toMatchObject({ status: 'exited', reason: 'date-past' });
    expect(harness.destination.got).toEqual([]);
  });

  it('until a date that is moved just before the wait is stored is not missed', async () => {
    const ending = { type: 'wait', until: { at: 'traits.ends_at' }, next: 'mail' };
    await harness.publish(journey('race', { ending, mail }));
    await identify({ ends_at: isoIn(10 * day) });
    const sooner = isoIn(2 * day);
    const { enrollments } = harness.store;
    const write = enrollments.write.bind(enrollments);
    let isMoved = false;
    const spy = jest.spyOn(enrollments, 'write').mockImplementation(async (ws, writes, session) => {
      const isArming = writes.some(({ enrollment }) => enrollment.waitingFor.length > 0);
      if (isArming && !isMoved) {
        isMoved = true;
        await identify({ ends_at: sooner });
      }
      return write(ws, writes, session);
    });
    await harness.happen('Cart Started');
    await harness.until(
      'race',
      ([run]) => run?.dueAt === instantOf(sooner),
      'the wait is for the date it was moved to',
    );
    expect(isMoved).toBe(true);
    spy.mockRestore();
  });

  it.each([
    ['put forward over it, is over at the first instant after', 2, '01:00'],
    ['put back to it, is over at the first of the two', 9, '00:30'],
  ])('until a time of day, on a night on which the clock is %s', async (_, month, then) => {
    const night = lastSundayOf(new Date().getUTCFullYear() + 1, month);
    const steps = {
      eve: { type: 'wait', until: { at: 'entry.properties.eve' }, next: 'half-past-two' },
      'half-past-two': { type: 'wait', until: { time: '02:30', zone: 'Europe/Berlin' }, next: 'mail' },
      mail,
    };
    await harness.publish(journey('night', steps, { lifetime: '900d' }));
    await harness.happen('Cart Started', { eve: new Date(night - day / 2).toISOString() });
    const { workflowId } = await harness.waitingAt('night', 'eve');
    await harness.fastForward(workflowId, night + day / 4 - Date.now());
    const [run] = await harness.ended('night');
    const sent = run?.path.find(({ step }) => step === 'mail')?.at ?? 0;
    expect(new Date(sent).toISOString().slice(0, 16)).toBe(`${new Date(night).toISOString().slice(0, 10)}T${then}`);
  });

  it('of a day that begins on the 28th of February of a leap year ends on the 29th', async () => {
    const leapYear = Math.ceil((new Date().getUTCFullYear() + 1) / 4) * 4;
    const eve = Date.UTC(leapYear, 1, 28, 12);
    const steps = {
      eve: { type: 'wait', until: { at: 'entry.properties.eve' }, next: 'day' },
      day: { type: 'wait', for: '1d', next: 'mail' },
      mail,
    };
    await harness.publish(journey('leap', steps, { lifetime: '2000d' }));
    await harness.happen('Cart Started', { eve: new Date(eve).toISOString() });
    const { workflowId } = await harness.waitingAt('leap', 'eve');
    await harness.fastForward(workflowId, eve + 2 * day - Date.now());
    const [run] = await harness.ended('leap');
    const sent = run?.path.find(({ step }) => step === 'mail')?.at ?? 0;
    expect(new Date(sent).toISOString()).toContain(`${leapYear}-02-29T12:00`);
  });

  it('until a date of the entry moves when an update says another', async () => {
    const visit = { type: 'wait', until: { at: 'entry.properties.starts_at', offset: '-1d' }, next: 'mail' };
    const updates = [{ on: { event: 'Booking Moved' } }];
    await harness.publish(journey('booking', { visit, mail }, { updates }));
    await harness.happen('Cart Started', { starts_at: isoIn(5 * day) });
    const { dueAt, workflowId } = await harness.waitingAt('booking', 'visit');
    const later = isoIn(9 * day);
    await harness.happen('Booking Moved', { starts_at: later });
    const moved = addDays(instantOf(later), -1, 'UTC');
    await harness.until('booking', ([run]) => run?.dueAt === moved, 'the wait has moved');
    expect(dueAt).not.toBe(moved);
    await harness.fastForward(workflowId, 6 * day);
    await harness.waitingAt('booking', 'visit');
    await harness.fastForward(workflowId, 3 * day);
    await harness.ended('booking');
    expect(harness.destination.got).toHaveLength(1);
  });

  it('until nine in the morning moves with the person, and warns of a zone that is none', async () => {
    await harness.publish(journey('nine', { nine: { type: 'wait', until: { time: '09:00' }, next: 'mail' }, mail }));
    await identify({ timezone: 'Mars/Olympus' });
    await harness.happen('Cart Started');
    const { dueAt = 0, workflowId } = await harness.waitingAt('nine', 'nine');
    expect(new Date(dueAt).toISOString()).toMatch(/T09:00:00/);
    await identify({ timezone: 'Asia/Tokyo' });
    const [run] = await harness.until('nine', ([one]) => one?.dueAt !== dueAt, 'the wait has moved');
    expect(new Date(run?.dueAt ?? 0).toISOString()).toMatch(/T00:00:00/);
    await harness.fastForward(workflowId, day);
    await harness.ended('nine');
    await harness.keepHistory('enrollment-local-time', workflowId);
    expect((await harness.ended('nine'))[0]?.path[0]).toMatchObject({ outcome: 'waited', warning: 'zone-invalid' });
  });

  it('for a window that is open passes at once', async () => {
    const window = { from: '00:00', to: '23:59', zone: 'UTC' };
    const other = { from: '23:59', to: '00:00', zone: 'UTC' };
    await harness.publish(journey('open', { one: { type: 'wait', window, next: 'mail' }, mail }));
    await harness.publish(journey('shut', { one: { type: 'wait', window: other, next: 'mail' }, mail }));
    await harness.happen('Cart Started');
    const ended = new Date().toISOString().includes('T23:59') ? 'shut' : 'open';
    expect((await harness.ended(ended))[0]).toMatchObject({ status: 'completed' });
    const { workflowId } = await harness.waitingAt(ended === 'open' ? 'shut' : 'open', 'one');
    await harness.fastForward(workflowId, day);
    await harness.ended('shut');
    expect(harness.destination.got).toHaveLength(2);
  });
});

describe('a wait-for on Temporal', () => {
  const listen = (of: JsonObject): JsonObject => ({
    listen: { type: 'wait-for', first: [{ on: { event: 'Paid' }, next: 'paid' }], onTimeout: 'late', ...of },
    paid: { type: 'exit', reason: 'paid' },
    late: { type: 'exit', reason: 'late' },
  });

  it('times out at a date that was moved meanwhile', async () => {
    await harness.publish(journey('invoice', listen({ timeout: { at: 'traits.due_at' } })));
    await identify({ due_at: isoIn(2 * day) });
    await harness.happen('Cart Started');
    const { dueAt = 0, workflowId } = await harness.waitingAt('invoice', 'listen');
    await identify({ due_at: isoIn(20 * day) });
    await harness.until('invoice', ([run]) => (run?.dueAt ?? 0) > dueAt, 'the deadline has moved');
    await harness.fastForward(workflowId, 3 * day);
    await harness.waitingAt('invoice', 'listen');
    await harness.fastForward(workflowId, 18 * day);
    expect((await harness.ended('invoice'))[0]).toMatchObject({ reason: 'late' });
  });

  it('begins its time-out anew when the entry is repeated', async () => {
    await harness.publish(journey('quiet', listen({ timeout: '2h', onRepeat: 'reset' })));
    await harness.happen('Cart Started');
    const { dueAt = 0, workflowId } = await harness.waitingAt('quiet', 'listen');
    await harness.happen('Cart Started');
    await harness.until('quiet', ([run]) => (run?.dueAt ?? 0) > dueAt, 'the time-out has begun anew');
    await harness.fastForward(workflowId, 2 * hour + 60_000);
    expect((await harness.ended('quiet'))[0]).toMatchObject({ reason: 'late' });
  });

  it('is told by a signal that names the run, and keeps what was sent with it', async () => {
    const first = [{ on: { signal: 'approved' }, next: 'paid' }];
    await harness.publish(journey('offer', listen({ timeout: '2d', first })));
    await harness.happen('Cart Started');
    const { id, workflowId } = await harness.waitingAt('offer', 'listen');
    const told = { signal: 'approved', data: { by: 'ann' }, source: 'src_test' };
    for (const enrollment of ['enr_other', id]) {
      const { name, properties } = signalEvent({ ...told, id: '1', enrollment }, { type: 'user_id', value: 'u1' }, 0);
      await harness.happen(name, properties);
      if (enrollment !== id) await harness.waitingAt('offer', 'listen');
    }
    expect((await harness.ended('offer'))[0]).toMatchObject({
      reason: 'paid',
      steps: { listen: { event: { name: 'approved', properties: { by: 'ann' } } } },
    });
    await harness.keepHistory('enrollment-signalled', workflowId);
  });

  const gold = { when: { trait: 'tier', is: 'equals', value: 'gold' } };

  it('goes on when a rule begins to hold', async () => {
    await harness.publish(journey('golden', listen({ timeout: '2d', first: [{ on: gold, next: 'paid' }] })));
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('golden', 'listen');
    await identify({ tier: 'gold' });
    expect((await harness.ended('golden'))[0]).toMatchObject({ reason: 'paid' });
    await harness.keepHistory('enrollment-when', workflowId);
  });

  it('never sleeps for a rule that holds already', async () => {
    await harness.publish(journey('already', listen({ timeout: '2d', first: [{ on: gold, next: 'paid' }] })));
    await identify({ tier: 'gold' });
    await harness.happen('Cart Started');
    const [run] = await harness.ended('already');
    expect(run).toMatchObject({ reason: 'paid' });
    expect((await harness.history(run!.workflowId)).kinds).not.toContain('EVENT_TYPE_TIMER_STARTED');
  });

  it('is left in the middle when the rule of an exit begins to hold', async () => {
    await harness.publish(journey('leaving', listen({ timeout: '2d' }), { exits: [{ on: gold, reason: 'golden' }] }));
    await harness.happen('Cart Started');
    await harness.waitingAt('leaving', 'listen');
    await identify({ tier: 'gold' });
    expect((await harness.ended('leaving'))[0]).toMatchObject({ status: 'exited', reason: 'golden' });
  });
});

describe('a branch on Temporal', () => {
  it('counts what has happened since the entry, and since a step', async () => {
    const twice = { is: 'at_least', value: 2 };
    const steps: JsonObject = {
      rest: { type: 'wait', for: '1h', next: 'which' },
      which: {
        type: 'branch',
        cases: [
          { if: { event: 'Paid', since: 'step:which' }, next: 'wrong' },
          { if: { event: 'Paid', since: 'entry', count: twice }, next: 'wrong' },
          { if: { event: 'Paid', since: 'entry' }, next: 'right' },
        ],
        else: 'wrong',
      },
      right: { type: 'exit', reason: 'right' },
      wrong: { type: 'exit', reason: 'wrong' },
    };
    await harness.publish(journey('looking-back', steps));
    await harness.happen('Paid');
    await harness.happen('Cart Started');
    const { workflowId } = await harness.waitingAt('looking-back', 'rest');
    await harness.happen('Paid');
    await harness.fastForward(workflowId, hour);
    expect((await harness.ended('looking-back'))[0]).toMatchObject({ reason: 'right' });
  });
});
