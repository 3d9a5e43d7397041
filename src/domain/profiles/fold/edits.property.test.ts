import fc from 'fast-check';
import { compileAudiences } from '../../audiences/evaluate-memberships';
import { historyView } from '../../audiences/history-view';
import { preparedAudiences } from '../../audiences/prepared';
import type { Rule } from '../../audiences/rule.schema';
import { toRuleEvent } from '../../events/event';
import { anEvent, aRuleset, day, hour, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { propertyRuns } from '../../../testing/property-runs';
import { servedMemberships } from '../served-memberships';
import type { Profile } from '../profile';
import { buildRuleset, compiled, type Ruleset } from '../ruleset';

const ordered = (value: number): Rule => ({ event: 'Ordered', count: { is: 'at_least', value }, within: '2d' });
/** What each audience may say, each after those it refers to; the first is what it says in the beginning. */
const sayings: Readonly<Record<string, readonly Rule[]>> = {
  buyers: [
    ordered(1),
    ordered(2),
    { event: 'Ordered', last: { is: 'older_than', value: '1d' } },
    { event: 'Ordered', sum: { property: 'revenue', is: 'greater_than', value: 50 }, within: '3d' },
  ],
  viewers: [
    { event: 'Viewed', within: '1d' },
    { event: 'Viewed', within: '3d' },
    {
      sequence: [{ event: 'Viewed' }, { event: 'Ordered', absent: true }],
      within: '12h',
      startedWithin: '4d',
      settled: true,
    },
  ],
  either: [
    { any: [{ audience: 'buyers' }, { audience: 'viewers' }] },
    { all: [{ audience: 'buyers' }, { not: { audience: 'viewers' } }] },
    { event: 'Other', within: '5d' },
  ],
  others: [{ not: { audience: 'either' } }],
};
const keys = Object.keys(sayings);

const people = [
  { user_id: 'u1' },
  { anonymous_id: 'a1' },
  { user_id: 'u1', anonymous_id: 'a1' },
  { user_id: 'u2' },
  { anonymous_id: 'a2' },
  { user_id: 'u2', anonymous_id: 'a2' },
];
const happen = fc.record({
  do: fc.constant('happen' as const),
  by: fc.constantFrom(...people),
  name: fc.constantFrom('Viewed', 'Ordered', 'Other'),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 * day })),
  revenue: fc.integer({ min: 0, max: 60 }),
});
const step = fc.oneof(
  { weight: 6, arbitrary: happen },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 * hour }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      key: fc.constantFrom('buyers', 'viewers', 'either'),
      saying: fc.nat({ max: 3 }),
    }),
  },
  fc.record({ do: fc.constant('cancel' as const), key: fc.constantFrom('buyers', 'viewers', 'either') }),
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), most: fc.integer({ min: 1, max: 4 }) }) },
  fc.record({ do: fc.constant('unmerge' as const), which: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant('erase' as const), value: fc.constantFrom('a1', 'a2') }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** A world in which rules are edited, as the API saves them and the back-fill prepares them, has them serve, and writes what follows. */
class Edited {
  now = noon;
  readonly world: FoldedWorld;
  readonly serving = new Map(keys.map((key) => [key, sayings[key]?.[0] as Rule]));
  readonly next = new Map<string, Rule>();
  /** Of whom the definition in force moves in which audience, unless they have been moved. */
  readonly foreseen = new Set<string>();
  #switchedFrom: number | undefined;
  readonly #since = new Map(keys.map((key) => [key, 1]));
  #messages = 0;

  constructor() {
    this.world = new FoldedWorld(this.#ruleset(1));
  }

  take(step: Step): void {
    if (step.do === 'wait') this.#wait(step.ms);
    if (step.do === 'happen') this.#happen(step);
    if (step.do === 'edit') this.#edit(step.key, sayings[step.key]?.[step.saying]);
    if (step.do === 'cancel') this.#edit(step.key, this.serving.get(step.key));
    if (step.do === 'pass') this.#pass(step.most);
    if (step.do === 'unmerge') this.#unmerge(step.which);
    if (step.do === 'erase') this.world.erase({ type: 'anonymous_id', value: step.value }, this.now);
  }

  /** Has the back-fill finish whatever it is at. */
  finish(): void {
    while (this.#pass(10));
  }

  /** Membership by brute force, audience after audience, from the stored events alone. */
  expected(profile: Profile, rules: ReadonlyMap<string, Rule> = this.serving): string[] {
    const history = this.world.historyOf(profile).map(toRuleEvent);
    const memberships: Profile['memberships'] = {};
    for (const [key, rule] of rules) {
      const view = historyView({ ...profile, memberships }, history);
      if (compiled(rule).evaluate(view, this.now).matches)
        Object.assign(memberships, { [key]: { enteredAt: this.now, version: 1 } });
    }
    return Object.keys(memberships).sort();
  }

  /** As readers see it. */
  served(profile: Profile): string[] {
    return Object.keys(servedMemberships(profile, this.#switchedFrom)).sort();
  }

  #wait(ms: number): void {
    this.now += ms;
    const due = this.world.living().filter(({ nextCheckAt = Infinity }) => nextCheckAt <= this.now);
    if (due.length > 0)
      this.world.tick(
        this.now,
        due.map(({ id }) => id),
      );
  }

  #happen({ by, name, late, revenue }: Extract<Step, { do: 'happen' }>): void {
    this.#messages += 1;
    const at = { occurredAt: this.now - late, receivedAt: this.now, messageId: `m-${this.#messages}` };
    const event = anEvent({ name, identifiers: identifiers(by), properties: { revenue } });
    this.world.apply([{ ...event, ...at }], this.now);
  }

  #edit(key: string, rule: Rule | undefined): void {
    if (!rule || (this.next.get(key) ?? this.serving.get(key)) === rule) return;
    if (rule === this.serving.get(key)) this.next.delete(key);
    else this.next.set(key, rule);
    this.world.ruleset = this.#ruleset(this.world.ruleset.version + 1);
  }

  /** One transaction of the back-fill. Answers false when nothing is left to do. */
  #pass(most: number): boolean {
    const { version } = this.world.ruleset;
    const needed = this.#switchedFrom === version - 1 ? version - 1 : version;
    const left = this.world
      .living()
      .filter(
        ({ rulesetVersion, prepared }) =>
          rulesetVersion < needed || (prepared !== undefined && rulesetVersion < version),
      );
    if (left.length > 0) {
      this.world.tick(
        this.now,
        left.slice(0, most).map(({ id }) => id),
      );
      return true;
    }
    if (this.next.size === 0) return false;
    this.#switch(version);
    return true;
  }

  #switch(from: number): void {
    const after = new Map([...this.serving, ...this.next]);
    this.foreseen.clear();
    for (const profile of this.world.living()) {
      const [before, then] = [this.expected(profile), this.expected(profile, after)];
      for (const key of keys)
        if (before.includes(key) !== then.includes(key)) this.foreseen.add(`${profile.id} ${key}`);
    }
    for (const [key, rule] of this.next) {
      this.serving.set(key, rule);
      this.#since.set(key, from + 1);
    }
    this.next.clear();
    this.#switchedFrom = from;
    this.world.ruleset = this.#ruleset(from + 1);
  }

  #unmerge(which: number): void {
    const undoable = this.world.merges.filter(
      ({ absorbed, survivor }) =>
        this.world.profiles.get(survivor)?.mergedInto === undefined &&
        this.world.profiles.get(absorbed)?.mergedInto !== undefined,
    );
    const merge = undoable[which % Math.max(1, undoable.length)];
    if (merge) this.world.unmerge(merge.absorbed, this.now);
  }

  #ruleset(version: number): Ruleset {
    const serving = [...this.serving].map(([key, rule]) => ({ key, rule }));
    return buildRuleset({
      ...aRuleset({ version }),
      audiences: compileAudiences(serving),
      prepared: preparedAudiences(serving.map((one) => ({ ...one, next: this.next.get(one.key) }))),
      audienceSince: this.#since,
      switchedFrom: this.#switchedFrom,
    });
  }
}

