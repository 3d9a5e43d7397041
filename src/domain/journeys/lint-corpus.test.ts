import { noon } from '../../testing/builders';
import { examplesIn } from '../../testing/examples';
import type { Rule } from '../audiences/rule.schema';
import type { Json, JsonObject } from '../json';
import { JourneyDefinition } from './journey.schema';
import { lintJourney } from './lint-journey';
import type { LintContext } from './lint-triggers';

/** Journeys that there is nothing to say of: those of the examples, and some that use what these do not. */
const examples = ['journeys', 'demo/journeys'].flatMap((folder) => examplesIn(folder).map(([, one]) => one));
const shop = {
  name: 'Shop',
  purpose: 'marketing',
  entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id', if: { trait: 'tier', is: 'set' } },
  exits: [{ on: { event: 'Order Completed', match: { 'properties.cart_id': 'entry.properties.cart_id' } } }],
  goals: [{ key: 'order', on: { event: 'Order Completed' }, within: '7d' }],
} satisfies JsonObject;
const mail = { type: 'send', destination: 'crm', mapping: { tier: { from: 'traits.tier' } } };
const hero = {
  type: 'personalise',
  slot: 'hero',
  content: { text: 'Still yours', cart: { from: 'entry.properties.cart_id', default: 'cart' } },
  for: '2d',
} satisfies JsonObject;
const written: JsonObject[] = [
  {
    ...{ ...shop, key: 'by-tier', start: 'which' },
    steps: {
      which: {
        type: 'branch',
        cases: [
          { if: { trait: 'tier', is: 'equals', value: 'gold' }, next: 'mail' },
          {
            if: {
              all: [
                { trait: 'tier', is: 'set' },
                { event: 'Product Viewed', within: '7d' },
              ],
            },
            next: 'rest',
          },
          {
            if: { event: 'Product Viewed', count: { is: 'at_least', value: { from: 'entry.properties.n' } } },
            next: 'rest',
          },
          { if: { path: 'entry.properties.total', is: 'between', value: [10, 100] }, next: 'mail' },
        ],
        else: 'bye',
      },
      rest: { type: 'wait', for: '2d', next: 'mail' },
      mail,
      bye: { type: 'exit' },
    },
  },
  {
    ...{ ...shop, key: 'round', start: 'listen', lifetime: '30d' },
    steps: {
      listen: {
        type: 'wait-for',
        timeout: '1d',
        first: [
          { on: { event: 'Product Viewed', where: [{ property: 'price', is: 'at_least', value: 10 }] }, next: 'mail' },
          { on: { audience: 'vip', edge: 'entered' }, next: 'bye' },
        ],
        onTimeout: 'mail',
      },
      mail: { ...mail, next: 'listen' },
      bye: { type: 'exit', reason: 'vip' },
    },
  },
  {
    ...{ ...shop, key: 'tried', start: 'try' },
    steps: {
      try: {
        type: 'split',
        experiment: 'hero',
        goal: 'order',
        variants: [
          { key: 'a', weight: 30, next: 'mail' },
          { key: 'b', weight: 70, next: 'note' },
        ],
      },
      mail,
      note: { type: 'update', set: { tried: true }, next: 'bye' },
      bye: { type: 'exit' },
    },
  },
  {
    ...{ key: 'members', name: 'Members', purpose: 'marketing', entry: { on: { audience: 'vip', edge: 'entered' } } },
    ...{ exits: [{ on: { audience: 'vip', edge: 'exited' } }], start: 'rest' },
    steps: { rest: { type: 'wait', until: { time: '09:00', days: ['mon', 'fri'] }, next: 'mail' }, mail },
  },
  {
    ...{ ...shop, key: 'shown', start: 'hero' },
    steps: {
      hero: { ...hero, next: 'rest' },
      rest: { ...hero, for: 'session', priority: 60 },
    },
  },
];
const renewal = {
  ...{ key: 'renewal', name: 'Renewal', purpose: 'marketing', start: 'mail', steps: { mail } },
  entry: { on: { date: 'traits.renews_at', offset: '-7d' }, key: 'properties.date', reentry: { again: 'always' } },
} satisfies JsonObject;
const weekly = {
  ...{ key: 'weekly', name: 'Weekly', purpose: 'marketing', start: 'mail', steps: { mail } },
  entry: { on: { schedule: '0 9 * * mon', zone: 'Europe/Berlin', audience: 'vip' }, reentry: { again: 'always' } },
} satisfies JsonObject;
const good = [...examples, ...written, renewal, weekly].map((one) => JourneyDefinition.parse(one));

