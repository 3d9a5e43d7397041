import { anEvent, aRuleset, day, hour, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { exposureName } from '../../journeys/exposure';
import { JourneyDefinition } from '../../journeys/journey.schema';
import type { Json } from '../../json';
import type { Profile } from '../profile';

const next = 'done';
const journey = JourneyDefinition.parse({
  key: 'cart',
  name: 'Cart',
  entry: { on: { event: 'Cart Started' } },
  exits: [{ on: { event: 'Stopped' } }],
  goals: [{ key: 'buy', on: { event: 'Bought' }, within: '7d', value: 'properties.revenue' }],
  start: 'which',
  steps: {
    which: {
      type: 'split',
      experiment: 'subject',
      goal: 'buy',
      variants: [
        { key: 'short', weight: 50, next },
        { key: 'long', weight: 50, next },
      ],
    },
    done: { type: 'wait', for: '30d', next: 'bye' },
    bye: { type: 'exit' },
  },
});

class Lived {
  now = noon;
  readonly world = new FoldedWorld(aRuleset({ journeys: [journey] }));

  tell(name: string, of: Parameters<typeof anEvent>[0] = {}, afterMs = hour): void {
    this.now += afterMs;
    const event = anEvent({ name, ...of, occurredAt: this.now, receivedAt: this.now, messageId: `m-${this.now}` });
    this.world.apply([event], this.now);
  }

  expose(user: string, variant: string, experiment: Json = 'subject'): void {
    const properties = { experiment, variant, drawnBy: 'short:50 long:50' };
    this.tell(exposureName, { by: { user_id: user }, properties, isAboutProfile: true });
  }

  merge(): void {
    this.tell('Same', { isMerge: true, identifiers: ['u1', 'u2'].flatMap((user) => identifiers({ user_id: user })) });
  }

  of(user: string): Profile {
    return this.world.living().find((one) => one.identifiers.some(({ value }) => value === user)) as Profile;
  }

  subject = (user = 'u1') => this.of(user).experiments?.['subject'];
}

describe('a variant', () => {
  it('is that of the first exposure, whatever comes after', () => {
    const lived = new Lived();
    lived.expose('u1', 'short');
    const first = lived.subject();
    lived.expose('u1', 'long');
    expect(lived.subject()).toEqual(first);
    expect(first).toEqual({ variant: 'short', drawnBy: 'short:50 long:50', at: noon + hour });
  });

  it('is of one experiment, and nothing that somebody else says by chance', () => {
    const lived = new Lived();
    lived.expose('u1', 'short', 'other');
    lived.tell('exposure', { properties: { experiment: 'subject', variant: 'long', drawnBy: '' } });
    expect(Object.keys(lived.of('u1').experiments ?? {})).toEqual(['other']);
  });

  it('stays the older where two become one, who then is in no comparison; the other comes back with an unmerge', () => {
    const lived = new Lived();
    lived.tell('Seen', { by: { user_id: 'u1' } });
    lived.expose('u2', 'long');
    lived.expose('u1', 'short');
    lived.merge();
    expect(lived.subject()).toMatchObject({ variant: 'long', isContaminated: true });
    const [{ absorbed } = { absorbed: lived.of('u2').id }] = lived.world.merges;
    lived.world.unmerge(absorbed, (lived.now += hour));
    expect(lived.subject('u1')).toEqual({ variant: 'short', drawnBy: 'short:50 long:50', at: noon + 3 * hour });
    expect(lived.subject('u2')).toEqual({ variant: 'long', drawnBy: 'short:50 long:50', at: noon + 2 * hour });
  });

  it('of two who have the same goes on to count, with what either did', () => {
    const lived = new Lived();
    lived.expose('u1', 'short');
    lived.tell('Cart Started', { by: { user_id: 'u2' } });
    lived.expose('u2', 'short');
    lived.tell('Bought', { by: { user_id: 'u2' }, properties: { revenue: 30 } });
    lived.merge();
    expect(lived.subject()).toEqual({
      variant: 'short',
      drawnBy: 'short:50 long:50',
      at: noon + hour,
      conversion: { at: noon + 4 * hour, value: 30 },
    });
  });

  it('is not taken down of somebody who is restricted, nor what they do; what they have stays', () => {
    const lived = new Lived();
    lived.tell('Cart Started');
    lived.expose('u1', 'short', 'other');
    lived.world.profiles.set(lived.of('u1').id, { ...lived.of('u1'), restrictedAt: lived.now });
    lived.expose('u1', 'short');
    expect(Object.keys(lived.of('u1').experiments ?? {})).toEqual(['other']);
  });

  it('goes with an erasure', () => {
    const lived = new Lived();
    lived.expose('u1', 'short');
    const { id } = lived.of('u1');
    lived.world.erase({ type: 'user_id', value: 'u1' }, (lived.now += hour));
    expect(lived.world.profiles.get(id)).not.toHaveProperty('experiments');
  });
});

describe('the goal of an experiment', () => {
  const enter = () => {
    const lived = new Lived();
    lived.tell('Cart Started');
    return lived;
  };

  it('has its window open at the exposure, and counts once, also after the run has ended', () => {
    const lived = enter();
    lived.tell('Bought', { properties: { revenue: 10 } });
    lived.tell('Waited', {}, 6 * day);
    lived.expose('u1', 'short');
    lived.tell('Stopped');
    lived.tell('Bought', { properties: { revenue: 20 } }, 6 * day);
    lived.tell('Bought', { properties: { revenue: 40 } });
    expect(lived.subject()).toMatchObject({ conversion: { value: 20 } });
  });

  it('is not reached when the window is over', () => {
    const lived = enter();
    lived.expose('u1', 'short');
    lived.tell('Bought', {}, 7 * day + 1);
    expect(lived.subject()).not.toHaveProperty('conversion');
  });
});
