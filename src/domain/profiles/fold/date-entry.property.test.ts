import fc from 'fast-check';
import { anIdentify, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { propertyRuns } from '../../../testing/property-runs';
import type { JourneyDefinition } from '../../journeys/journey.schema';
import type { Json, JsonObject } from '../../json';
import { isZone, readInstantIn, shifted } from '../../zone';

const days = 8;
const maxAgeHours = 30;
const dayOf = (n: number): string => new Date(noon + n * day).toISOString().slice(0, 10);
const dates = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -1, max: days }).map((n): Json => dayOf(n)) },
  { weight: 3, arbitrary: fc.integer({ min: -30, max: 24 * days }).map((n): Json => noon + n * hour + hour / 2) },
  fc.constantFrom<Json>(null, 'soon', '2026-02-30'),
);
const zones = fc.constantFrom<Json>('Asia/Tokyo', 'America/New_York', 'Pacific/Kiritimati', 'Mars', null);
const said = fc.oneof(
  { weight: 4, arbitrary: dates.map((date): JsonObject => ({ renews_at: date })) },
  { weight: 3, arbitrary: zones.map((zone): JsonObject => ({ timezone: zone })) },
);
/** Which hour something is said in; and in which hours anybody looks: the others are those of an outage. */
const life = fc.record({
  said: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 24 * days }), said), {
    selector: ([at]) => at,
    minLength: 1,
    maxLength: 12,
  }),
  outages: fc.array(fc.tuple(fc.integer({ min: 0, max: 24 * days }), fc.integer({ min: 1, max: 60 })), {
    maxLength: 3,
  }),
  offset: fc.constantFrom(undefined, '-1d', '2d', '-36h'),
});
type Life = typeof life extends fc.Arbitrary<infer One> ? One : never;

const lastHour = 24 * (days + 6);
const isLooking = ({ outages }: Life, at: number): boolean =>
  at === lastHour || !outages.some(([from, hours]) => at >= from && at < from + hours);

const journey = (offset: string | undefined): JourneyDefinition => ({
  ...{ key: 'j', name: 'J', zone: 'Europe/Berlin', start: 'rest' },
  steps: { rest: { type: 'wait', for: '80d', next: 'end' }, end: { type: 'exit' } },
  entry: {
    on: { date: 'traits.renews_at', ...(offset !== undefined && { offset }) },
    maxEventAge: `${maxAgeHours}h`,
    reentry: { again: 'always', whileInside: 'parallel', max: 20 },
  },
});

/** As the system lives it: the intake and the clock work in every hour in which somebody looks. */
function lived(of: Life): string[] {
  const world = new FoldedWorld(aRuleset({ journeys: [journey(of.offset)] }));
  let applied = -1;
  for (let at = 0; at <= lastHour; at += 1) {
    if (!isLooking(of, at)) continue;
    const now = noon + at * hour;
    const news = of.said.filter(([when]) => when > applied && when <= at).sort(([a], [b]) => a - b);
    world.apply(
      news.map(([when, traits]) =>
        anIdentify(traits, { occurredAt: noon + when * hour, receivedAt: noon + when * hour }),
      ),
      now,
    );
    applied = at;
    if (world.living().some(({ nextCheckAt = Infinity }) => nextCheckAt <= now)) world.tick(now);
  }
  return [...world.enrollments.values()]
    .map(({ entry }) => JSON.stringify([entry.properties['date'], entry.at]))
    .sort();
}

/** Hour by hour from what was said alone: a date comes once, if it was said before; whoever looks first after that begins, unless it is too late. */
function expected(of: Life): string[] {
  const begun = new Map<string, number>();
  let [date, since, zone, seen]: [Json, number, string, string | undefined] = [null, 0, 'Europe/Berlin', undefined];
  const look = (now: number): void => {
    const on = readInstantIn(date, zone);
    const due =
      on === undefined ? undefined : shifted(on, of.offset ?? '1s', zone) - (of.offset === undefined ? 1_000 : 0);
    const isHere = due !== undefined && due > since && due <= now;
    const key = JSON.stringify(date);
    const isNew = isHere && seen !== key;
    seen = isHere ? key : undefined;
    if (!isNew || begun.has(key)) return;
    const hours = Math.ceil((now - noon) / hour);
    const looker =
      Array.from({ length: lastHour + 1 }, (_, at) => at).find((at) => at >= hours && isLooking(of, at)) ?? lastHour;
    if (noon + looker * hour - due <= maxAgeHours * hour) begun.set(key, due);
  };
  for (let half = 0; half <= 2 * lastHour; half += 1) {
    const now = noon + (half * hour) / 2;
    look(now);
    const [, traits] = of.said.find(([at]) => at * 2 === half) ?? [];
    if (!traits) continue;
    const { timezone } = traits;
    if (timezone !== undefined) zone = isZone(timezone) ? timezone : 'Europe/Berlin';
    else if (JSON.stringify(traits['renews_at']) !== JSON.stringify(date))
      [date, since] = [traits['renews_at'] ?? null, now];
    look(now);
  }
  return [...begun].map(([key, due]) => JSON.stringify([JSON.parse(key), due])).sort();
}

describe('journeys that begin by a date', () => {
  it('begin once for each date that comes, however it is moved, whatever the zone, and through outages', () => {
    fc.assert(
      fc.property(life, (of) => {
        expect(lived(of)).toEqual(expected(of));
      }),
      propertyRuns(60),
    );
  });
});