const rules: Readonly<Record<string, Rule>> = { vip: { trait: 'tier', is: 'equals', value: 'gold' } };
const namesIn = (node: Json, key: string): string[] => {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return (node as Json[]).flatMap((item) => namesIn(item, key));
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : namesIn(value, key),
  );
};
const all = (key: string): Set<string> =>
  new Set(good.flatMap((one) => namesIn(JSON.parse(JSON.stringify(one)) as Json, key)));
const context: LintContext = {
  ...{ destinations: all('destination'), audiences: new Set([...all('audience'), 'vip']) },
  journeys: new Set(good.map(({ key }) => key)),
  purposes: all('purpose'),
  hasHouseholds: false,
  meaning: { now: noon, ruleOf: (key) => rules[key] },
  seen: {
    events: all('event'),
    traits: new Set([...all('trait'), 'renews_at'].map((path) => path.split('.')[0] ?? path)),
  },
  eventsKeptMs: 400 * 86_400_000,
};
const found = (definition: JourneyDefinition, more: LintContext = {}): string[] =>
  lintJourney(definition, { ...context, ...more }).map(({ code }) => code);

type Bad = (of: JsonObject) => JsonObject | undefined;
/** A step before the first. */
const before =
  (step: (start: string) => JsonObject): Bad =>
  (of) => ({
    ...of,
    start: 'sown',
    steps: { ...(of['steps'] as JsonObject), sown: step(of['start'] as string) },
  });
const branchOn = (...asked: Rule[]): Bad =>
  before((start) => ({
    type: 'branch',
    cases: asked.map((rule) => ({ if: rule, next: start })) as unknown as Json,
    else: start,
  }));
const tier = (value: string): Rule => ({ trait: 'tier', is: 'equals', value });
const often = (is: 'at_least' | 'at_most', value: number, within: string): Rule => ({
  ...{ event: 'Product Viewed', count: { is, value }, within },
});
const cannot = [
  { property: 'price', is: 'greater_than', value: 10 },
  { property: 'price', is: 'less_than', value: 5 },
];
const entry = (of: JsonObject): JsonObject => of['entry'] as JsonObject;
const list = (of: JsonObject, name: string): Json[] => (of[name] as Json[] | undefined) ?? [];
const bySchedule = (of: JsonObject) => ({
  on: { schedule: '0 9 * * mon', zone: 'UTC', audience: 'vip', ...of },
  reentry: { again: 'always' },
});
const byDate = { date: 'traits.renews_at' };
const isByEvent = (of: JsonObject): boolean => Object.hasOwn(entry(of)['on'] as JsonObject, 'event');

