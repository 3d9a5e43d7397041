import fc from 'fast-check';
import { anEvent, anIdentify } from '../../testing/builders';
import type { JsonObject } from '../json';
import { compilePlan } from './compile-plan';
import { judgeEvent } from './judge-event';
import { TrackingPlan, type TrackingPlanInput } from './plan.schema';

type Rule = NonNullable<NonNullable<TrackingPlanInput['events']>[number]['properties']>[number];

const compile = (plan: Omit<TrackingPlanInput, 'name'>) =>
  compilePlan(TrackingPlan.parse({ name: 'Web', ...plan }), 'web', 1);
const viewed = (properties: JsonObject) => anEvent({ name: 'Product Viewed', properties });
const withRule = (rule: Rule) => compile({ events: [{ event: 'Product Viewed', properties: [rule] }] });

describe('a rule on a property', () => {
  it.each<[string, Rule, JsonObject, string | undefined]>([
    ['a required one that is there', { path: 'sku', required: true }, { sku: 'a' }, undefined],
    ['a required one that is absent', { path: 'sku', required: true }, {}, 'missing_property'],
    ['a required one that is null', { path: 'sku', required: true }, { sku: null }, 'missing_property'],
    ['an optional one that is absent', { path: 'sku', types: ['string'] }, {}, undefined],
    ['a type', { path: 'total', types: ['number'] }, { total: '12' }, 'wrong_type'],
    ['one of two types', { path: 'total', types: ['number', 'string'] }, { total: '12' }, undefined],
    ['an integer', { path: 'n', types: ['integer'] }, { n: 1.5 }, 'wrong_type'],
    ['an array is no object', { path: 'n', types: ['object'] }, { n: [] }, 'wrong_type'],
    ['a listed value', { path: 'tier', values: ['gold', 1] }, { tier: 'gold' }, undefined],
    ['a value that is not listed', { path: 'tier', values: ['gold', 1] }, { tier: '1' }, 'value_not_allowed'],
    ['an e-mail', { path: 'to', form: 'email' }, { to: 'ann@example.com' }, undefined],
    ['no e-mail', { path: 'to', form: 'email' }, { to: 'ann@example' }, 'wrong_form'],
    ['a uuid', { path: 'id', form: 'uuid' }, { id: '2f1e4c7a-0f6e-4a54-8f4e-0d6d0f8f3d51' }, undefined],
    ['a date', { path: 'on', form: 'date' }, { on: '2026-13-01' }, 'wrong_form'],
    ['a date with a time', { path: 'at', form: 'date-time' }, { at: '2026-05-01T09:00:00Z' }, undefined],
    ['a URL', { path: 'u', form: 'url' }, { u: 'javascript:alert(1)' }, 'wrong_form'],
    ['a number where a form is asked', { path: 'u', form: 'url' }, { u: 1 }, 'wrong_form'],
    ['a beginning', { path: 'sku', startsWith: 'A-' }, { sku: 'B-1' }, 'wrong_form'],
    ['an end', { path: 'sku', endsWith: '-1' }, { sku: 'B-1' }, undefined],
    ['a part', { path: 'sku', contains: '.*' }, { sku: 'B-1' }, 'wrong_form'],
    ['an element of a list', { path: 'items[].n', types: ['number'] }, { items: [{ n: 1 }, { n: 'x' }] }, 'wrong_type'],
    ['a name like a prototype', { path: 'constructor', required: true }, {}, 'missing_property'],
  ])('judges %s', (_, rule, properties, code) => {
    expect(
      withRule(rule)
        .violations(viewed(properties))
        .map((violation) => violation.code),
    ).toEqual(code === undefined ? [] : [code]);
  });

  it('says where and what to do, and never the value', () => {
    const [violation] = withRule({ path: 'cart.total', types: ['number'] }).violations(
      viewed({ cart: { total: 'ann@example.com' } }),
    );
    expect(violation).toEqual({
      code: 'wrong_type',
      path: '/properties/cart/total',
      message: 'cart.total is a string; the tracking plan says number.',
      action: 'flag',
    });
  });

  it('is about traits where the event is an identify', () => {
    const plan = compile({ events: [{ kind: 'identify', properties: [{ path: 'tier', required: true }] }] });
    expect(plan.violations(anIdentify({}))).toMatchObject([{ path: '/traits/tier' }]);
    expect(plan.violations(anIdentify({ tier: 'gold' }))).toEqual([]);
  });
});

