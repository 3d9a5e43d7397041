import type { EventInput } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';
import { day, foundIn, historiesOf, hookMs, hour, membership, putAudiences } from './use-cases-harness';

const viewed: Said = { type: 'track', event: 'Product Viewed', properties: { product_id: 'p1', category: 'shoes' } };
const started: Said = { type: 'track', event: 'Cart Started', properties: { cart_id: 'c1' } };
const startedOther: Said = { type: 'track', event: 'Cart Started', properties: { cart_id: 'c2' } };
const orderedShoes: Said = {
  type: 'track',
  event: 'Order Completed',
  properties: { cart_id: 'c9', products: [{ category: 'hats' }, { category: 'shoes' }] },
};
const ordered: Said = { type: 'track', event: 'Order Completed', properties: { cart_id: 'c1', revenue: 40 } };
const identified = (traits: Record<string, string | number>): Said => ({ type: 'identify', traits });

/** An event without the person, who has a name and an address in every test. */
type Said = EventInput extends infer One ? (One extends EventInput ? Omit<One, 'userId'> : never) : never;

const names = ['Wilhelmina', 'Thistlewood'];

describe('the audiences of examples/', () => {
  let system: System;
  let at = Date.now();
  const happen = async (userId: string, ...events: Said[]) => {
    const person: EventInput = {
      type: 'identify',
      userId,
      traits: { name: names.join(' '), email: `${userId}@personal.example` },
    };
    const answer = await system.client.events.batch([person, ...events.map((event) => ({ ...event, userId }))]);
    expect(answer).toMatchObject({ accepted: events.length + 1, rejected: [] });
  };
  const sizeOf = async (audience: string) => (await system.client.audiences.get(audience)).size;

  beforeAll(async () => {
    system = await startSystem({ clock: () => at });
    await putAudiences(
      system,
      'existing-customers',
      'product-viewers',
      'vip',
      'cart-abandoners',
      'inactive-60d',
      'hot-leads',
      'abandoned-carts',
      'keen-on-a-category',
    );
  }, hookMs);
  afterAll(() => system.stop(), hookMs);

  it.each<[string, string, 'in' | 'out', Said[]]>([
    ['existing-customers', 'an active subscription', 'in', [identified({ status: 'active' })]],
    [
      'existing-customers',
      'one that has ended',
      'out',
      [identified({ status: 'active' }), identified({ status: 'inactive' })],
    ],
    ['existing-customers', 'no status', 'out', [viewed]],
    ['vip', 'gold and 900', 'in', [identified({ tier: 'gold', ltv: 900 })]],
    ['vip', 'gold and 500, which is not above', 'out', [identified({ tier: 'gold', ltv: 500 })]],
    ['vip', 'silver and 900', 'out', [identified({ tier: 'silver', ltv: 900 })]],
    ['vip', 'gold and a number in a text', 'out', [identified({ tier: 'gold', ltv: '900' })]],
    ['product-viewers', 'a view', 'in', [viewed]],
    ['product-viewers', 'a view and a purchase', 'out', [viewed, ordered]],
    ['cart-abandoners', 'a cart', 'in', [started]],
    ['cart-abandoners', 'a cart and a purchase', 'out', [started, ordered]],
    ['abandoned-carts', 'a cart just now', 'out', [started]],
    ['keen-on-a-category', 'three views of a category', 'in', [viewed, viewed, viewed]],
    ['keen-on-a-category', 'two views of a category', 'out', [viewed, viewed]],
    [
      'keen-on-a-category',
      'three views of a category and an order of it',
      'out',
      [viewed, orderedShoes, viewed, viewed],
    ],
    ['inactive-60d', 'a purchase just now', 'out', [ordered]],
    ['inactive-60d', 'no purchase ever', 'out', [viewed]],
  ])(
    '%s: somebody with %s is %s',
    async (audience, what, is, events) => {
      const userId = `${audience}-${what.replaceAll(/\W+/g, '-')}`;
      await happen(userId, ...events);
      await system.settled();
      await membership(system, `user_id:${userId}`, audience, is);
    },
    60_000,
  );

  it('product-viewers: enters on a view and leaves on the purchase, each once', async () => {
    await happen('buyer', viewed);
    await membership(system, 'user_id:buyer', 'product-viewers', 'in');
    await happen('buyer', ordered);
    await membership(system, 'user_id:buyer', 'product-viewers', 'out');
    const { data } = await system.client.profiles.audiences('user_id:buyer');
    expect(data.filter(({ key }) => key === 'product-viewers')).toHaveLength(1);
  }, 180_000);

  it.each<[string, string, Said, number, 'in' | 'out']>([
    ['cart-abandoners', 'leaves 24 hours after the cart', started, 24 * hour, 'out'],
    ['product-viewers', 'leaves 7 days after the view', viewed, 7 * day, 'out'],
    ['inactive-60d', 'enters 60 days after the purchase', ordered, 60 * day, 'in'],
  ])(
    '%s: somebody %s, by the clock alone, to the millisecond',
    async (audience, _, event, windowMs, after) => {
      const before = after === 'in' ? 'out' : 'in';
      const userId = `clock-${audience}`;
      const ref = `user_id:${userId}`;
      const happenedAt = at;
      await happen(userId, event);
      await system.settled();
      await membership(system, ref, audience, before);
      // A window is closed: at its very end the event is still inside. What is at least as old as the window is old.
      const turnsAt = happenedAt + windowMs + (after === 'in' ? 0 : 1);
      const preview = async (asOf: number) =>
        (await system.client.audiences.preview(audience, { asOf, sample: 100 })).sample.includes(
          (await system.client.profiles.get(ref)).id,
        );
      expect([await preview(turnsAt - 1), await preview(turnsAt)]).toEqual([before === 'in', after === 'in']);
      at = turnsAt;
      await membership(system, ref, audience, after);
    },
    60_000,
  );

  it('abandoned-carts: somebody enters when the span of a cart is over, by the clock alone; an order of another cart changes nothing', async () => {
    const startedAt = at;
    await happen('two-carts', started, startedOther, ordered);
    await happen('one-cart', started, ordered);
    await system.settled();
    await membership(system, 'user_id:two-carts', 'abandoned-carts', 'out');
    at = startedAt + 24 * hour;
    await membership(system, 'user_id:two-carts', 'abandoned-carts', 'out');
    at = startedAt + 24 * hour + 1;
    await membership(system, 'user_id:two-carts', 'abandoned-carts', 'in');
    await membership(system, 'user_id:one-cart', 'abandoned-carts', 'out');
    const explained = await system.client.audiences.explain('abandoned-carts', { profile: 'user_id:two-carts' });
    expect(explained).toMatchObject({ matches: true, parts: [{ actual: new Date(startedAt).toISOString() }] });
  }, 60_000);

  it('hot-leads: stays while the fact is renewed, and leaves when it expires, by the clock alone', async () => {
    const score = (ttl: string) =>
      system.client.events.facts([{ identifiers: { user_id: 'lead' }, name: 'lead_score', value: 80, ttl }]);
    await score('1h');
    await membership(system, 'user_id:lead', 'hot-leads', 'in');
    at += hour / 2;
    await score('1h');
    await system.settled();
    at += hour - 1;
    await happen('lead', viewed);
    await system.settled();
    await membership(system, 'user_id:lead', 'hot-leads', 'in');
    at += 1;
    await membership(system, 'user_id:lead', 'hot-leads', 'out');
    expect((await system.client.profiles.get('user_id:lead')).traits).not.toHaveProperty('lead_score');
    const { data } = await system.client.profiles.audiences('user_id:lead');
    const stays = data.filter(({ key }) => key === 'hot-leads');
    expect(stays).toMatchObject([{ exitedAt: new Date(at).toISOString() }]);
  }, 180_000);

  it('inactive-60d: a purchase brings somebody back', async () => {
    await happen('clock-inactive-60d', ordered);
    await membership(system, 'user_id:clock-inactive-60d', 'inactive-60d', 'out');
  }, 180_000);

  it('after so much time the sizes and the members agree with the plain evaluation of the rules', async () => {
    await system.settled();
    for (const audience of ['product-viewers', 'cart-abandoners', 'inactive-60d', 'vip', 'existing-customers']) {
      const { count } = await system.client.audiences.preview(audience, { asOf: at });
      await until(async () => (await sizeOf(audience)) === count || undefined, `${audience} to have ${count} members`);
      expect((await system.client.audiences.members(audience)).data).toHaveLength(count);
    }
    expect(await sizeOf('vip')).toBe(1);
  }, 180_000);

  it('leaves no name and no address in Temporal', async () => {
    const text = await historiesOf(system, ['intake', 'clock', 'backfill']);
    expect(foundIn(text, [...names, 'personal.example'])).toEqual([]);
  }, 180_000);
});
