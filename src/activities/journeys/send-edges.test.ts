import { MockActivityEnvironment } from '@temporalio/testing';
import type { journeyStatuses } from '../../domain/journeys/compiled-journey';
import { carryOutTask } from '../../domain/journeys/run-task';
import type { EnrollmentId } from '../../domain/ids';
import { noon, testWorkspace } from '../../testing/builders';
import { advanceRun } from './advance';
import { check } from './check-sends.testsuite';
import { createJourneyActivities } from './journeys';
import type { Case } from './send-cases.testsuite';
import { Sends } from './send-races.testsuite';

const hour = 3_600_000;
const heard = { at: Infinity, goesOn: false };
const dies = (at: number) => ({ at, goesOn: false });
const calm: Case = {
  ...{ hasDedup: true, isTwice: false, isOtherInside: true, heldOut: undefined, isOncePerHousehold: false },
  ...{ cap: undefined, answers: [], happens: [], at: undefined, ends: [], picks: [0] },
};
const onceAnHour = { max: 1, per: '1h', then: 'skip' } as const;

const rowsOf = ({ memory }: Sends) => [...memory.rows.values()].map(({ status, reason }) => [status, reason]);

/** `then` happens as the destination is first asked. */
function onFirstSend(sends: Sends, then: () => void): void {
  const send = sends.destination.send.bind(sends.destination);
  sends.destination.send = (...of) => {
    if (sends.destination.asked.length === 0) then();
    return send(...of);
  };
}

async function run(sends: Sends): Promise<Sends> {
  await sends.run();
  check(sends);
  return sends;
}

describe('a run whose lifetime is over at a send', () => {
  it('leaves none of those that a cap held open', async () => {
    const cap = [{ max: 1, per: '30d', then: 'delay' }] as const;
    const sends = new Sends({ ...calm, isTwice: true, cap: [...cap], lifetime: '2h' });
    let atEnd: unknown[] = [];
    sends.atEnd = () => void (atEnd = rowsOf(sends));
    await run(sends);
    expect(atEnd).toContainEqual(['withheld', 'exited']);
    expect(atEnd).not.toContainEqual(['held', 'cap']);
  });

  it('says of what may have arrived, and then was held by a stop, that nobody knows', async () => {
    const sends = new Sends({ ...calm, answers: ['arrived'], lifetime: '2h' });
    onFirstSend(sends, () => void (sends.memory.policy = { sendsStopped: true }));
    expect(rowsOf(await run(sends))).toContainEqual(['unknown', 'interrupted']);
  });
});

describe('a pause after a send that may have arrived', () => {
  it.each(['skip', 'run', 'exit'] as const)(
    'ends, and says what became of the send, where people are released with %s',
    async (how) => {
      const sends = new Sends({ ...calm, answers: ['arrived'] });
      const { memory, world } = sends;
      const set = (status: (typeof journeyStatuses)[number]) => {
        for (const [version, journey] of memory.versions) memory.versions.set(version, { ...journey, status });
      };
      let pausedAt = Infinity;
      onFirstSend(sends, () => {
        set('paused');
        pausedAt = sends.now;
      });
      sends.onLook = () => {
        if (sends.now < pausedAt + 4 * hour) return;
        pausedAt = Infinity;
        set('published');
        for (const [id, one] of world.enrollments) {
          const carried = carryOutTask({ do: 'release', how }, one, () => undefined, sends.now);
          if (typeof carried === 'object') world.enrollments.set(id, { ...carried.run, rev: one.rev + 1 });
        }
      };
      await run(sends);
      expect(rowsOf(sends)[0]).toEqual(how === 'run' ? ['delivered', undefined] : ['unknown', 'interrupted']);
    },
  );
});

describe('caps', () => {
  it('of two windows: the short one keeps what counted longer ago than it looks back', async () => {
    const cap = [onceAnHour, { max: 5, per: '24h', then: 'skip' } as const];
    const sends = new Sends({ ...calm, isTwice: true, answers: ['lost'], cap });
    const arrivedAt: number[] = [];
    const send = sends.destination.send.bind(sends.destination);
    sends.destination.send = (...of) => {
      const before = sends.destination.arrivals.length;
      const answer = send(...of);
      if (sends.destination.arrivals.length > before) arrivedAt.push(sends.now);
      return answer;
    };
    sends.state = () => (sends.destination.asked.length > 0 && sends.now < noon + 2 * hour ? 'paused' : 'ready');
    await sends.run();
    for (const at of arrivedAt) expect(arrivedAt.filter((other) => Math.abs(other - at) < hour)).toEqual([at]);
  });

  it('keep no fallback because of a refusal of what was decided on longer ago than they look back', async () => {
    const sends = new Sends({ ...calm, answers: ['transient', 'invalid'], cap: [onceAnHour] });
    sends.state = () => (sends.destination.asked.length > 0 && sends.now < noon + 2 * hour ? 'paused' : 'ready');
    await sends.run();
    expect(sends.destination.arrived).not.toEqual([]);
  });
});

it('of a test of which no attempt is left nothing is unknown', async () => {
  const sends = new Sends({ ...calm, ends: [heard, ...Array.from({ length: 5 }, () => dies(7))] });
  sends.atStart = () => {
    for (const [id, one] of sends.world.enrollments) sends.world.enrollments.set(id, { ...one, test: { waitsMs: 0 } });
  };
  await sends.run();
  expect(rowsOf(sends)[0]).toEqual(['withheld', 'test']);
});

describe('an attempt that was given up and claims late', () => {
  const answers = Array.from({ length: 4 }, () => 'transient' as const);

  it.each([[[0]], [[3, 1, 0]]])('keeps no run at its fallback, where it dies (%j)', async (picks) => {
    const at = { operation: 'enrollments.claim', nth: 1, does: 'stall', turns: 80 } as const;
    await run(new Sends({ ...calm, answers, picks, ends: [heard, dies(4)], at }));
  });

  it.each([
    [{ nth: 2, turns: 78 }, [3], true],
    [{ nth: 3, turns: 49 }, [1, 1, 3, 2, 1, 1, 2, 2, 2, 1, 1, 2, 3, 3, 1, 0, 3, 0, 1], false],
  ] as const)(
    'sends nothing of which is said at the same time that no attempt is left: %j',
    async (when, picks, hasDedup) => {
      const at = { operation: 'enrollments.claim', does: 'stall', ...when } as const;
      await run(new Sends({ ...calm, hasDedup, answers, picks, at }));
    },
  );
});

it('a send that waited for a worker until the quiet hours had begun is kept by them', async () => {
  const sends = new Sends(calm);
  sends.memory.policy = { quietHours: { from: '21:00', to: '08:00', zone: 'UTC', then: 'delay' } };
  sends.begin();
  sends.memory.apply();
  const [id] = [...sends.world.enrollments.keys()] as EnrollmentId[];
  if (!id) throw new Error('There is no run.');
  const asked = noon + 9 * hour - 60_000;
  sends.now = asked;
  expect(await advanceRun(sends.deps(), { ws: testWorkspace, id, now: asked })).toMatchObject({ do: 'deliver' });
  sends.now = noon + 11 * hour;
  const worker = new MockActivityEnvironment({
    ...{ scheduledTimestampMs: asked, currentAttemptScheduledTimestampMs: asked },
  });
  const { deliver } = createJourneyActivities(sends.deps());
  await worker.run(deliver, { ws: testWorkspace, enrollment: id, now: asked, step: 'mail', visit: 1 });
  expect(sends.destination.asked).toEqual([]);
  expect(rowsOf(sends)).toEqual([['held', 'quiet-hours']]);
});
