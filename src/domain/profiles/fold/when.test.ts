import { anEvent, anIdentify, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Rule } from '../../audiences/rule.schema';
import type { Event } from '../../events/event';
import type { JourneyDefinition } from '../../journeys/journey.schema';
import { shownMemberships } from '../present';

const gold: Rule = { trait: 'tier', is: 'equals', value: 'gold' };
const lapsed: Rule = { event: 'Order', last: { is: 'older_than', value: '60d' } };
const end = {
  start: 'rest',
  steps: { rest: { type: 'wait', for: '80d', next: 'end' }, end: { type: 'exit' } },
} as const;
const journey = (of: Partial<JourneyDefinition>): JourneyDefinition => ({
  ...{ key: 'j', name: 'J', entry: { on: { event: 'Started' } }, ...end },
  ...of,
});
const world = (definition: JourneyDefinition, version = 1) =>
  new FoldedWorld(aRuleset({ journeys: [definition], version }));
const at = (time: number, of: Partial<Event> = {}): Event => anEvent({ occurredAt: time, receivedAt: time, ...of });
const says = (tier: string, time: number): Event => anIdentify({ tier }, { occurredAt: time, receivedAt: time });
const runs = (folded: FoldedWorld) => [...folded.enrollments.values()];

describe('a rule that is waited for', () => {
  it('begins a journey each time that it begins to hold', () => {
    const folded = world(
      journey({ entry: { on: { when: gold }, reentry: { again: 'always', whileInside: 'parallel' } } }),
    );
    folded.apply([says('basic', noon)], noon);
    expect(runs(folded)).toHaveLength(0);
    folded.apply([says('gold', noon + hour)], noon + hour);
    folded.apply([says('gold', noon + 2 * hour)], noon + 2 * hour);
    expect(runs(folded)).toMatchObject([{ entry: { name: 'a rule holds', at: noon + hour, properties: {} } }]);
    folded.apply([says('basic', noon + 3 * hour), says('gold', noon + 4 * hour)], noon + 4 * hour);
    expect(runs(folded)).toHaveLength(2);
  });

  it('begins it by time alone, at the instant at which it begins to hold', () => {
    const folded = world(journey({ entry: { on: { when: lapsed } } }));
    folded.apply([at(noon, { name: 'Order' })], noon);
    folded.tick(noon + 60 * day - 1);
    expect(runs(folded)).toHaveLength(0);
    const [profile] = folded.living();
    expect(profile?.nextCheckAt).toBe(noon + 60 * day);
    folded.tick(noon + 60 * day);
    expect(runs(folded)).toMatchObject([{ entry: { at: noon + 60 * day } }]);
  });

  it('begins nothing for those for whom it held when the journey was published', () => {
    const folded = new FoldedWorld(aRuleset({}));
    folded.apply([says('gold', noon)], noon);
    folded.ruleset = aRuleset({ journeys: [journey({ entry: { on: { when: gold } } })], version: 2 });
    folded.tick(noon + hour);
    expect(runs(folded)).toHaveLength(0);
  });

  it('ends a run and converts it when it begins to hold, and not because it held before', () => {
    const folded = world(
      journey({
        exits: [{ on: { when: gold }, reason: 'golden' }],
        goals: [{ key: 'golden', on: { when: gold }, within: '7d' }],
      }),
    );
    folded.apply([says('gold', noon), at(noon + 1, { name: 'Started' })], noon + 1);
    expect(runs(folded)).toMatchObject([{ status: 'starting', conversions: [] }]);
    folded.apply([says('basic', noon + hour), says('gold', noon + 2 * hour)], noon + 2 * hour);
    expect(runs(folded)).toMatchObject([
      { status: 'exited', reason: 'golden', conversions: [{ goal: 'golden', at: noon + 2 * hour }] },
    ]);
  });

  it('is an audience that nobody is told of, and one for however many triggers', () => {
    const folded = world(
      journey({ exits: [{ on: { when: gold } }, { on: { when: { value: 'gold', is: 'equals', trait: 'tier' } } }] }),
    );
    folded.apply([says('gold', noon)], noon);
    const [profile] = folded.living();
    expect(Object.keys(profile?.memberships ?? {})).toHaveLength(1);
    expect(shownMemberships(profile!)).toEqual([]);
  });
});