const { numRuns } = propertyRuns(40);
const life = fc.array(step, { minLength: 10, maxLength: 50, size: 'max' });

/** Audiences in which one profile moved without having been out, or in, before. */
function expectNoFlaps({ edges }: FoldedWorld): void {
  const inside = new Set<string>();
  for (const { profile, audience, edge } of edges) {
    const stay = `${profile} ${audience}`;
    expect([inside.has(stay), edge]).toEqual([edge === 'exited', edge]);
    if (edge === 'entered') inside.add(stay);
    else inside.delete(stay);
  }
}

describe('rules that are edited while people live on', () => {
  it('serve as they were until everybody has been evaluated, and then at once as they are', () => {
    fc.assert(
      fc.property(life, (steps) => {
        const edited = new Edited();
        for (const one of steps) {
          edited.take(one);
          // Late events and merges are evaluated as they come; time, by the clock.
          for (const profile of edited.world.living()) expect(edited.served(profile)).toEqual(edited.expected(profile));
        }
        edited.finish();
        for (const profile of edited.world.living()) {
          expect(Object.keys(profile.memberships).sort()).toEqual(edited.expected(profile));
          expect(profile.prepared).toBeUndefined();
        }
        expectNoFlaps(edited.world);
      }),
      { numRuns },
    );
  });

  it('move by their definition only whom the two versions do not agree on', () => {
    let moved = 0;
    fc.assert(
      fc.property(life, (steps) => {
        const edited = new Edited();
        for (const one of steps) {
          const { length } = edited.world.edges;
          edited.take(one);
          for (const { cause, profile, audience } of edited.world.edges.slice(length))
            if (cause === 'definition') {
              expect(edited.foreseen.has(`${profile} ${audience}`)).toBe(true);
              edited.foreseen.delete(`${profile} ${audience}`);
              moved += 1;
            }
        }
      }),
      { numRuns },
    );
    expect(moved).toBeGreaterThan(numRuns / 10 - 1);
  });
});
