import { JourneyDefinition } from '../domain/journeys/journey.schema';
import { AudienceDefinition } from '../domain/audiences/rule.schema';
import {
  all,
  audience,
  destination,
  entered,
  event,
  flow,
  inAudience,
  journey,
  on,
  otherwise,
  trait,
  variant,
  wordsOf,
  when,
} from './builder';

const offer = { mapping: { template: 'offer' } };

describe('a journey as code', () => {
  const cart = journey('abandoned-cart')
    .on(event('Cart Started'))
    .key('properties.cart_id')
    .exitOn(event('Order Completed').match({ 'properties.cart_id': 'entry.properties.cart_id' }), 'purchased')
    .goal('purchase', event('Order Completed'), { within: '7d', value: 'properties.revenue' })
    .wait('2h')
    .send('crm', offer)
    .exit('reminded');

  it('is the JSON that is saved, its steps called by what they do', () => {
    expect(cart.toDefinition()).toEqual({
      key: 'abandoned-cart',
      name: 'Abandoned cart',
      entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id' },
      exits: [
        {
          on: { event: 'Order Completed', match: { 'properties.cart_id': 'entry.properties.cart_id' } },
          reason: 'purchased',
        },
      ],
      goals: [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d', value: 'properties.revenue' }],
      start: 'wait-2h',
      steps: {
        'wait-2h': { type: 'wait', for: '2h', next: 'send-crm' },
        'send-crm': { type: 'send', destination: 'crm', ...offer, next: 'exit-reminded' },
        'exit-reminded': { type: 'exit', reason: 'reminded' },
      },
    });
    expect(JourneyDefinition.safeParse(cart.toDefinition()).error).toBeUndefined();
  });

  const stepsOf = (one: { toDefinition(): JourneyDefinition }) => one.toDefinition().steps;
  const begun = () => journey('a').on(entered('vip'));

  it('goes on after a branch where a case does not say otherwise', () => {
    const one = begun()
      .branch(when(inAudience('staff')), when(trait('tier').equals('gold'), flow().send('crm').as('gold')))
      .as('who')
      .exit()
      .as('done');
    expect(stepsOf(one)).toMatchObject({
      who: { cases: [{ next: 'done' }, { next: 'gold' }], else: 'done' },
      gold: { next: 'done' },
    });
  });

  it('ends where a flow says so, and goes to a step that is named', () => {
    const one = begun()
      .wait('1d')
      .as('again')
      .waitFor(
        { timeout: '7d' },
        on(event('Clicked'), flow().send('crm').as('thanks').end()),
        otherwise(flow().goTo('again')),
      )
      .as('listen')
      .send('crm')
      .as('never');
    expect(stepsOf(one)).toMatchObject({ listen: { first: [{ next: 'thanks' }], onTimeout: 'again' } });
    expect(stepsOf(one)['thanks']).not.toHaveProperty('next');
  });

  it('has an exit where a step must lead on and nothing comes', () => {
    expect(stepsOf(begun().wait('1d'))).toEqual({
      'wait-1d': { type: 'wait', for: '1d', next: 'end' },
      end: { type: 'exit' },
    });
  });

  it('counts steps that do the same, and leaves given names alone', () => {
    const one = begun().send('crm').send('crm').send('crm').as('send-crm-2');
    expect(Object.keys(stepsOf(one))).toEqual(['send-crm', 'send-crm-3', 'send-crm-2']);
  });

  it('is not changed by what is made from it', () => {
    const base = begun().wait('1h');
    base.send('crm').exit();
    expect(Object.keys(stepsOf(base))).toEqual(['wait-1h', 'end']);
  });

  it.each([
    ['a name twice', () => begun().wait('1h').as('a').wait('1h').as('a').toDefinition(), 'Two steps are called "a"'],
    ['a name without a step', () => begun().as('a'), 'There is no step to call "a" yet.'],
    [
      'a flow in two places',
      () => {
        const same = flow().send('crm');
        return begun()
          .split('x', {}, variant('a', 50, same), variant('b', 50, same))
          .toDefinition();
      },
      'A flow stands in two places',
    ],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('an audience and a destination as code', () => {
  it('are the JSON that is saved', () => {
    const vip = audience('vip', 'VIP').where(
      all(trait('tier').equals('gold'), event('Order').atLeast(3).within('30d')),
    );
    expect(AudienceDefinition.parse(vip.toDefinition())).toEqual({
      key: 'vip',
      name: 'VIP',
      rule: {
        all: [
          { trait: 'tier', is: 'equals', value: 'gold' },
          { event: 'Order', count: { is: 'at_least', value: 3 }, within: '30d' },
        ],
      },
    });
    const crm = destination('crm').type('webhook', { url: 'https://crm.example.com' });
    expect(crm.secrets({ signingSecret: { fromEnv: 'CRM_SECRET' } }).toDefinition()).toMatchObject({
      secrets: { signingSecret: { fromEnv: 'CRM_SECRET' } },
    });
  });
});

/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- the calls are wrong on purpose */
describe('what does not compile', () => {
  interface Shop {
    readonly events: {
      readonly 'Cart Started': { readonly cart_id: string; readonly total: number };
      readonly 'Order Completed': { readonly revenue: number };
    };
    readonly traits: { readonly tier: string; readonly ltv: number };
  }
  const known = wordsOf<Shop>();

  // Nothing here is asserted when it runs: a line whose error is not there any more stops the types from being checked.
  it('is what the vocabulary does not know, or of another type', () => {
    known.event('Cart Started').where('cart_id', (is) => is.equals('c1'));
    known.event('identify');
    // @ts-expect-error -- there is no such event
    known.event('Cart Startet');
    // @ts-expect-error -- it has no such property
    known.event('Cart Started').where('revenue', (is) => is.equals(1));
    // @ts-expect-error -- the property is text
    known.event('Cart Started').where('cart_id', (is) => is.equals(1));
    // @ts-expect-error -- nor has it that one to add up
    known.event('Order Completed').sum('total');
    // @ts-expect-error -- there is no such trait
    known.trait('tire');
    // @ts-expect-error -- the trait is a number
    known.trait('ltv').equals('much');
    expect(known.trait('ltv').atLeast(500).toJSON()).toEqual({ trait: 'ltv', is: 'at_least', value: 500 });
  });

  it('is a piece where another belongs', () => {
    const ended = journey('a').on(event('A')).exit();
    // @ts-expect-error -- nothing follows an exit
    expect(() => ended.send('crm')).toThrow('Nothing follows the end of a flow');
    // @ts-expect-error -- a rule sets nothing going
    journey('a').on(event('A').atLeast(3));
    // @ts-expect-error -- what is matched with a run is no rule
    all(event('A').match({ 'properties.id': 'entry.properties.id' }));
    // @ts-expect-error -- a count is no text
    event('A').count().equals('3');
    // @ts-expect-error -- how long ago is asked of the first and the last
    event('A').count().olderThan('3d');
    // @ts-expect-error -- a send goes to a destination
    flow().send();
    expect(flow().nodes).toEqual([]);
  });
});
