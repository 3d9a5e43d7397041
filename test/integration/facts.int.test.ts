import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse/sync';
import { addToDecimal } from '../../src/domain/audiences/decimal';
import type { Rule } from '../../src/domain/audiences/rule.schema';
import type { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import { startSystem, type System } from '../../src/testing/system';

/** Figures computed independently of Heddle (examples/data/*): they must come out of the product exactly. */
const data = join(__dirname, '../../examples/data');

interface Fact {
  readonly id: string;
  readonly value: unknown;
}

const order = 'Order Completed';
const received = (campaign: string): Rule => campaignEvent('Campaign Received', campaign);
const redeemed = (campaign: string): Rule => campaignEvent('Coupon Redeemed', campaign);
const spent = (amount: number, within?: string): Rule => ({
  event: order,
  sum: { property: 'revenue', is: 'greater_than', value: amount },
  ...(within !== undefined && { within }),
});
const idle = (age: string): Rule => ({ event: order, last: { is: 'older_than', value: age } });
const ordered: Rule = { event: order };
const firstBefore = (date: string): Rule => ({ event: order, first: { is: 'before', value: date } });
const atLeast = (event: string, value: number, within?: string): Rule => ({
  event,
  count: { is: 'at_least', value },
  ...(within !== undefined && { within }),
});

function campaignEvent(event: string, campaign: string): Rule {
  return { event, where: [{ property: 'campaign_id', is: 'equals', value: campaign }] };
}

const completeJourney: Record<string, Rule> = {
  customers_with_order: ordered,
  customers_with_campaign: { event: 'Campaign Received' },
  customers_with_redemption: { event: 'Coupon Redeemed' },
  customers_order_ge_200: { event: order, where: [{ property: 'revenue', is: 'at_least', value: 200 }] },
  ltv_gt_1000: spent(1000),
  ltv_gt_2500: spent(2500),
  ltv_gt_5000: spent(5000),
  orders_ge_100: atLeast(order, 100),
  inactive_7d: idle('7d'),
  inactive_14d: idle('14d'),
  inactive_30d: idle('30d'),
  inactive_60d: idle('60d'),
  active_7d: { event: order, within: '7d' },
  two_orders_7d: atLeast(order, 2, '7d'),
  revenue_30d_gt_300: spent(300, '30d'),
  c18_recipients: received('18'),
  c18_redeemed: { all: [received('18'), redeemed('18')] },
  c18_not_received: { all: [ordered, { not: received('18') }] },
  c13_recipients: received('13'),
  c13_not_c18: { all: [received('13'), received('18'), redeemed('13'), { not: redeemed('18') }] },
  received_8_13_18: { all: [received('8'), received('13'), received('18')] },
  campaigns_ge_8: atLeast('Campaign Received', 8),
  no_campaign: { all: [ordered, { not: { event: 'Campaign Received' } }] },
  profiles: { identifier: 'user_id', is: 'set' },
  profiles_with_events: { trait: 'has_events', is: 'equals', value: true },
  profiles_no_home_ownership: { trait: 'home_ownership', is: 'not_set' },
  profiles_no_marital_status: { trait: 'marital_status', is: 'not_set' },
  homeowner_ltv_gt_2500: { all: [{ trait: 'home_ownership', is: 'equals', value: 'Homeowner' }, spent(2500)] },
  age_45_54_active_7d: {
    all: [
      { trait: 'age', is: 'equals', value: '45-54' },
      { event: order, within: '7d' },
    ],
  },
  kids_c18_not_redeemed: {
    all: [
      { trait: 'kids_count', is: 'set' },
      { trait: 'kids_count', is: 'not_equals', value: '0' },
      received('18'),
      { not: redeemed('18') },
    ],
  },
};

const cdnow: Record<string, Rule> = {
  customers: ordered,
  repeat_orders: atLeast(order, 2),
  ltv_gt_100: spent(100),
  ltv_gt_500: spent(500),
  ltv_gt_1000: spent(1000),
  inactive_60d: idle('60d'),
  inactive_180d: idle('180d'),
  inactive_365d: idle('365d'),
  active_30d: { event: order, within: '30d' },
  vip_lapsed: { all: [spent(200), idle('90d')] },
  first_jan: firstBefore('1997-02-01'),
  first_feb: { all: [firstBefore('1997-03-01'), { not: firstBefore('1997-02-01') }] },
  first_mar: { all: [firstBefore('1997-04-01'), { not: firstBefore('1997-03-01') }] },
};

const clickstream: Record<string, Rule> = {
  visitors: { event: '*' },
  visitors_added: { event: 'Product Added' },
  visitors_ordered: ordered,
  visitors_view_only: { all: [{ event: 'Product Viewed' }, { not: { event: 'Product Added' } }, { not: ordered }] },
  added_never_ordered: { all: [{ event: 'Product Added' }, { not: ordered }] },
  events_ge_100: atLeast('*', 100),
};

/** One run per household and campaign, so that the goals count conversions of each receipt. */
const conversions: JourneyDefinition = {
  key: 'campaigns',
  name: 'Campaigns',
  entry: { on: { event: 'Campaign Received' }, key: 'properties.campaign_id', maxEventAge: '104w' },
  goals: [
    ...['8d', '14d', '30d'].map((within) => ({
      key: `redeemed-${within}`,
      on: { event: 'Coupon Redeemed', match: { 'properties.campaign_id': 'entry.properties.campaign_id' } },
      within,
    })),
    { key: 'ordered-7d', on: { event: order }, within: '7d' },
  ],
  start: 'end',
  steps: { end: { type: 'exit', reason: 'counted' } },
};

function factsOf(set: string): Map<string, unknown> {
  const facts = JSON.parse(readFileSync(join(data, set, 'facts.json'), 'utf8')) as Fact[];
  return new Map(facts.map(({ id, value }) => [id, value]));
}

async function* linesOf(set: string): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: createReadStream(join(data, set, 'events.ndjson')) }))
    yield JSON.parse(line);
}

