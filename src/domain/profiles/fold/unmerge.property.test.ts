import fc from 'fast-check';
import { manualRule } from '../../audiences/manual-audience';
import type { Rule } from '../../audiences/rule.schema';
import { contactEvent } from '../../events/contact';
import type { Event } from '../../events/event';
import { anEvent, anIdentify, aRuleset, hour, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Merge } from '../change-set';
import type { Profile } from '../profile';
import type { Ruleset } from '../ruleset';

const rules: Record<string, Rule> = {
  viewers: { event: 'Viewed', within: '3d' },
  parents: { group: 'household', members: { trait: 'plan', is: 'equals', value: 'gold' }, role: 'parent' },
  spenders: { event: 'Ordered', sum: { property: 'revenue', is: 'greater_than', value: 100 }, within: '5d' },
  gold: { trait: 'plan', is: 'equals', value: 'gold' },
  picked: manualRule('picked', 1),
  others: { not: { audience: 'picked' } },
  willing: { consent: 'marketing', is: 'granted' },
  tired: { contacted: {}, count: { is: 'at_least', value: 2 }, within: '3d' },
};
const purposes = new Map([['marketing', { whenUnset: 'deny' as const, transactional: false }]]);
const rulesets = {
  'the newest statement': aRuleset({ audiences: rules, purposes }),
  'rules of its own': aRuleset({
    ...{ audiences: rules, purposes },
    identity: { traits: { plan: 'first', city: 'union', score: 'sum' } },
  }),
};

/** Each with an instant of its own: of two statements at one instant, arrival decides. */
const happened = fc.record({
  kind: fc.constantFrom(
    'Viewed',
    'Ordered',
    'identify',
    'consent',
    'group',
    'listing',
    'message',
    'increment',
    'exposure',
  ),
  name: fc.constantFrom('plan', 'city', 'score'),
  value: fc.constantFrom('gold', 'free', 7, null),
  status: fc.constantFrom('granted', 'denied'),
  revenue: fc.integer({ min: 0, max: 90 }),
  isOn: fc.boolean(),
  call: fc.record({ groupRole: fc.constantFrom('parent', 'child'), groupLeft: fc.boolean() }, { requiredKeys: [] }),
});
type Happened = typeof happened extends fc.Arbitrary<infer One> ? One : never;

let messages = 0;

function toEvent(what: Happened, by: Record<string, string>, at: number): Event {
  const of = { by, occurredAt: at, receivedAt: at };
  if (what.kind === 'message') {
    const [identifier] = identifiers(by);
    const contact = { idempotencyKey: `enr_${(messages += 1)}`, destination: 'mails', journey: 'j', step: 's' };
    return contactEvent({ ...contact, status: 'delivered' }, identifier!, at);
  }
  if (what.kind === 'identify') return anIdentify({ [what.name]: what.value }, of);
  if (what.kind === 'increment') return anIdentify({}, { ...of, increments: { score: what.revenue } });
  if (what.kind === 'consent')
    return anEvent({ ...of, name: 'Asked', context: { consent: { records: { marketing: { status: what.status } } } } });
  const listing = { list: 'picked@1', isOn: what.isOn, at };
  if (what.kind === 'listing') return anEvent({ ...of, name: 'Picked', listing });
  const group = { kind: 'group', name: 'group', properties: { groupId: `home of the ${what.value}` } } as const;
  if (what.kind === 'group') return anEvent({ ...of, ...group, context: { groupType: 'household', ...what.call } });
  return anEvent({ ...of, name: what.kind, properties: { revenue: what.revenue } });
}

/** What makes a person what they are; numbers that only count writes are left out. */
function facts({
  traits,
  consent,
  identifiers: known,
  lineage,
  memberships,
  createdAt,
  restrictedAt,
  groups,
  lists,
}: Profile) {
  return {
    groups: (groups ?? []).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    ...{ traits, consent, lineage: [...lineage].sort(), createdAt, restrictedAt, lists },
    identifiers: [...known].sort((a, b) => (a.value < b.value ? -1 : 1)),
    audiences: Object.keys(memberships).sort(),
  };
}

const personOf = (world: FoldedWorld, value: string): Profile =>
  world.living().find(({ identifiers: known }) => known.some((one) => one.value === value)) as Profile;

const people = [{ user_id: 'u1' }, { anonymous_id: 'a1' }, { anonymous_id: 'a2' }] as const;
const life = fc.array(fc.record({ who: fc.nat({ max: 2 }), what: happened, late: fc.nat({ max: 4 * 24 }) }), {
  maxLength: 8,
});
type Life = typeof life extends fc.Arbitrary<infer One> ? One : never;

/** Two worlds that see the same, in one of which some things are not tied. */
class Lived {
  now = noon;
  readonly world: FoldedWorld;

  constructor(ruleset: Ruleset) {
    this.world = new FoldedWorld(ruleset);
  }

  meet(): void {
    for (const by of people) this.#apply(anEvent({ by, ...this.#next() }));
  }

  live(events: Life): void {
    for (const { who, what, late } of events) {
      const { receivedAt } = this.#next();
      // Half an hour beside every other: no two things happen at one instant.
      const at = receivedAt - late * hour;
      this.#apply({ ...toEvent(what, people[who] as Record<string, string>, at), receivedAt });
    }
  }

  /** The event happens in any case; it names the browser only where the two are to be tied. */
  tie(who: number, isTied: boolean): void {
    const by = isTied ? { ...people[0], ...people[who] } : people[0];
    this.#apply(anEvent({ by, name: 'Tied', ...this.#next() }));
  }

  unmerge(who: number): void {
    const value = Object.values(people[who] as object)[0] as string;
    const merge = this.world.merges.find(({ absorbedProfile }) => absorbedProfile.identifiers[0]?.value === value);
    this.world.unmerge((merge as Merge).absorbed, this.now);
  }

  outcome(): object[] {
    this.world.tick(this.now);
    this.world.settle(this.now);
    return people.map((by) => facts(personOf(this.world, Object.values(by)[0] as string)));
  }

  /** Of how many people each group says that it is. */
  members(): object {
    return Object.fromEntries([...this.world.groups].map(([name, { memberCount }]) => [name, memberCount]));
  }

  #apply(event: Event): void {
    this.world.apply([{ ...event, messageId: `m-${this.now}` }], this.now);
  }

  #next(): { occurredAt: number; receivedAt: number } {
    this.now += hour + 61_003;
    return { occurredAt: this.now, receivedAt: this.now };
  }
}

describe.each(Object.entries(rulesets))('taking a merge back where of a trait counts %s', (_, ruleset) => {
  it('is as if it had never been, whatever each did before and since and whoever else was merged', () => {
    fc.assert(
      fc.property(
        life,
        life,
        life,
        fc.constantFrom([1, 2], [2, 1]),
        fc.boolean(),
        (first, second, third, ties, both) => {
          const [merged, apart] = [new Lived(ruleset), new Lived(ruleset)];
          for (const lived of [merged, apart]) {
            const isTied = lived === merged;
            lived.meet();
            lived.live(first);
            lived.tie(ties[0], isTied);
            lived.live(second);
            lived.tie(ties[1], isTied || !both);
            lived.live(third);
          }
          merged.unmerge(ties[0]);
          if (both) merged.unmerge(ties[1]);
          expect(merged.outcome()).toEqual(apart.outcome());
          expect(merged.members()).toEqual(apart.members());
        },
      ),
      { numRuns: 150 },
    );
  });
});
