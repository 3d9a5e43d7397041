import fc from 'fast-check';
import { numberOperators, operators } from '../domain/audiences/operators';
import { contactName } from '../domain/events/contact';
import type {
  ContactedCondition,
  EventCondition,
  SequenceCondition,
  Rule,
  TraitCondition,
  Where,
} from '../domain/audiences/rule.schema';
import type { RuleEvent } from '../domain/events/event';
import { profileId } from '../domain/ids';
import { newProfile, type Profile } from '../domain/profiles/profile';
import { amount, date, json, path, traitKeys, value, word } from './value-arbitraries';

/** Random profiles, events and rules over a small vocabulary, so that they meet. Instants lie in the 60 days from `epoch`. */
export const epoch = Date.UTC(2026, 0, 1);

export const traitCondition: fc.Arbitrary<TraitCondition> = fc
  .record({
    trait: path,
    is: fc.constantFrom(...operators),
    value: fc.option(value, { nil: undefined }),
    ignoreCase: fc.option(fc.boolean(), { nil: undefined }),
    for: fc.option(fc.constantFrom('1d', '1w'), { nil: undefined, freq: 8 }),
  })
  .map((condition) => condition as TraitCondition);

export const dateCondition: fc.Arbitrary<TraitCondition> = fc.record({ trait: path }).chain(({ trait }) =>
  fc
    .oneof(
      fc.record({
        is: fc.constantFrom('before' as const, 'after' as const),
        value: fc.oneof(date, fc.constantFrom('now', '-5d', '+30d')),
      }),
      fc.record({
        is: fc.constantFrom('within_last' as const, 'within_next' as const, 'older_than' as const),
        value: fc.constantFrom('3h', '2d', '4w'),
      }),
    )
    .map((test) => ({ trait, ...test })),
);

const leaf: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 6, arbitrary: traitCondition },
  { weight: 2, arbitrary: dateCondition },
  { weight: 1, arbitrary: fc.constantFrom('vip', 'constructor').map((audience) => ({ audience })) },
  {
    weight: 1,
    arbitrary: fc.record({
      consent: fc.constantFrom('ads', 'mail'),
      is: fc.constantFrom('granted', 'denied', 'revoked', 'unset'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ identifier: fc.constantFrom('email', 'phone'), is: fc.constantFrom('set', 'not_set') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      sample: fc.record({ percent: fc.constantFrom(0, 20, 50, 100), salt: fc.constantFrom('a', 'b') }),
    }),
  },
);

/** `all`, `any` and `not` over the given conditions. */
export const ruleOver = (conditions: fc.Arbitrary<Rule>): fc.Arbitrary<Rule> =>
  fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      conditions,
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      tie('rule').map((not) => ({ not })),
    ),
  })).rule;

/** Rules of every kind but events and paths. */
export const factRule: fc.Arbitrary<Rule> = ruleOver(leaf);

/** Whole hours with a millisecond either side now and then, so that window edges are hit exactly and just missed. */
const instant: fc.Arbitrary<number> = fc
  .tuple(fc.integer({ min: 0, max: 60 * 24 }), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([hours, offset]) => epoch + hours * 3_600_000 + offset);

export const ruleEvent: fc.Arbitrary<RuleEvent> = fc.record({
  name: fc.constantFrom('Order', 'Order', 'View', contactName),
  at: instant,
  properties: fc.record({
    total: fc.oneof(amount, fc.constantFrom('12', null)),
    tier: word,
    channel: fc.constantFrom('email', 'sms', null),
    journey: fc.constantFrom('welcome', 'win-back'),
    items: fc.array(fc.record({ price: amount }), { maxLength: 3 }),
  }),
});

const count = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(127, 128, 129, 135, 200, 350));

const aggregate: fc.Arbitrary<Partial<Omit<EventCondition, 'event'>>> = fc.oneof(
  fc.constant({}),
  fc.record({ count: fc.record({ is: fc.constantFrom(...numberOperators), value: count }) }),
  fc
    .record({
      name: fc.constantFrom('sum', 'min', 'max', 'average'),
      property: fc.constantFrom('total', 'items[].price'),
      is: fc.constantFrom(...numberOperators),
      value: amount,
    })
    .map(({ name, ...test }) => ({ [name]: test })),
  fc
    .record({
      name: fc.constantFrom('first', 'last'),
      test: fc.oneof(
        fc.record({ is: fc.constantFrom('within_last', 'older_than'), value: fc.constantFrom('3h', '2d', '2w') }),
        fc.record({
          is: fc.constantFrom('before', 'after'),
          value: fc.constantFrom('2026-01-20', 'now', '-5d', '+1d'),
        }),
      ),
    })
    .map(({ name, test }) => ({ [name]: test })),
);

