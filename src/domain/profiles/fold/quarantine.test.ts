import { aFold, anEvent, anIdentify, aProfile, aRuleset, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { IdentityPolicy } from '../../identity/identity-policy.schema';
import type { Event } from '../../events/event';
import { foldEvents } from './fold';

const shop = { email: 'shop@x.example' };
const shopId = { type: 'email', value: shop.email };
const by = (one: Readonly<Record<string, string>>, of: Partial<Event> = {}): Event => anEvent({ by: one, ...of });
const customer = (n: number, of: Partial<Event> = {}): Event => by({ user_id: `u${n}`, ...shop }, of);
/** As many people as are named, each coming with the shop's address. */
const customers = (count: number, from = 1): Event[] => Array.from({ length: count }, (_, n) => customer(from + n));

function world(events: readonly Event[], identity: IdentityPolicy = {}, size = 500): FoldedWorld {
  const folded = new FoldedWorld(aRuleset({ identity }));
  folded.apply(events, noon, size);
  return folded;
}
const inQuarantine = (of: FoldedWorld): boolean => of.notes.get('email\nshop@x.example')?.quarantine !== undefined;
const peopleWith = (of: FoldedWorld): number =>
  of.living().filter((profile) => profile.identifiers.some(({ value }) => value === shop.email)).length;

describe('an identifier that comes with many people', () => {
  it.each([
    [{}, 10, false],
    [{}, 11, true],
    [{ quarantine: { most: 3 } }, 3, false],
    [{ quarantine: { most: 3 } }, 4, true],
    [{ quarantine: false as const }, 40, false],
  ])('under %j is in quarantine after %i of them: %s', (policy, count, isHeld) => {
    for (const size of [1, 500]) {
      const folded = world(customers(count), policy, size);
      expect([inQuarantine(folded), peopleWith(folded)]).toEqual([isHeld, isHeld ? 0 : 1]);
      expect(folded.ownerOf(shopId) === undefined).toBe(isHeld);
    }
  });

  it('is counted once for each person, however often they come', () => {
    const again = Array.from({ length: 20 }, () => customer(2));
    expect(inQuarantine(world([customer(1), ...again]))).toBe(false);
  });

  it('is counted once for somebody who has turned out to be several of them', () => {
    const first = customer(9);
    const events = [8, 7, 6].flatMap((n) => [
      by({ user_id: `u${n}` }, { occurredAt: noon - 10 + n, receivedAt: noon }),
      anEvent({
        isMerge: true,
        identifiers: identifiers({ user_id: `u${n}` }).concat(identifiers({ user_id: `u${n + 1}` })),
      }),
      customer(n),
    ]);
    const folded = world([customer(1), first, ...events], { quarantine: { most: 3 } }, 1);
    expect(folded.notes.get('email\nshop@x.example')?.people).toHaveLength(1);
  });

  it('is counted by those whom it was dropped from, and not by the events of its owner or of devices', () => {
    const devices = Array.from({ length: 20 }, (_, n) => by({ anonymous_id: `a${n}`, ...shop }));
    expect(inQuarantine(world(devices))).toBe(false);
  });
});

describe('an identifier in quarantine', () => {
  it('is dropped from what comes, and whoever else is named takes the event', () => {
    const outcome = foldEvents(aFold({ ruleset: aRuleset({}), events: [...customers(11), customer(1)] }));
    const blocked = outcome.done && outcome.changes.applied.map((one) => one.blocked?.map(({ reason }) => reason));
    expect(blocked).toEqual([undefined, ...Array<string[]>(10).fill(['unique']), ['quarantined']]);
  });

  it('loses no event that names nobody else: one profile has them all, which is nobody’s', () => {
    for (const size of [1, 500]) {
      const folded = world([...customers(11), by(shop), anIdentify({ tier: 'gold' }, { by: shop })], {}, size);
      const [keeper, ...others] = folded.living().filter(({ isShared }) => isShared);
      expect(others).toEqual([]);
      expect(keeper && [keeper.identifiers, folded.historyOf(keeper).length, keeper.traits['tier']?.value]).toEqual([
        [],
        2,
        'gold',
      ]);
    }
  });

  it('leaves its owner the rest, and destinations hear that they have it no longer', () => {
    const target = { identifiers: ['email', 'user_id'], use: 'target' as const, sinceRuleset: 1 };
    const gold = { trait: 'tier', is: 'equals', value: 'gold' } as const;
    const ruleset = aRuleset({
      audiences: { gold },
      attachments: [{ audience: 'gold', destination: 'ads', ...target }],
    });
    const folded = new FoldedWorld(ruleset);
    folded.apply([anIdentify({ tier: 'gold' }, { by: { user_id: 'u1', ...shop } }), ...customers(10, 2)], noon);
    expect(folded.syncs.at(-1)).toMatchObject({ isIn: true });
    expect(folded.syncs.at(-1)?.identifiers).toEqual({ user_id: 'u1' });
  });

  it('is whoever’s comes next once it is released, and is counted anew', () => {
    const folded = world(customers(11));
    folded.release(shopId);
    folded.apply([by({ user_id: 'u9', ...shop }), ...customers(5)], noon);
    expect([inQuarantine(folded), peopleWith(folded)]).toEqual([false, 1]);
    folded.apply(customers(11, 20), noon);
    expect(inQuarantine(folded)).toBe(true);
  });

  it.each([
    ['that somebody has', [customer(1)]],
    ['that nobody ever had', []],
  ])('is also one %s and that somebody asked for', (_, before) => {
    for (const size of [1, 500]) {
      const asked = by(shop, { kind: 'alias', isQuarantine: true });
      const folded = world([...before, asked, customer(1), by(shop)], {}, size);
      expect([inQuarantine(folded), peopleWith(folded)]).toEqual([true, 0]);
      expect(folded.living().map((profile) => [profile.isShared, folded.historyOf(profile).length])).toEqual(
        expect.arrayContaining([
          [true, 2],
          [undefined, before.length + 1],
        ]),
      );
    }
  });

  it('is forgotten with what came under it when it is erased', () => {
    const folded = world([...customers(11), by(shop)]);
    folded.erase(shopId, noon);
    expect(folded.living().filter(({ isShared }) => isShared)).toEqual([]);
    folded.apply([by(shop)], noon);
    expect(folded.refused).toHaveLength(1);
  });

  it('takes no events of a keeper that is gone to nobody: the next is a new one', () => {
    const quarantine = { at: noon, reason: 'people' as const, source: 's', keeper: aProfile('prf_gone').id };
    const notes = new Map([['email\nshop@x.example', { rev: 3, people: [], quarantine }]]);
    const outcome = foldEvents(aFold({ ruleset: aRuleset({}), events: [by(shop)], notes }));
    expect(outcome.done && outcome.changes.notes).toMatchObject([
      {
        identifier: identifiers(shop)[0],
        readRev: 3,
        isNew: false,
        note: { rev: 4, quarantine: { keeper: 'prf_new1' } },
      },
    ]);
  });
});
