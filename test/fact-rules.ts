import type { Rule } from '../src/domain/audiences/rule.schema';
import type { JourneyDefinition } from '../src/domain/journeys/journey.schema';

/** Rules for figures of examples/data that were computed independently of Heddle, by the fact's id. */
export const order = 'Order Completed';
const received = (campaign: string): Rule => campaignEvent('Campaign Received', campaign);
const redeemed = (campaign: string): Rule => campaignEvent('Coupon Redeemed', campaign);
export const spent = (amount: number, within?: string): Rule => ({
  event: order,
  sum: { property: 'revenue', is: 'greater_than', value: amount },
  ...(within !== undefined && { within }),
});
export const idle = (age: string): Rule => ({ event: order, last: { is: 'older_than', value: age } });
export const ordered: Rule = { event: order };
const firstBefore = (date: string): Rule => ({ event: order, first: { is: 'before', value: date } });
const atLeast = (event: string, value: number, within?: string): Rule => ({
  event,
  count: { is: 'at_least', value },
  ...(within !== undefined && { within }),
});

function campaignEvent(event: string, campaign: string): Rule {
  return { event, where: [{ property: 'campaign_id', is: 'equals', value: campaign }] };
}

export const completeJourney: Record<string, Rule> = {
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

export const cdnow: Record<string, Rule> = {
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

export const clickstream: Record<string, Rule> = {
  visitors: { event: '*' },
  visitors_added: { event: 'Product Added' },
  visitors_ordered: ordered,
  visitors_view_only: { all: [{ event: 'Product Viewed' }, { not: { event: 'Product Added' } }, { not: ordered }] },
  added_never_ordered: { all: [{ event: 'Product Added' }, { not: ordered }] },
  events_ge_100: atLeast('*', 100),
  abandoners: { sequence: [{ event: 'Product Added' }, { event: order, absent: true }] },
  abandoned_24h_visitors: { sequence: [{ event: 'Product Added' }, { event: order, absent: true }], within: '24h' },
};

/** One run per household and campaign, so that the goals count conversions of each receipt. */
export const conversions: JourneyDefinition = {
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
