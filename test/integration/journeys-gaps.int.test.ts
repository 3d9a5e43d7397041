import type { Enrollment } from '../../src/domain/journeys/enrollment';
import { isFinal } from '../../src/domain/delivery/delivery';
import { interrupted } from '../../src/testing/interrupted-store';
import { journey, JourneyHarness } from './journey-harness';

/** What is to happen before a worker's nth operation on the store, and which there were until it did. */
interface Gap {
  readonly at: number;
  readonly happens: () => Promise<unknown>;
  readonly before: string[];
  isFilled: boolean;
}

let harness: JourneyHarness;
let gap: Gap | undefined;
async function fillGap(operation: string): Promise<void> {
  if (!gap || gap.isFilled) return;
  gap.before.push(operation);
  if (gap.before.length < gap.at) return;
  gap.isFilled = true;
  await gap.happens();
}

beforeAll(async () => {
  harness = await JourneyHarness.open();
  await harness.stopWorkers();
  await harness.startWorkers(harness.activities(interrupted(harness.store, fillGap)));
});
beforeEach(() => harness.begin());
afterEach(() => (gap = undefined));
afterAll(() => harness.close());

interface Filling {
  readonly key: string;
  readonly happens: (user: string) => Promise<unknown>;
  /** Whether the run needs nothing more, once it has happened; before it, whether there is no further gap. */
  readonly isOver: (run: Enrollment) => boolean;
  readonly hasNoGapLeft: (run: Enrollment) => boolean;
  readonly check: (run: Enrollment, gap: Gap) => Promise<unknown> | void;
}

/** A run for each gap between two operations of its workers, from its start on until it rests; answers how many there are. */
async function inEveryGap({ key, happens, isOver, hasNoGapLeft, check }: Filling): Promise<number> {
  for (let at = 1; ; at += 1) {
    const user = `u${at}`;
    const present: Gap = { at, before: [], isFilled: false, happens: () => happens(user) };
    gap = present;
    await harness.happen('Cart Started', { user }, { user });
    const mine = (runs: readonly Enrollment[]) => runs.find(({ entry }) => entry.properties['user'] === user);
    const when = async (is: (run: Enrollment) => boolean, what: string): Promise<Enrollment> => {
      const hold = (runs: Enrollment[]): boolean => mine(runs) !== undefined && is(mine(runs)!);
      return mine(await harness.until(key, hold, `${what}, gap ${at} after ${present.before.join(' ')}`))!;
    };
    const end = await when((run) => hasNoGapLeft(run) || (present.isFilled && isOver(run)), 'the run comes to rest');
    // Its document says that it waits a moment before its workflow sleeps.
    if (!present.isFilled && end.endedAt === undefined)
      await harness.kindsUntil(end.workflowId, 'EVENT_TYPE_TIMER_STARTED', 1);
    if (!present.isFilled) return at - 1;
    await check(isOver(end) ? end : await when(isOver, 'what has happened is noticed'), present);
  }
}

const hasNoticedItsEnd = ({ endedAt, dueAt }: Enrollment): boolean => endedAt !== undefined && dueAt === undefined;

describe('an event that is waited for', () => {
  it.each(['step', 'entry', 'ever'])(
    'counts once, whenever it comes while the wait begins, since: %s',
    async (since) => {
      const listen = { type: 'wait-for', since, timeout: '30d', onTimeout: 'late' };
      const steps = {
        listen: { ...listen, first: [{ on: { event: 'Paid' }, next: 'listen' }] },
        late: { type: 'exit', reason: 'late' },
      };
      await harness.publish(journey('listening', steps));
      const gaps = await inEveryGap({
        key: 'listening',
        happens: (user) => harness.happen('Paid', {}, { user }),
        isOver: ({ visit, waitingFor }) => visit === 2 && waitingFor.length > 0,
        hasNoGapLeft: ({ visit, waitingFor, dueAt = 0 }) => visit === 1 && waitingFor.length > 0 && dueAt > Date.now(),
        check: ({ path }) => expect(path.map(({ outcome }) => outcome)).toEqual(['Paid', undefined]),
      });
      expect(gaps).toBeGreaterThan(5);
      // Nobody is taken further by what they were rung for a second time.
      for (const run of await harness.runs('listening')) expect(run.visit).toBeLessThanOrEqual(2);
    },
  );
});

describe('an exit', () => {
  it('keeps a send from leaving until the run is claimed and read again, and whenever it comes leaves nothing open', async () => {
    const steps = { mail: { type: 'send', destination: 'crm', next: 'bye' }, bye: { type: 'exit', reason: 'sent' } };
    await harness.publish(journey('leaving', steps, { exits: [{ on: { event: 'Left' }, reason: 'left' }] }));
    const sentTo = (id: string) => harness.destination.got.filter(({ enrollment }) => enrollment === id).length;
    const gaps = await inEveryGap({
      key: 'leaving',
      happens: (user) => harness.happen('Left', {}, { user }),
      isOver: hasNoticedItsEnd,
      hasNoGapLeft: hasNoticedItsEnd,
      check: async ({ id, reason, sending }, { before }) => {
        const done = before.slice(0, -1);
        const isReadAgain = done.slice(done.indexOf('enrollments.claim')).includes('enrollments.byId');
        const isBegun = done.includes('enrollments.claim') && isReadAgain;
        const rows = (await harness.store.deliveries.page(harness.ws, {}, 200)).filter((row) => row.enrollment === id);
        const seen = { before: before.join(' '), reason, sent: sentTo(id), rows: rows.map(({ status }) => status) };
        expect(sending).toBeUndefined();
        expect(rows.every(({ status }) => isFinal(status))).toBe(true);
        if (!isBegun) expect({ ...seen, sent: 0 }).toEqual(seen);
        if (seen.sent === 0) expect(seen.rows).not.toContain('delivered');
        else expect(seen).toMatchObject({ sent: 1, rows: ['delivered'] });
      },
    });
    expect(gaps).toBeGreaterThan(15);
    const fates = (await harness.runs('leaving')).map(({ reason }) => reason);
    expect(new Set(fates)).toEqual(new Set(['left', 'sent']));
  });
});
