import { compileJourney } from '../../src/domain/journeys/compiled-journey';
import { isInside, type Enrollment } from '../../src/domain/journeys/enrollment';
import { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import type { SimulatedLife } from '../../src/domain/journeys/simulated/simulated-life';
import { countLife, nothingCounted } from '../../src/domain/journeys/simulated/tally';
import type { Event } from '../../src/domain/events/event';
import type { JsonObject } from '../../src/domain/json';
import { subjectOf } from '../../src/domain/ids';
import { shareOf } from '../../src/domain/share';
import { readPerson } from '../../src/simulation/read-person';
import { simulateLife } from '../../src/simulation/simulate-life';
import { surroundingsOf } from '../../src/simulation/stored-surroundings';
import { journey, JourneyHarness } from './journey-harness';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// Some hundred skips of time on real servers, which take their time on a machine that does other things.
jest.setTimeout(600_000);

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const sameCart = { 'properties.cart_id': 'entry.properties.cart_id' };
const definition = journey(
  'cart',
  {
    settle: { type: 'wait', for: '2h', next: 'draw' },
    draw: {
      type: 'split',
      experiment: 'nudge',
      variants: [
        { key: 'nudged', weight: 60, next: 'mark' },
        { key: 'left-alone', weight: 40, next: 'listen' },
      ],
    },
    mark: { type: 'update', set: { stage: 'reminded' }, increment: { nudges: 1 }, next: 'remind' },
    remind: { type: 'send', destination: 'crm', next: 'listen' },
    listen: {
      type: 'wait-for',
      timeout: '20h',
      first: [{ on: { event: 'Email Clicked', match: sameCart }, next: 'say' }],
      onTimeout: 'which',
    },
    say: {
      type: 'emit',
      event: 'Cart Engaged',
      properties: { cart_id: { from: 'entry.properties.cart_id' } },
      next: 'which',
    },
    which: {
      type: 'branch',
      cases: [
        { if: { event: 'Product Viewed', count: { is: 'at_least', value: 2 }, since: 'entry' }, next: 'last' },
        { if: { trait: 'nudges', is: 'at_least', value: 1 }, next: 'morning' },
      ],
      else: 'bye',
    },
    morning: { type: 'wait', until: { time: '09:30', zone: 'UTC' }, next: 'last' },
    last: { type: 'send', destination: 'sms', next: 'bye' },
    bye: { type: 'exit', reason: 'done' },
  },
  {
    entry: {
      on: { event: 'Cart Started' },
      key: 'properties.cart_id',
      if: { not: { trait: 'blocked', is: 'equals', value: true } },
      reentry: { again: '20h', whileInside: 'ignore' },
    },
    updates: [{ on: { event: 'Cart Updated', match: sameCart } }],
    exits: [
      { on: { event: 'Order Completed', match: sameCart }, reason: 'purchased' },
      { on: { when: { trait: 'opted_out', is: 'equals', value: true } }, reason: 'opted-out' },
    ],
    goals: [{ key: 'purchase', on: { event: 'Order Completed' }, within: '3d', value: 'properties.revenue' }],
  },
);

/** At an instant of the grid, about a third of people do something: drawn by the seed, the person and the instant. */
const grid = [9, 9.2, 12.6, 17.3, 23.4, 30.7, 38.2, 45.1, 52.4, 60.9, 75.3].map((hours) => hours * hour);
const seed = 'one';

interface Deed {
  readonly name: string;
  readonly properties?: JsonObject;
  readonly of?: Partial<Event>;
}

function deedOf(user: string, at: number): Deed | undefined {
  const draw = (what: string): number => shareOf(`${seed}:${user}:${at}:${what}`);
  const cart = { cart_id: draw('cart') < 0.7 ? 'c1' : 'c2', revenue: Math.floor(draw('revenue') * 100) };
  if (at === grid[0])
    return draw('who') < 0.1 ? identify({ blocked: true }) : { name: 'Cart Started', properties: cart };
  const which = draw('which');
  if (which > 0.55) return undefined;
  if (which > 0.4) return { name: 'Product Viewed' };
  if (which > 0.25) return { name: 'Email Clicked', properties: cart };
  if (which > 0.17) return { name: 'Cart Started', properties: cart };
  if (which > 0.12) return { name: 'Cart Updated', properties: cart };
  if (which > 0.06) return { name: 'Order Completed', properties: cart };
  return which > 0.03 ? identify({ opted_out: true }) : refusing;
}

const identify = (traits: JsonObject): Deed => ({ name: 'identify', of: { kind: 'identify', traits } });
const refusing: Deed = {
  name: 'Preferences Saved',
  of: { context: { consent: { categoryPreferences: { marketing: false } } } },
};

/** A run as far as both tell of it, without instants: live ones are as late as machines are. */
function shown({ entryKey, step, path, conversions, entry, ...run }: Enrollment): JsonObject {
  return {
    ...{ entryKey, step, total: entry.properties['revenue'] ?? null },
    status: isInside(run) ? 'inside' : run.status,
    reason: run.reason ?? null,
    path: path.map(({ step: at, outcome }) => `${at}: ${outcome ?? 'here'}`),
    conversions: conversions.map(({ goal, value }) => `${goal} ${value}`),
  };
}

/** What is so of all runs when an instant is reached: each has ended, or waits for a later one. */
async function settledAt(at: number): Promise<Enrollment[]> {
  const rests = (run: Enrollment): boolean => run.dueAt === undefined || (isInside(run) && run.dueAt > at);
  return harness.until('cart', (runs) => runs.every((run) => run.status !== 'starting' && rests(run)), 'all rest');
}

/** Lets an instant come for everybody: the clocks of the workflows, then what people do. */
async function reach(at: number, skipped: Map<string, number>): Promise<void> {
  for (;;) {
    const open = (await harness.runs('cart')).filter(
      (run) => isInside(run) && (skipped.get(run.id) ?? 0) + Date.now() < at,
    );
    if (open.length === 0) break;
    await Promise.all(
      open.map(async ({ id, workflowId }) => {
        const before = skipped.get(id) ?? 0;
        const ms = at - Date.now() - before;
        await harness.fastForward(workflowId, ms);
        skipped.set(id, before + ms);
      }),
    );
  }
  await settledAt(at);
  harness.aheadMs = at - Date.now();
}

describe('a simulation of what has happened', () => {
  it('is what live journeys did with the same events: entries, paths, sends, exits and conversions', async () => {
    const sending = { quietHours: { from: '22:00', to: '08:00', zone: 'UTC', then: 'delay' as const } };
    await harness.store.connection.db.collection('workspaces').updateOne({ _id: harness.ws }, { $set: { sending } });
    harness.appliesAtOnce = true;
    await harness.publish(definition);
    const people = Array.from({ length: 30 }, (_, index) => `u${index}`);
    const midnight = Math.ceil(Date.now() / day) * day;
    const skipped = new Map<string, number>();
    for (const offset of grid) {
      const at = midnight + offset;
      await reach(at, skipped);
      let n = 0;
      for (const user of people) {
        const deed = deedOf(user, offset);
        if (deed)
          await harness.accept(deed.name, deed.properties, {
            user,
            receivedAt: at + (n += 1),
            occurredAt: at,
            ...deed.of,
          });
      }
    }
    const to = midnight + 90 * hour;
    await reach(to, skipped);
    const live = await harness.runs('cart');
    const { store, ws } = harness;

    const compiled = compileJourney(JourneyDefinition.parse(definition), 1, 'published');
    const surroundings = {
      ...(await surroundingsOf(store, ws, [compiled])),
      sessionMs: 30 * 60_000,
      senderOf: () => ({
        state: async () => ({ state: 'ready' as const, hasDedup: true }),
        reaches: async () => true,
        rehearse: async () => ({ code: 'simulated' }),
        send: async () => ({ kind: 'ok' as const, code: 'simulated' }),
        pause: async () => undefined,
      }),
    };
    let tally = nothingCounted;
    for (const profile of await store.profiles.page(ws, 100)) {
      const person = await readPerson(store, ws, profile);
      const life: SimulatedLife = await simulateLife(surroundings, person, {
        ws,
        journeys: [compiled],
        window: { from: midnight, to },
      });
      tally = countLife(tally, 'cart', life);
      const lived = live.filter((run) => run.profile === profile.id);
      expect(life.runs.map(shown)).toEqual(lived.map(shown));
      const ledger = await store.deliveries.page(ws, { subjects: [subjectOf(ws, profile.id)] }, 100);
      const wanted = ledger.map(({ step, status, reason }) => `${step} ${status} ${reason ?? ''}`);
      expect(life.sends.map(({ step, status, reason }) => `${step} ${status} ${reason ?? ''}`).sort()).toEqual(
        wanted.sort(),
      );
    }
    // What is the same is also something: a stream in which nothing happens would be.
    expect(tally.runs.sum).toBe(live.length);
    expect(Object.keys(tally.steps).sort()).toEqual(Object.keys(JourneyDefinition.parse(definition).steps).sort());
    expect(Object.keys(tally.reasons).sort()).toEqual(['opted-out', 'purchased']);
    expect(tally.arrived.sum).toBe(harness.destination.got.length);
    expect([tally.converted.sum > 0, (tally.status['inside'] ?? 0) < live.length]).toEqual([true, true]);
  });
});