/** What is sown, and what is to be found: mistakes that people make. */
const seeds: readonly [code: string, what: string, sow: Bad][] = [
  ['dangling_step', 'a step that leads nowhere', before(() => ({ type: 'wait', for: '1h', next: 'nowhere' }))],
  ['dangling_step', 'a start that is not there', (of) => ({ ...of, start: 'nowhere' })],
  [
    'unreachable_step',
    'a step that nothing leads to',
    (of) => ({ ...of, steps: { ...(of['steps'] as JsonObject), sown: { type: 'exit' } } }),
  ],
  [
    'loop_without_wait',
    'a loop without a wait',
    before(() => ({ type: 'branch', cases: [{ if: tier('gold') as Json, next: 'sown' }], else: 'sown' })),
  ],
  [
    'repeat_never',
    'a time-out that begins anew with an entry which does not repeat',
    (of) => ({
      ...before((start) => ({
        ...{ type: 'wait-for', first: [{ on: { event: 'Product Viewed' }, next: start }] },
        ...{ timeout: '1h', onRepeat: 'reset', onTimeout: start },
      }))(of),
      entry: { on: { api: true } },
    }),
  ],
  ['case_never', 'one trait that has two values', branchOn({ all: [tier('gold'), tier('iron')] })],
  [
    'case_never',
    'a range with nothing in it',
    branchOn({
      all: [
        { trait: 'ltv', is: 'at_least', value: 9 },
        { trait: 'ltv', is: 'less_than', value: 9 },
      ],
    }),
  ],
  [
    'case_never',
    'more in a week than in a month',
    branchOn({ all: [often('at_least', 3, '7d'), often('at_most', 1, '30d')] }),
  ],
  [
    'case_never',
    'events and none',
    branchOn({ all: [{ event: 'Product Viewed', within: '7d' }, often('at_most', 0, '30d')] }),
  ],
  [
    'case_never',
    'a date that is recent and long ago',
    branchOn({
      all: [
        { trait: 'seen', is: 'within_last', value: '7d' },
        { trait: 'seen', is: 'older_than', value: '8d' },
      ],
    }),
  ],
  ['case_never', 'members of an audience that excludes them', branchOn({ all: [{ audience: 'vip' }, tier('iron')] })],
  [
    'case_never',
    'consent that is given and not',
    branchOn({
      all: [
        { consent: 'ads', is: 'granted' },
        { consent: 'ads', is: 'unset' },
      ],
    }),
  ],
  [
    'case_never',
    'an identifier that is there and not',
    branchOn({ all: [{ identifier: 'email', is: 'set' }, { not: { identifier: 'email', is: 'set' } }] }),
  ],
  [
    'case_never',
    'what the entry has and has not',
    branchOn({
      all: [
        { path: 'entry.properties.a', is: 'equals', value: 1 },
        { path: 'entry.properties.a', is: 'not_set' },
      ],
    }),
  ],
  ['case_always', 'a case for everybody', branchOn({ any: [tier('gold'), { not: tier('gold') }] })],
  ['case_always', 'a count from nothing', branchOn(often('at_least', 0, '7d'))],
  [
    'case_shadowed',
    'a case within the one before',
    branchOn({ trait: 'ltv', is: 'at_least', value: 5 }, { trait: 'ltv', is: 'at_least', value: 10 }),
  ],
  ['else_never', 'two cases that leave nobody', branchOn(tier('gold'), { not: tier('gold') })],
  [
    'exit_never',
    'an exit that cannot fire',
    (of) => ({ ...of, exits: [...list(of, 'exits'), { on: { event: 'Product Viewed', where: cannot } }] }),
  ],
  [
    'goal_never',
    'a goal that nobody reaches',
    (of) => ({
      ...of,
      goals: [...list(of, 'goals'), { key: 'sown', on: { event: 'Product Viewed', where: cannot }, within: '1d' }],
    }),
  ],
  [
    'entry_never',
    'an entry that nobody passes',
    (of) => ({ ...of, entry: { ...entry(of), if: { all: [tier('gold'), tier('iron')] } as Json } }),
  ],
  [
    'entry_never',
    'an entry on an event that cannot be',
    (of) =>
      isByEvent(of) ? { ...of, entry: { ...entry(of), on: { event: 'Product Viewed', where: cannot } } } : undefined,
  ],
  [
    'entry_never',
    'a key of an edge',
    (of) => ({ ...of, entry: { on: { audience: 'vip', edge: 'entered' }, key: 'properties.id' } }),
  ],
  ['entry_never', 'a key that a date has not', (of) => ({ ...of, entry: { on: byDate, key: 'properties.id' } })],
  [
    'once_never',
    'a household that is spoken to once for no time',
    (of) => {
      const sends = before((start) => ({ type: 'send', destination: 'crm', once: 'household', next: start }))(of);
      return { ...sends, entry: { ...entry(of), reentry: { again: 'always' } } };
    },
  ],
  [
    'once_without_households',
    'a household that is spoken to once where there is none',
    before((start) => ({
      ...{ type: 'send', destination: 'crm', next: start },
      once: { per: 'household', within: '7d' },
    })),
  ],
  ['schedule_never', 'a day that is in no year', (of) => ({ ...of, entry: bySchedule({ schedule: '0 9 30 2 *' }) })],
  [
    'schedule_once',
    'a schedule that brings each person in once',
    (of) => ({ ...of, entry: { on: bySchedule({}).on } }),
  ],
  ['unknown_audience', 'a schedule of nobody', (of) => ({ ...of, entry: bySchedule({ audience: 'vipp' }) })],
  ['date_no_trait', 'a date of the event', (of) => ({ ...of, entry: { on: { date: 'event.properties.due' } } })],
  ['trait_never_seen', 'a date that nobody has', (of) => ({ ...of, entry: { on: { date: 'traits.renew_at' } } })],
  [
    'rule_always',
    'an entry that asks for nothing',
    (of) => ({ ...of, entry: { ...entry(of), if: { any: [tier('gold'), { not: tier('gold') }] } as Json } }),
  ],
  [
    'wait_never',
    'a wait for what cannot be',
    before((start) => ({
      type: 'wait-for',
      timeout: '1h',
      onTimeout: start,
      first: [{ on: { event: 'Product Viewed', where: cannot }, next: start }],
    })),
  ],
  [
    'wait_for_any_event',
    'a wait for just anything',
    before((start) => ({
      type: 'wait-for',
      timeout: '1h',
      onTimeout: start,
      first: [{ on: { event: '*' }, next: start }],
    })),
  ],
  [
    'trigger_never',
    'a match with what is no path of a run',
    (of) => ({ ...of, exits: [{ on: { event: 'Product Viewed', match: { 'properties.a': 'traits.a' } } }] }),
  ],
  [
    'wait_beyond_lifetime',
    'a wait beyond the lifetime',
    (of) => ({ ...before((start) => ({ type: 'wait', for: '40d', next: start }))(of), lifetime: '30d' }),
  ],
  [
    'wait_beyond_retention',
    'a wait beyond what is kept',
    (of) => ({ ...before((start) => ({ type: 'wait', for: '401d', next: start }))(of), lifetime: '900d' }),
  ],
  [
    'missing_purpose',
    'a send without a purpose',
    (of) => {
      const { purpose, ...rest } = before((start) => ({ type: 'send', destination: 'crm', next: start }))(of) ?? {};
      return purpose === undefined ? undefined : rest;
    },
  ],
  [
    'unknown_purpose',
    'a purpose that is not defined',
    (of) => ({ ...before((start) => ({ type: 'send', destination: 'crm', next: start }))(of), purpose: 'markting' }),
  ],
  [
    'unknown_destination',
    'a destination that is not there',
    before((start) => ({ type: 'send', destination: 'crmm', next: start })),
  ],
  [
    'unknown_audience',
    'an audience that is not there',
    (of) => ({ ...of, exits: [{ on: { audience: 'vipp', edge: 'entered' } }] }),
  ],
  ['unknown_audience', 'a rule on an audience that is not there', branchOn({ audience: 'vipp' })],
  [
    'trait_never_seen',
    'an exit by a trait that nobody has',
    (of) => ({ ...of, exits: [{ on: { when: { trait: 'teir', is: 'set' } } }] }),
  ],
  ['trait_never_seen', 'a trait that nobody has', branchOn({ trait: 'teir', is: 'equals', value: 'gold' })],
  [
    'event_never_received',
    'an event that never came',
    (of) => ({ ...of, exits: [{ on: { event: 'Order Complete' } }] }),
  ],
  ['event_never_received', 'a rule on an event that never came', branchOn({ event: 'Product Veiwed' })],
  [
    'event_never_received',
    'an entry on an event that never came',
    (of) => (isByEvent(of) ? { ...of, entry: { ...entry(of), on: { event: 'Cart Strated' } } } : undefined),
  ],
  [
    'content_not_for_pages',
    'content of the person',
    before((start) => ({ ...hero, content: { hi: [{ from: 'traits.tier' }] }, next: start })),
  ],
  [
    'content_never',
    'content of a step that is not there',
    before((start) => ({ ...hero, content: { text: { from: 'steps.nowhere.event.name' } }, next: start })),
  ],
  [
    'content_personal',
    'content that looks personal',
    (of) =>
      isByEvent(of)
        ? before((start) => ({ ...hero, content: { to: { from: 'entry.properties.email' } }, next: start }))(of)
        : undefined,
  ],
  [
    'weights_not_100',
    'variants that do not add up',
    before((start) => ({
      type: 'split',
      experiment: 'sown',
      variants: [
        { key: 'a', weight: 50, next: start },
        { key: 'b', weight: 40, next: start },
      ],
    })),
  ],
  [
    'unknown_goal',
    'a split by no goal of the journey',
    before((start) => ({
      type: 'split',
      experiment: 'sown',
      goal: 'nothing',
      variants: [
        { key: 'a', weight: 50, next: start },
        { key: 'b', weight: 50, next: start },
      ],
    })),
  ],
];