const notGold: Where[] = [{ property: 'tier', is: 'not_equals', value: 'gold' }];

export const eventCondition: fc.Arbitrary<EventCondition> = fc
  .record({
    event: fc.constantFrom('Order', 'Order', '*'),
    where: fc.option(fc.constant(notGold), { freq: 4 }),
    within: fc.option(fc.constantFrom('5h', '1d', '7d', '4w')),
    rest: aggregate,
  })
  .map(({ event, where, within, rest }): EventCondition => ({
    event,
    ...rest,
    ...(where === null ? {} : { where }),
    ...(within === null ? {} : { within }),
  }));

export const contactedCondition: fc.Arbitrary<ContactedCondition> = fc.record(
  {
    contacted: fc.record(
      { channel: fc.constantFrom('email', 'sms'), journey: fc.constantFrom('welcome', 'win-back') },
      { requiredKeys: [] },
    ),
    count: fc.record({ is: fc.constantFrom(...numberOperators), value: count }),
    within: fc.constantFrom('5h', '1d', '7d', '4w'),
  },
  { requiredKeys: ['contacted'] },
);

const span = fc.constantFrom('1h', '5h', '1d', '7d');

/** The same worked out for each value of a property by itself. */
export const perCondition: fc.Arbitrary<EventCondition> = fc
  .record(
    {
      base: eventCondition,
      per: fc.constantFrom('tier', 'items[].price'),
      without: fc.record(
        { event: fc.constantFrom('View', '*'), per: fc.constantFrom('tier', 'items[].price'), within: span },
        { requiredKeys: ['event', 'per'] },
      ),
    },
    { requiredKeys: ['base', 'per'] },
  )
  .map(({ base, ...rest }) => ({ ...base, ...rest }));

const stepName = fc.constantFrom('Order', 'View', '*');

export const sequenceCondition: fc.Arbitrary<SequenceCondition> = fc
  .record(
    {
      first: fc.record({ event: stepName, where: fc.constant(notGold) }, { requiredKeys: ['event'] }),
      rest: fc.array(fc.record({ event: stepName, absent: fc.boolean() }), { minLength: 1, maxLength: 4 }),
      same: fc.constantFrom('properties.tier', 'properties.items[].price'),
      within: span,
      startedWithin: span,
      settled: fc.boolean(),
    },
    { requiredKeys: ['first', 'rest'] },
  )
  .map(({ first, rest, settled = false, ...asked }) => ({
    sequence: [first, ...rest],
    ...asked,
    ...(settled && asked.within !== undefined && rest.at(-1)?.absent === true && { settled }),
  }));

export const profile: fc.Arbitrary<Profile> = fc
  .record({
    traits: fc.dictionary(
      fc.constantFrom(...traitKeys),
      fc.record(
        { value: json, at: instant, since: instant, source: fc.constant('api'), expiresAt: instant },
        { requiredKeys: ['value', 'at', 'since', 'source'] },
      ),
    ),
    isVip: fc.boolean(),
    ads: fc.constantFrom('granted' as const, 'denied' as const, 'revoked' as const, undefined),
    types: fc.subarray(['email', 'phone']),
  })
  .map(({ traits, isVip, ads, types }) => ({
    ...blank,
    traits,
    memberships: isVip ? { vip: { enteredAt: epoch, version: 1 } } : {},
    consent: ads ? { ads: { status: ads, at: epoch, source: 'api', messageId: 'm1' } } : {},
    identifiers: types.map((type) => ({ type, value: 'x', firstSeenAt: epoch })),
  }));

/** A profile of which nothing is known. */
export const blank: Profile = newProfile({
  id: profileId('prf_1'),
  createdAt: epoch,
  evaluatedAt: epoch,
  rulesetVersion: 1,
});
