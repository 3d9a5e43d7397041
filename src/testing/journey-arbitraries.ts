import fc from 'fast-check';
import type { Rule } from '../domain/audiences/rule.schema';
import type { Step } from '../domain/journeys/journey.schema';
import {
  contactedCondition,
  eventCondition,
  factRule,
  perCondition,
  ruleOver,
  sequenceCondition,
} from './rule-arbitraries';

const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
const id = fc.constantFrom(...keys, 'lost');
const next = fc.option(id, { nil: undefined });
/** Rules of every kind of condition. */
export const anyRule = ruleOver(
  fc.oneof<fc.Arbitrary<Rule>[]>(factRule, eventCondition, contactedCondition, perCondition, sequenceCondition),
);
const where = fc.constantFrom([{ property: 'a.b', is: 'in', value: ['x', 1] }], undefined);
const trigger = fc.oneof(
  fc.record({
    event: fc.constantFrom('Order', "It's", '*'),
    where,
    match: fc.constantFrom({ 'properties.a': 'entry.properties.a' }, undefined),
  }),
  fc.record({ audience: fc.constant('vip'), edge: fc.constantFrom('entered', 'exited') }),
  fc.constant({ signal: 'approved' }),
);
const byDate = fc.record({ date: fc.constant('traits.due'), offset: fc.constantFrom('-1d', undefined) });
const bySchedule = fc.record({
  ...{ schedule: fc.constant('0 9 * * mon'), zone: fc.constant('Europe/Berlin'), audience: fc.constant('vip') },
  perSecond: fc.constantFrom(50, undefined),
});
const values = fc.dictionary(fc.constantFrom('a', '__proto__', 'with space', '1'), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
});
const steps: { readonly [Type in Step['type']]: fc.Arbitrary<unknown> } = {
  wait: fc.record({
    for: fc.constant('2h'),
    next: id,
  }),
  'wait-for': fc.record({
    since: fc.constantFrom('entry', undefined),
    timeout: fc.constantFrom('2h', { at: 'traits.due', offset: '-1d' }),
    first: fc.array(fc.record({ on: trigger, next: id }), { minLength: 1, maxLength: 3 }),
    onTimeout: id,
  }),
  branch: fc.record({
    cases: fc.array(fc.record({ if: anyRule, next: id }), { minLength: 1, maxLength: 3 }),
    else: id,
  }),
  split: fc.record({
    experiment: fc.constant('x'),
    variants: fc.array(fc.record({ key: fc.constantFrom('a', 'b'), weight: fc.constant(50), next: id }), {
      minLength: 2,
      maxLength: 3,
    }),
    goal: fc.constantFrom('bought', undefined),
  }),
  send: fc.record({
    destination: fc.constant('crm'),
    mapping: fc.option(values, { nil: undefined }),
    once: fc.constantFrom('household', undefined),
    onFailure: fc.constantFrom('exit', undefined),
    next,
  }),
  update: fc.record({ set: fc.option(values, { nil: undefined }), unset: fc.constantFrom(['a'], undefined), next }),
  emit: fc.record({ event: fc.constant('Told'), properties: fc.option(values, { nil: undefined }), next }),
  audience: fc.record({ audience: fc.constant('guests'), do: fc.constantFrom('add', 'remove'), next }),
  personalise: fc.record({
    slot: fc.constant('hero'),
    content: fc.constant({ text: 'Hello' }),
    for: fc.constantFrom('session', '2d'),
    priority: fc.constantFrom(70, undefined),
    next,
  }),
  enroll: fc.record({ journey: fc.constant('other'), wait: fc.constantFrom(true, undefined), next }),
  exit: fc.record({ reason: fc.constantFrom('done', undefined) }),
};
const step = fc.oneof(
  ...Object.entries(steps).map(([type, arbitrary]) => arbitrary.map((fields) => ({ type, ...(fields as object) }))),
);
/** Journeys of every kind of step, as they stand in files; whatever leads where. What is `undefined` is not there. */
export const journey = fc.record({
  key: fc.constantFrom('cart', '9-lives'),
  name: fc.string({ minLength: 1, unit: 'grapheme' }),
  description: fc.option(fc.string(), { nil: undefined }),
  labels: fc.constantFrom([], ['a', 'b'], undefined),
  entry: fc.record({
    on: fc.oneof(trigger, byDate, bySchedule, fc.constant({ api: true })),
    if: fc.option(anyRule, { nil: undefined }),
    key: fc.constantFrom('properties.a', undefined),
    per: fc.constantFrom('profile', 'household', undefined),
    recipient: fc.constantFrom('actor', undefined),
    reentry: fc.constantFrom({ again: '7d' }, undefined),
  }),
  exits: fc.option(fc.array(fc.record({ on: trigger, reason: fc.constantFrom('out', undefined) }), { maxLength: 2 }), {
    nil: undefined,
  }),
  updates: fc.option(fc.array(fc.record({ on: trigger, resumeAt: next }), { maxLength: 2 }), { nil: undefined }),
  goals: fc.option(
    fc.array(fc.record({ key: fc.constant('g'), on: trigger, within: fc.constant('7d') }), { maxLength: 2 }),
    { nil: undefined },
  ),
  purpose: fc.constantFrom('marketing', undefined),
  zone: fc.constantFrom('Europe/Berlin', undefined),
  start: id,
  steps: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), step), { selector: ([name]) => name, minLength: 1 })
    .map((all) => Object.fromEntries(all)),
});