describe('a corpus of journeys', () => {
  it.each(good.map((one) => [one.key, one] as const))('has nothing to say of a good one: %s', (_, definition) => {
    expect(found(definition)).toEqual([]);
  });

  it.each(seeds)('finds %s, wherever it is sown: %s', (code, _, sow) => {
    const sown = good.flatMap((definition) => {
      const bad = sow(JSON.parse(JSON.stringify(definition)) as JsonObject);
      return bad ? [JourneyDefinition.parse(bad)] : [];
    });
    expect(sown.length).toBeGreaterThan(1);
    const missed = sown.filter((definition) => !found(definition).includes(code)).map(({ key }) => key);
    expect(missed).toEqual([]);
  });

  it('says of each where it is and what to do', () => {
    for (const [, , sow] of seeds) {
      const bad = sow(JSON.parse(JSON.stringify(good[0])) as JsonObject);
      for (const one of bad ? lintJourney(JourneyDefinition.parse(bad), context) : []) {
        expect(one.path).toMatch(/^\//);
        expect(one.message).toMatch(/\.$/);
        expect(one.suggestion).toMatch(/\.$/);
      }
    }
  });

  it('finds content of two journeys in one slot of which neither goes before the other', () => {
    const first = good.find(({ key }) => key === 'shown');
    if (!first) throw new Error('No good journey shows anything.');
    const twin = { ...first, key: 'twin' };
    expect(found(twin, { others: [first] })).toContain('same_priority');
    const higher = JSON.parse(JSON.stringify(twin).replaceAll('"hero","content"', '"side","content"')) as typeof twin;
    expect(found(higher, { others: [first] })).not.toContain('same_priority');
  });

  it('finds the same message to the same people in two journeys, and none in one that others begin', () => {
    const first = good.find(({ steps }) => Object.values(steps).some(({ type }) => type === 'send'));
    if (!first) throw new Error('No good journey sends.');
    const twin = { ...first, key: 'twin' };
    expect(found(twin, { others: [first] })).toContain('same_message');
    expect(found({ ...twin, entry: { on: { audience: 'vip', edge: 'entered' } } }, { others: [first] })).not.toContain(
      'same_message',
    );
    expect(found(first, { others: [first] })).toEqual([]);
  });
});
