import { anEvent, anIdentify, aRuleset, hour, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { isDrawn } from '../../audiences/holdout';
import { profileId } from '../../ids';
import type { Profile } from '../profile';
import type { Attachment } from '../ruleset';

const people = ['u1', 'u2', 'u3'] as const;
type User = (typeof people)[number];
/** A name under which chance holds out the second of them alone. */
const audience = Array.from({ length: 200 }, (_, index) => `gold-${index}`).find((key) =>
  people.every((_, index) => isDrawn(key, 50, profileId(`prf_${index + 1}`)) === (index === 1)),
) as string;
const rule = { trait: 'tier', is: 'equals', value: 'gold' } as const;
const ads: Attachment = { audience, destination: 'ads', identifiers: ['user_id'], use: 'target', sinceRuleset: 1 };

class Lived {
  now = noon;
  #version = 1;
  readonly world = new FoldedWorld(this.ruleset({}));

  constructor(gold: readonly User[] = people) {
    for (const user of people) this.identify(user, gold.includes(user) ? 'gold' : 'none');
  }

  ruleset({ percent = 50, attachments = [ads], isThere = true }): FoldedWorld['ruleset'] {
    return aRuleset({
      version: this.#version,
      audiences: isThere ? { [audience]: rule } : {},
      ...(percent > 0 && { holdouts: { [audience]: percent } }),
      attachments,
    });
  }

  define(of: Parameters<Lived['ruleset']>[0]): void {
    this.#version += 1;
    this.world.ruleset = this.ruleset(of);
    this.world.tick((this.now += hour));
  }

  identify = (user: User, tier: string): void => this.tell(anIdentify({ tier }, { by: { user_id: user } }));
  merge = (one: User, other: User): void =>
    this.tell(anEvent({ isMerge: true, identifiers: [one, other].flatMap((user) => identifiers({ user_id: user })) }));
  unmerge = (index: number): void => this.world.unmerge(profileId(`prf_${index}`), (this.now += hour));

  tell(event: ReturnType<typeof anEvent>): void {
    this.now += hour;
    this.world.apply([{ ...event, occurredAt: this.now, receivedAt: this.now, messageId: `m-${this.now}` }], this.now);
  }

  of(user: User): Profile {
    return this.world.living().find((one) => one.identifiers.some(({ value }) => value === user)) as Profile;
  }

  /** `held`, `sent`, with `!` where contaminated, or nothing. */
  arms(): (string | undefined)[] {
    return people.map((user) => {
      const arm = this.of(user).holdouts?.[audience];
      return arm && `${arm.isHeldOut ? 'held' : 'sent'}${arm.isContaminated ? '!' : ''}`;
    });
  }

  /** What the last wish of each says. */
  wanted(): (boolean | undefined)[] {
    return people.map((user) => this.world.syncs.findLast(({ profile }) => profile === this.of(user).id)?.isIn);
  }
}

describe('a member of an audience with a holdout', () => {
  it('has an arm from the first time they could be sent', () => {
    const lived = new Lived(['u1', 'u2']);
    expect(lived.arms()).toEqual(['sent', 'held', undefined]);
    expect(lived.wanted()).toEqual([true, false, undefined]);
    expect(lived.of('u2').memberships[audience]).toMatchObject({ isHeldOut: true });
  });

  it('enters it like any other, so that journeys start', () => {
    const { edges } = new Lived().world;
    expect(edges.map(({ profile, edge, cause }) => [profile, edge, cause])).toEqual(
      ['prf_1', 'prf_2', 'prf_3'].map((profile) => [profile, 'entered', 'event']),
    );
  });

  it.each<[string, (lived: Lived) => void]>([
    ['the percentage is lowered', (lived) => lived.define({ percent: 0.001 })],
    ['they leave and come back', (lived) => ['none', 'gold'].forEach((tier) => lived.identify('u2', tier))],
    ['it is detached', (lived) => lived.define({ attachments: [] })],
    ['it is turned off', (lived) => lived.define({ percent: 0 })],
    ['it is turned off and on', (lived) => [0, 5].forEach((percent) => lived.define({ percent }))],
  ])('keeps it when %s', (_, happens) => {
    const lived = new Lived();
    happens(lived);
    expect(lived.arms()).toEqual(['sent', 'held', 'sent']);
  });

  it('keeps it when the percentage is raised, which only others are drawn by', () => {
    const lived = new Lived(['u1']);
    lived.define({ percent: 0.001 });
    lived.identify('u2', 'gold');
    lived.define({ percent: 50 });
    expect(lived.arms()).toEqual(['sent', 'sent', undefined]);
  });

  it('has none while nothing is sent of the audience, not even of an exclusion list', () => {
    const lived = new Lived([]);
    lived.define({ attachments: [{ ...ads, use: 'exclude', sinceRuleset: 2 }] });
    for (const user of people) lived.identify(user, 'gold');
    expect(lived.arms()).toEqual([undefined, undefined, undefined]);
    expect(lived.wanted()).toEqual([true, true, true]);
    lived.define({ attachments: [{ ...ads, sinceRuleset: 3 }] });
    expect(lived.arms()).toEqual(['sent', 'held', 'sent']);
    expect(lived.wanted()).toEqual([true, false, true]);
  });

  it('stays on exclusion lists though held out', () => {
    const lived = new Lived();
    lived.define({ attachments: [ads, { ...ads, destination: 'off', use: 'exclude', sinceRuleset: 2 }] });
    const wish = lived.world.syncs.findLast(({ destination, profile }) => destination === 'off' && profile === 'prf_2');
    expect(wish).toMatchObject({ isIn: true });
  });

  it('is sent while there is no holdout, and held out again with it', () => {
    const lived = new Lived();
    lived.define({ percent: 0 });
    expect(lived.wanted()).toEqual([true, true, true]);
    lived.define({ percent: 10 });
    expect(lived.wanted()).toEqual([true, false, true]);
  });

  it('has none any more once the audience is deleted', () => {
    const lived = new Lived();
    lived.define({ percent: 0, attachments: [], isThere: false });
    expect(lived.of('u2').holdouts).toBeUndefined();
  });
});

describe('one person who was two', () => {
  it('is held out where one was, contaminated where they differ, and taken off with the reason', () => {
    const lived = new Lived();
    lived.merge('u1', 'u2');
    expect(lived.arms()).toEqual(['held!', 'held!', 'sent']);
    const wishes = lived.world.syncs
      .slice(-2)
      .map(({ profile, isIn, hasRefused, isHeldOut }) => ({ profile, isIn, hasRefused, isHeldOut }));
    expect(wishes).toEqual(
      ['prf_1', 'prf_2'].map((profile) => ({ profile, isIn: false, hasRefused: true, isHeldOut: true })),
    );
  });

  it.each<[string, (lived: Lived) => void]>([
    ['at once', () => undefined],
    ['after a later merge', (lived) => lived.merge('u1', 'u3')],
    ['after both had left the audience', (lived) => lived.identify('u1', 'none')],
  ])('has the arms of before once that is taken back %s', (_, happens) => {
    const lived = new Lived();
    lived.merge('u1', 'u2');
    happens(lived);
    lived.unmerge(2);
    expect(lived.arms().slice(0, 2)).toEqual(['sent', 'held']);
  });

  it('has the arm of the other who was merged later, once the first is taken back, and then its own', () => {
    const lived = new Lived();
    lived.merge('u1', 'u3');
    lived.merge('u1', 'u2');
    expect(lived.arms()).toEqual(['held!', 'held!', 'held!']);
    lived.unmerge(3);
    expect(lived.arms()).toEqual(['held!', 'held!', 'sent']);
    lived.unmerge(2);
    expect(lived.arms()).toEqual(['sent', 'held', 'sent']);
  });

  it('keeps the arm that it was given as one, and the other gets its own', () => {
    const lived = new Lived([]);
    lived.merge('u1', 'u2');
    lived.identify('u1', 'gold');
    lived.merge('u1', 'u3');
    expect(lived.arms()).toEqual(['sent', 'sent', 'sent']);
    lived.unmerge(2);
    lived.identify('u2', 'gold');
    expect(lived.arms()).toEqual(['sent', 'held', 'sent']);
  });

  it('is taken back to the arm it was given between two merges, whichever is taken back first', () => {
    const lived = new Lived(['u2']);
    lived.merge('u1', 'u3');
    lived.identify('u1', 'gold');
    lived.merge('u1', 'u2');
    lived.unmerge(3);
    expect(lived.arms()).toEqual(['held!', 'held!', undefined]);
    lived.unmerge(2);
    expect(lived.arms()).toEqual(['sent', 'held', undefined]);
  });

  it('has no arm left of somebody who had one and is somebody else again', () => {
    const lived = new Lived(['u2']);
    lived.merge('u1', 'u2');
    expect(lived.arms()).toEqual(['held', 'held', undefined]);
    lived.unmerge(2);
    expect(lived.arms()).toEqual([undefined, 'held', undefined]);
  });
});

it('forgets the arm of somebody who is erased', () => {
  const lived = new Lived();
  lived.world.erase({ type: 'user_id', value: 'u2' }, lived.now);
  expect(lived.world.profiles.get(profileId('prf_2'))?.holdouts).toBeUndefined();
});
