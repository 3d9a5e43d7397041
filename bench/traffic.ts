import type { Client } from '../src/client/client';
import type { AudienceDefinition, JourneyDefinition } from '../src/client/types';
import type { JsonObject } from '../src/domain/json';

interface Person {
  readonly userId: string;
  readonly anonymousId: string;
  readonly context: JsonObject;
}
export type SentEvent = Person &
  (
    | { readonly type: 'track'; readonly event: string; readonly properties: JsonObject }
    | { readonly type: 'identify'; readonly traits: JsonObject }
  );

/** About 600 bytes as JSON: what a browser sends with a page's address and its agent. */
const context: JsonObject = {
  ip: '203.0.113.7',
  locale: 'de-CH',
  timezone: 'Europe/Zurich',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  page: {
    path: '/shop/shoes',
    url: 'https://shop.example/shop/shoes',
    title: 'Shoes',
    referrer: 'https://search.example/',
  },
  library: { name: 'bench', version: '1' },
};

const categories = ['shoes', 'shirts', 'books', 'garden'];

export const person = (number: number): Person => ({
  userId: `user-${number}`,
  anonymousId: `anonymous-${number}`,
  context,
});

/**
 * Traffic of `people` persons in turn: of ten events seven are views, one is an order, one an e-mail opened, one tells traits. One of
 * five hundred starts a cart, with which a journey begins: what runs of journeys cost is a bench of its own.
 */
export function traffic(count: number, people: number, from = 0): SentEvent[] {
  return Array.from({ length: count }, (_, index) => eventOf(from + index, people));
}

function eventOf(number: number, people: number): SentEvent {
  const who = person(number % people);
  const track = (event: string, properties: JsonObject): SentEvent => ({ ...who, type: 'track', event, properties });
  if (number % 501 === 25) return track('Cart Started', { cart_id: `cart-${number}`, value: number % 200 });
  // Divided by the number of people, so that everybody does everything in time.
  switch ((number + Math.floor(number / people)) % 10) {
    case 0:
      return track('Order Completed', { order_id: `order-${number}`, revenue: 10 + (number % 90) });
    case 1:
      return track('Email Opened', { campaign: `campaign-${number % 5}` });
    case 2:
      return {
        ...who,
        type: 'identify',
        traits: { tier: number % 3 === 0 ? 'gold' : 'silver', ltv: number % 1_000, status: 'active' },
      };
    default:
      return track('Product Viewed', {
        product_id: `product-${number % 400}`,
        category: categories[number % categories.length] ?? '',
        price: number % 120,
      });
  }
}

const rules: Readonly<Record<string, AudienceDefinition['rule']>> = {
  gold: { trait: 'tier', is: 'equals', value: 'gold' },
  vip: {
    all: [
      { trait: 'tier', is: 'equals', value: 'gold' },
      { trait: 'ltv', is: 'greater_than', value: 500 },
    ],
  },
  customers: { trait: 'status', is: 'equals', value: 'active' },
  buyers: { event: 'Order Completed', count: { is: 'at_least', value: 1 }, within: '30d' },
  'big-spenders': { event: 'Order Completed', sum: { property: 'revenue', is: 'at_least', value: 300 }, within: '90d' },
  viewers: { event: 'Product Viewed', count: { is: 'at_least', value: 5 }, within: '7d' },
  'shoe-lovers': {
    event: 'Product Viewed',
    where: [{ property: 'category', is: 'equals', value: 'shoes' }],
    count: { is: 'at_least', value: 3 },
    within: '7d',
  },
  undecided: {
    all: [
      { event: 'Product Viewed', within: '7d' },
      { event: 'Order Completed', count: { is: 'equals', value: 0 }, within: '7d' },
    ],
  },
  readers: { event: 'Email Opened', last: { is: 'within_last', value: '14d' } },
  'loyal-readers': { all: [{ audience: 'readers' }, { audience: 'customers' }] },
};

/** A journey whose runs sleep for a month. */
export const sleeper: JourneyDefinition = {
  name: 'Sleeper',
  entry: { on: { event: 'Fell Asleep' } },
  purpose: 'service',
  start: 'sleep',
  steps: { sleep: { type: 'wait', for: '30d', next: 'done' }, done: { type: 'exit', reason: 'rested' } },
};

const journeys: Readonly<Record<string, JourneyDefinition>> = {
  'abandoned-cart': {
    name: 'Abandoned cart',
    entry: { on: { event: 'Cart Started' } },
    exits: [{ on: { event: 'Order Completed' }, reason: 'purchased' }],
    purpose: 'marketing',
    start: 'settle',
    steps: { settle: { type: 'wait', for: '2h', next: 'done' }, done: { type: 'exit', reason: 'abandoned' } },
  },
  'win-back': { ...sleeper, name: 'Win back', entry: { on: { event: 'Subscription Cancelled' } } },
  upgrade: { ...sleeper, name: 'Upgrade', entry: { on: { event: 'Plan Outgrown' } } },
};

/** Ten audiences and three journeys. */
export async function putDefinitions({ audiences, journeys: runs }: Client): Promise<void> {
  for (const [key, rule] of Object.entries(rules)) await audiences.put(key, { name: key, rule });
  for (const [key, journey] of Object.entries(journeys)) {
    await runs.put(key, journey);
    await runs.publish(key);
  }
}