const keyOf = (fact: string): string => fact.replaceAll('_', '-');

async function define(system: System, rules: Record<string, Rule>): Promise<void> {
  for (const [fact, rule] of Object.entries(rules))
    await system.client.audiences.put(keyOf(fact), { name: fact, rule });
}

async function sizes(system: System, rules: Record<string, Rule>): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const fact of Object.keys(rules)) found[fact] = (await system.client.audiences.get(keyOf(fact))).size;
  return found;
}

async function previews(system: System, rules: Record<string, Rule>, asOf: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [fact, rule] of Object.entries(rules))
    found[fact] = (await system.client.audiences.preview(keyOf(fact), { rule, asOf })).count;
  return found;
}

const expectedOf = (facts: Map<string, unknown>, rules: Record<string, Rule>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(rules).map((fact) => [fact, facts.get(fact)]));

async function load(system: System, set: string): Promise<void> {
  const sent = await system.client.events.sendAll(linesOf(set), { concurrency: 1 });
  expect(sent.rejected).toEqual([]);
  await system.settled();
}

describe('facts of real data', () => {
  let system: System;
  afterEach(() => system.stop(), 60_000);

  it('complete-journey: every audience, live and by preview, and conversions of the campaigns', async () => {
    const asOf = '2018-01-01T05:00:00.000Z';
    const facts = factsOf('complete-journey');
    system = await startSystem({ clock: () => Date.parse(asOf) });
    await define(system, completeJourney);
    await system.client.journeys.put('campaigns', conversions);
    await system.client.journeys.publish('campaigns', { inFlight: 'finish' });
    const csv = readFileSync(join(data, 'complete-journey/profiles.csv'));
    const rows = parse<Record<string, string>>(csv, { columns: true });
    const identifies = rows.map(({ customer_id, has_events, ...traits }) => ({
      type: 'identify',
      userId: customer_id,
      messageId: `profile-${customer_id}`,
      timestamp: '2017-01-01T00:00:00.000Z',
      traits: {
        ...Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== '')),
        has_events: has_events === 'true',
      },
    }));
    await system.client.events.sendAll(identifies);
    await load(system, 'complete-journey');
    expect(await sizes(system, completeJourney)).toEqual(expectedOf(facts, completeJourney));
    expect(await previews(system, completeJourney, asOf)).toEqual(expectedOf(facts, completeJourney));
    const atMid = { mid_ltv_gt_1000: spent(1000), mid_inactive_14d: idle('14d'), mid_inactive_30d: idle('30d') };
    expect(await previews(system, atMid, '2017-07-01T04:00:00.000Z')).toEqual(expectedOf(facts, atMid));
    const converted = await conversionFacts(system);
    expect(Object.fromEntries(converted)).toEqual(
      Object.fromEntries([...converted.keys()].map((id) => [id, facts.get(id)])),
    );
    expect(await revenueOf(system)).toBe(facts.get('revenue_total'));
  }, 600_000);

  it('cdnow: win-back, repeat and lifetime value, live and by preview', async () => {
    const asOf = '1998-06-30T12:00:00.000Z';
    const facts = factsOf('cdnow');
    system = await startSystem({ clock: () => Date.parse(asOf) });
    await define(system, cdnow);
    await load(system, 'cdnow');
    expect(await sizes(system, cdnow)).toEqual(expectedOf(facts, cdnow));
    expect(await previews(system, cdnow, asOf)).toEqual(expectedOf(facts, cdnow));
    expect(await revenueOf(system)).toBe(facts.get('revenue_total'));
  }, 600_000);

  it('clickstream: anonymous visitors who added and never ordered, live and by preview', async () => {
    const asOf = '2022-08-28T21:59:57.885Z';
    const facts = factsOf('clickstream');
    system = await startSystem({ clock: () => Date.parse(asOf) });
    await define(system, clickstream);
    await load(system, 'clickstream');
    expect(await sizes(system, clickstream)).toEqual(expectedOf(facts, clickstream));
    expect(await previews(system, clickstream, asOf)).toEqual(expectedOf(facts, clickstream));
  }, 300_000);
});

async function conversionFacts({ store, ws }: System): Promise<Map<string, number>> {
  const runs = await store.enrollments.ofJourney(ws, 'campaigns', 10_000);
  const count = (campaign: string | undefined, goal: string): number =>
    runs.filter(
      (run) =>
        (campaign === undefined || run.entryKey === campaign) && run.conversions.some((one) => one.goal === goal),
    ).length;
  return new Map([
    ['campaign_received', runs.length],
    ['c18_redeemed_8d', count('18', 'redeemed-8d')],
    ['c18_redeemed_14d', count('18', 'redeemed-14d')],
    ['c18_redeemed_30d', count('18', 'redeemed-30d')],
    ['c18_ordered_7d', count('18', 'ordered-7d')],
    ['c13_redeemed_30d', count('13', 'redeemed-30d')],
    ['receipts_converted_30d', count(undefined, 'redeemed-30d')],
  ]);
}

async function revenueOf({ store, ws }: System): Promise<number> {
  const values: number[] = [];
  for await (const event of store.events.scan(ws, [order])) values.push(event.properties['revenue'] as number);
  return Number(addToDecimal('0', values));
}
