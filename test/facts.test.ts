import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { compileRule } from '../src/domain/audiences/compile-rule';
import { addToDecimal } from '../src/domain/audiences/behaviour/decimal';
import { historyView } from '../src/domain/audiences/history-view';
import type { Rule } from '../src/domain/audiences/rule.schema';
import { toRuleEvent, type Event } from '../src/domain/events/event';
import type { JsonObject } from '../src/domain/json';
import { aRuleset, anEvent, anIdentify } from '../src/testing/builders';
import { FoldedWorld } from '../src/testing/folded-world';
import { cdnow, clickstream, completeJourney, conversions, idle, order, spent } from './fact-rules';

/** The figures of examples/data, which were computed independently of Heddle, by the fold and by the plain definition. */
const data = join(__dirname, '../examples/data');

function factsOf(set: string): Map<string, unknown> {
  const facts = JSON.parse(readFileSync(join(data, set, 'facts.json'), 'utf8')) as { id: string; value: unknown }[];
  return new Map(facts.map(({ id, value }) => [id, value]));
}

interface Line {
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly event: string;
  readonly timestamp: string;
  readonly properties: JsonObject;
}

function eventsOf(set: string, receivedAt: number): Event[] {
  const lines = readFileSync(join(data, set, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((text) => {
    const { messageId, userId, anonymousId, event, timestamp, properties } = JSON.parse(text) as Line;
    const by = userId === undefined ? { anonymous_id: String(anonymousId) } : { user_id: userId };
    return anEvent({ messageId, name: event, by, occurredAt: Date.parse(timestamp), receivedAt, properties });
  });
}

function profilesOf(receivedAt: number): Event[] {
  const rows = parse<Record<string, string>>(readFileSync(join(data, 'complete-journey/profiles.csv')), {
    columns: true,
  });
  return rows.map(({ customer_id = '', has_events, ...traits }) => {
    const known = Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== ''));
    const of = { by: { user_id: customer_id }, occurredAt: Date.parse('2017-01-01T00:00:00Z'), receivedAt };
    return anIdentify({ ...known, has_events: has_events === 'true' }, of);
  });
}

const expected = (facts: Map<string, unknown>, rules: Record<string, Rule>) =>
  Object.fromEntries(Object.keys(rules).map((fact) => [fact, facts.get(fact)]));

const live = (world: FoldedWorld, rules: Record<string, Rule>) =>
  Object.fromEntries(Object.keys(rules).map((fact) => [fact, world.size(fact)]));

/** The plain definition over everybody's events up to `asOf`. */
function plain(world: FoldedWorld, rules: Record<string, Rule>, asOf: number): Record<string, number> {
  const people = world.living().map((profile) => historyView(profile, world.historyOf(profile).map(toRuleEvent)));
  const count = (rule: Rule) => people.filter((view) => compileRule(rule).evaluate(view, asOf).matches).length;
  return Object.fromEntries(Object.entries(rules).map(([fact, rule]) => [fact, count(rule)]));
}

const revenue = (events: readonly Event[]) =>
  Number(
    addToDecimal(
      '0',
      events.filter(({ name }) => name === order).map(({ properties }) => properties['revenue'] as number),
    ),
  );

describe('facts of real data', () => {
  it('complete-journey: every audience by the fold and by the plain definition, and what the campaigns converted', () => {
    const asOf = Date.parse('2018-01-01T05:00:00Z');
    const facts = factsOf('complete-journey');
    const world = new FoldedWorld(aRuleset({ audiences: completeJourney, journeys: [conversions] }));
    const events = eventsOf('complete-journey', asOf);
    world.apply(profilesOf(asOf), asOf);
    world.apply(events, asOf);
    expect(live(world, completeJourney)).toEqual(expected(facts, completeJourney));
    expect(plain(world, completeJourney, asOf)).toEqual(expected(facts, completeJourney));
    const atMid = { mid_ltv_gt_1000: spent(1000), mid_inactive_14d: idle('14d'), mid_inactive_30d: idle('30d') };
    expect(plain(world, atMid, Date.parse('2017-07-01T04:00:00Z'))).toEqual(expected(facts, atMid));
    const runs = [...world.enrollments.values()];
    const converted = (goal: string, campaign?: string) =>
      runs.filter(
        (run) => (campaign ?? run.entryKey) === run.entryKey && run.conversions.some((one) => one.goal === goal),
      ).length;
    expect({
      campaign_received: runs.length,
      c18_redeemed_8d: converted('redeemed-8d', '18'),
      c18_redeemed_14d: converted('redeemed-14d', '18'),
      c18_redeemed_30d: converted('redeemed-30d', '18'),
      c18_ordered_7d: converted('ordered-7d', '18'),
      c13_redeemed_30d: converted('redeemed-30d', '13'),
      receipts_converted_30d: converted('redeemed-30d'),
    }).toEqual({
      campaign_received: facts.get('campaign_received'),
      c18_redeemed_8d: facts.get('c18_redeemed_8d'),
      c18_redeemed_14d: facts.get('c18_redeemed_14d'),
      c18_redeemed_30d: facts.get('c18_redeemed_30d'),
      c18_ordered_7d: facts.get('c18_ordered_7d'),
      c13_redeemed_30d: facts.get('c13_redeemed_30d'),
      receipts_converted_30d: facts.get('receipts_converted_30d'),
    });
    expect(revenue(events)).toBe(facts.get('revenue_total'));
  }, 120_000);

  it.each([
    { set: 'cdnow', rules: cdnow, asOf: '1998-06-30T12:00:00Z' },
    { set: 'clickstream', rules: clickstream, asOf: '2022-08-28T21:59:57.885Z' },
  ])(
    '$set: every audience by the fold and by the plain definition',
    ({ set, rules, asOf }) => {
      const now = Date.parse(asOf);
      const facts = factsOf(set);
      const world = new FoldedWorld(aRuleset({ audiences: rules }));
      world.apply(eventsOf(set, now), now);
      expect(live(world, rules)).toEqual(expected(facts, rules));
      expect(plain(world, rules, now)).toEqual(expected(facts, rules));
    },
    120_000,
  );
});
