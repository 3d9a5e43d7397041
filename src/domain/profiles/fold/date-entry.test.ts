import { anEvent, anIdentify, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { JourneyDefinition } from '../../journeys/journey.schema';
import type { JsonObject } from '../../json';
import { shownMemberships } from '../present';

const always = { again: 'always', whileInside: 'parallel', max: 20 } as const;
const renewal = (of: Partial<JourneyDefinition> = {}, offset?: string): JourneyDefinition => ({
  ...{ key: 'j', name: 'J', start: 'rest' },
  steps: { rest: { type: 'wait', for: '80d', next: 'end' }, end: { type: 'exit' } },
  entry: { on: { date: 'traits.renews_at', ...(offset !== undefined && { offset }) }, reentry: always },
  ...of,
});
const world = (...journeys: JourneyDefinition[]) => new FoldedWorld(aRuleset({ journeys }));
const iso = (at: number) => new Date(at).toISOString();
const says = (traits: JsonObject, at: number, of = {}) => anIdentify(traits, { occurredAt: at, receivedAt: at, ...of });
const began = (folded: FoldedWorld) => [...folded.enrollments.values()].map(({ entry }) => entry.at);

/** The clock comes when a profile named the time. */
function pass(folded: FoldedWorld, to: number): void {
  for (;;) {
    const next = Math.min(...folded.living().map(({ nextCheckAt = Infinity }) => nextCheckAt));
    if (next > to) return;
    folded.tick(next);
  }
}

describe('a journey that begins by a date', () => {
  it('begins so long before the date comes, and knows which date it was', () => {
    const folded = world(renewal({}, '-1d'));
    folded.apply([says({ renews_at: iso(noon + 3 * day) }, noon)], noon);
    pass(folded, noon + 2 * day - 1);
    expect(began(folded)).toEqual([]);
    pass(folded, noon + 2 * day);
    expect([...folded.enrollments.values()]).toMatchObject([
      { entry: { name: 'a date comes', at: noon + 2 * day, properties: { date: iso(noon + 3 * day) } } },
    ]);
    expect(shownMemberships(folded.living()[0]!)).toEqual([]);
  });

  it.each<[string, readonly [at: number, traits: JsonObject][], readonly number[]]>([
    ['nothing for a date that had come when it was said', [[0, { renews_at: iso(noon - day) }]], []],
    [
      'at the last of several dates to come',
      [
        [0, { renews_at: iso(noon + 2 * day) }],
        [1, { renews_at: iso(noon + 4 * day) }],
      ],
      [4 * day],
    ],
    [
      'once for a date that is said again',
      [
        [0, { renews_at: iso(noon + 2 * day) }],
        [1, { renews_at: iso(noon + 2 * day) }],
        [3, { renews_at: iso(noon + 2 * day) }],
      ],
      [2 * day],
    ],
    [
      'again for another date, after the one that came',
      [
        [0, { renews_at: iso(noon + 2 * day) }],
        [3, { renews_at: iso(noon + 9 * day) }],
      ],
      [2 * day, 9 * day],
    ],
    [
      'nothing for one past date in the place of another',
      [
        [0, { renews_at: iso(noon + 2 * day) }],
        [3, { renews_at: iso(noon + 1 * day) }],
      ],
      [2 * day],
    ],
    ['nothing for a day that does not exist', [[0, { renews_at: '2026-02-30' }]], []],
    ['on 29 February, where there is one', [[0, { renews_at: '2028-02-29' }]], [Date.UTC(2028, 1, 29) - noon]],
    ['nothing for what is no date', [[0, { renews_at: 'soon' }]], []],
    ['nothing for a list', [[0, { renews_at: [iso(noon + day)] }]], []],
    [
      'nothing for a date that was taken back',
      [
        [0, { renews_at: iso(noon + 2 * day) }],
        [1, { renews_at: null }],
      ],
      [],
    ],
    ['by epoch seconds', [[0, { renews_at: noon / 1_000 + 86_400 }]], [day]],
    [
      'at midnight where the person lives, of a date alone',
      [[0, { renews_at: '2026-06-10', timezone: 'America/New_York' }]],
      [Date.UTC(2026, 5, 10, 4) - noon],
    ],
    [
      'at midnight where they have moved',
      [
        [0, { renews_at: '2026-06-10', timezone: 'America/New_York' }],
        [1, { timezone: 'Asia/Tokyo' }],
      ],
      [Date.UTC(2026, 5, 9, 15) - noon],
    ],
  ])('begins %s', (_, said, expected) => {
    const folded = world(renewal());
    for (const [days, traits] of said) {
      const at = noon + days * day;
      pass(folded, at);
      folded.apply([says(traits, at)], at);
    }
    pass(folded, noon + 900 * day);
    expect(began(folded)).toEqual(expected.map((after) => noon + after));
  });

  it('begins one run by a date, though another zone has it come twice', () => {
    const folded = world(renewal());
    folded.apply([says({ renews_at: '2026-06-10', timezone: 'Asia/Tokyo' }, noon)], noon);
    const came = Date.UTC(2026, 5, 9, 15);
    pass(folded, came + hour);
    folded.apply([says({ timezone: 'America/New_York' }, came + hour)], came + hour);
    pass(folded, came + 3 * day);
    expect(began(folded)).toEqual([came]);
  });

  it('lives in the zone of the journey whose people say none, and goes by the calendar across a change of the clock', () => {
    const folded = world(renewal({ zone: 'Europe/Berlin' }, '-1d'));
    // The clock goes forward on 29 March 2026: noon of the day before is 25 hours before noon there.
    folded.apply([says({ renews_at: '2026-03-29T12:00:00+02:00' }, Date.UTC(2026, 2, 1))], Date.UTC(2026, 2, 1));
    pass(folded, Date.UTC(2026, 3, 1));
    expect(began(folded)).toEqual([Date.UTC(2026, 2, 28, 11)]);
  });

  it('begins late for a date that came while nobody looked, but not when that is too long ago', () => {
    const due = noon + day;
    const after = (hours: number) => {
      const folded = world(renewal({ entry: { on: { date: 'traits.renews_at' }, maxEventAge: '48h' } }));
      folded.apply([says({ renews_at: iso(due) }, noon)], noon);
      folded.tick(due + hours * hour);
      return began(folded);
    };
    expect([after(1), after(48), after(49)]).toEqual([[due], [due], []]);
  });

  it('goes by when a date was said, and not by when that was applied', () => {
    const folded = world(renewal());
    folded.apply([says({ renews_at: iso(noon) }, noon - day)], noon - day);
    pass(folded, noon);
    // Said at one o'clock for two, moved at a quarter past to three; nobody looked until four.
    const [one, late] = [noon + hour, noon + 4 * hour];
    folded.apply(
      [says({ renews_at: iso(one + hour) }, one), says({ renews_at: iso(one + 2 * hour) }, one + hour / 4)],
      late,
    );
    pass(folded, late);
    expect(began(folded)).toEqual([noon, one + 2 * hour]);
  });

  it('begins nothing by its publication, but for a date that has come since', () => {
    const folded = new FoldedWorld(aRuleset({}));
    folded.apply([says({ renews_at: iso(noon + hour) }, noon)], noon);
    folded.apply([says({ renews_at: iso(noon + 3 * hour) }, noon, { by: { user_id: 'u2' } })], noon);
    folded.ruleset = aRuleset({ journeys: [renewal()], version: 2, ofJourneys: { publishedAt: noon + 2 * hour } });
    folded.tick(noon + 4 * hour);
    expect(began(folded)).toEqual([noon + 3 * hour]);
  });

  it('has one run for each value of its key, which the date may be', () => {
    const folded = world(
      renewal({ entry: { on: { date: 'traits.renews_at' }, key: 'properties.date', reentry: { again: 'never' } } }),
    );
    folded.apply([says({ renews_at: '2026-06-10' }, noon)], noon);
    pass(folded, Date.UTC(2026, 5, 11));
    folded.apply([says({ renews_at: '2026-07-10' }, Date.UTC(2026, 5, 11))], Date.UTC(2026, 5, 11));
    pass(folded, Date.UTC(2026, 6, 11));
    expect([...folded.enrollments.values()].map(({ entryKey }) => entryKey)).toEqual(['2026-06-10', '2026-07-10']);
  });

  it('is not begun by events, nor does a merge have a date come', () => {
    const folded = world(renewal());
    folded.apply([says({ renews_at: iso(noon + hour) }, noon, { by: { anonymous_id: 'a1' } })], noon);
    pass(folded, noon + hour);
    folded.apply([anEvent({ by: { user_id: 'u1' }, occurredAt: noon + 2 * hour })], noon + 2 * hour);
    folded.apply(
      [anEvent({ by: { user_id: 'u1', anonymous_id: 'a1' }, occurredAt: noon + 3 * hour })],
      noon + 3 * hour,
    );
    pass(folded, noon + day);
    expect(began(folded)).toEqual([noon + hour]);
  });
});