describe('what is not planned', () => {
  it.each([
    ['is allowed unless the plan says otherwise', {}, []],
    ['is flagged where the plan says so', { unplannedEvents: 'flag' as const }, ['unplanned_event']],
  ])('an event %s', (_, plan, codes) => {
    expect(
      compile(plan)
        .violations(viewed({}))
        .map(({ code }) => code),
    ).toEqual(codes);
  });

  it('a property is, by its first name, and what the door adds by itself is not', () => {
    const plan = compile({
      unplannedProperties: 'quarantine',
      events: [{ event: 'Product Viewed', properties: [{ path: 'cart.total' }] }, { kind: 'page' }],
    });
    expect(plan.violations(viewed({ cart: { total: 1, more: 2 }, colour: 'red' }))).toMatchObject([
      { code: 'unplanned_property', path: '/properties/colour', action: 'quarantine' },
    ]);
    const page = anEvent({ kind: 'page', name: 'page', properties: { name: 'Home', category: 'x' } });
    expect(plan.violations(page)).toEqual([]);
  });
});

describe('the verdict', () => {
  const judge = (rules: readonly Rule[]) => {
    const plan = compile({ events: [{ event: 'Product Viewed', properties: [...rules] }] });
    return judgeEvent({ event: viewed({}), bytes: 10 }, plan);
  };

  it('is the hardest that a violation asks for, and names that one', () => {
    const flag: Rule = { path: 'a', required: true };
    const hold: Rule = { path: 'b', required: true, onViolation: 'quarantine' };
    const refuse: Rule = { path: 'c', required: true, onViolation: 'reject' };
    expect(judge([flag])).toMatchObject({ bytes: 10, violations: [{ path: '/properties/a' }] });
    expect(judge([flag, hold])).toMatchObject({ stage: 'quarantined', rejection: { path: '/properties/b' } });
    expect(judge([hold, refuse, flag])).toMatchObject({
      stage: 'rejected',
      rejection: { code: 'plan_violation', path: '/properties/c' },
    });
  });

  it('without a plan is what the door says', () => {
    const rejection = { code: 'no_identifier', path: '', message: 'x' } as const;
    expect(judgeEvent({ rejection, messageId: 'm' }, undefined)).toEqual({
      stage: 'rejected',
      rejection,
      messageId: 'm',
    });
  });

  it('never depends on keys that mean something elsewhere, and never throws', () => {
    const plan = compile({
      unplannedEvents: 'flag',
      unplannedProperties: 'flag',
      events: [{ event: 'Product Viewed', properties: [{ path: 'a.b', types: ['string'], form: 'email' }] }],
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (properties) => {
        const event = viewed(properties as JsonObject);
        const unplanned = Object.keys(properties).filter((key) => key !== 'a').length;
        const found = plan.violations(event).filter(({ code }) => code === 'unplanned_property');
        return found.length === Math.min(unplanned, 20);
      }),
    );
  });
});

describe('a plan as it is saved', () => {
  it.each([
    ['two rules about one event', { events: [{ event: 'X' }, { event: 'X' }] }],
    ['a track without a name', { events: [{}] }],
    ['a page with a name', { events: [{ kind: 'page', event: 'X' }] }],
    ['a pattern of its own', { events: [{ event: 'X', properties: [{ path: 'a', pattern: '(a+)+$' }] }] }],
    ['a path that is none', { events: [{ event: 'X', properties: [{ path: 'a..b' }] }] }],
  ])('does not have %s', (_, plan) => {
    expect(TrackingPlan.safeParse({ name: 'Web', ...plan }).success).toBe(false);
  });
});
