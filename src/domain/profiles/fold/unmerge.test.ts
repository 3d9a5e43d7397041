import { anEvent, aRuleset, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Event } from '../../events/event';
import type { Merge } from '../change-set';
import type { Profile } from '../profile';

type Names = Readonly<Record<string, string>>;
const [ann, bob, cid] = [{ user_id: 'ann' }, { user_id: 'bob' }, { user_id: 'cid' }];
const at = (hours: number) => ({ occurredAt: noon + hours * hour, receivedAt: noon + hours * hour });
const meet = (by: Names, hours: number): Event => anEvent({ by, ...at(hours) });
const call = (by: Names, hours: number, context: Event['context'] = {}, of: Partial<Event> = {}): Event =>
  anEvent({
    ...{ kind: 'group', name: 'group', by, properties: { groupId: 'home' }, ...at(hours), ...of },
    context: { groupType: 'household', ...context },
  });
const merge = (one: Names, other: Names, hours: number): Event => {
  const identifiers = [one, other].flatMap((by) => Object.entries(by).map(([type, value]) => ({ type, value })));
  return anEvent({ isMerge: true, identifiers, ...at(hours) });
};
const personOf = (world: FoldedWorld, { user_id: value }: { user_id: string }): Profile =>
  world.living().find(({ identifiers }) => identifiers.some((one) => one.value === value)) as Profile;
const mergeOf = (world: FoldedWorld, { user_id: value }: { user_id: string }): Merge =>
  world.merges.findLast(({ absorbedProfile }) =>
    absorbedProfile.identifiers.some((one) => one.value === value),
  ) as Merge;

/** What is left of the events once the merges of these people are taken back, in that order. */
function world(events: readonly Event[], ...takenBack: { user_id: string }[]): FoldedWorld {
  const folded = new FoldedWorld(aRuleset({}));
  for (const event of events) folded.apply([event], event.receivedAt);
  for (const who of takenBack) folded.unmerge(mergeOf(folded, who).absorbed, noon + 100 * hour);
  return folded;
}

const both = [meet(ann, 0), meet(bob, 1)];
const tie = merge(ann, bob, 10);
const left = { groupLeft: true };

describe('groups, once a merge is taken back', () => {
  it.each<[string, Event[], Event[]]>([
    ['were both', [call(bob, 2), call(ann, 3)], []],
    ['one was, with a role', [call(bob, 2, { groupRole: 'child' })], []],
    ['both have been since', [], [call(ann, 11), call(bob, 12)]],
    ['the one came since, and the other left', [call(ann, 2)], [call(bob, 11), call(ann, 12, left)]],
    ['the other was taken out since', [call(ann, 2), call(bob, 3)], [call(bob, 12, left)]],
    [
      'the one left, and says so late',
      [call(ann, 2), call(bob, 6)],
      [call(ann, 11, left, { occurredAt: noon + 5 * hour })],
    ],
    ['the one has another role since', [call(bob, 2)], [call(ann, 11, { groupRole: 'parent' })]],
  ])('are those that %s', (_, before, since) => {
    const merged = world([...both, ...before, tie, ...since], bob);
    const apart = world([...both, ...before, ...since]);
    for (const who of [ann, bob]) expect(personOf(merged, who).groups ?? []).toEqual(personOf(apart, who).groups ?? []);
    expect(merged.groups.get('household:home')?.memberCount).toBe(apart.groups.get('household:home')?.memberCount);
  });

  it('come back to whoever is taken back after another, too', () => {
    const before = [call(bob, 2), meet(cid, 3), call(cid, 4, left)];
    const since = [call(cid, 12), call(ann, 13, { groupRole: 'parent' })];
    const merged = world([...both, ...before, tie, merge(ann, cid, 11), ...since], bob, cid);
    const apart = world([...both, ...before, ...since]);
    for (const who of [ann, bob, cid])
      expect(personOf(merged, who).groups ?? []).toEqual(personOf(apart, who).groups ?? []);
  });
});

describe('once a merge is taken back', () => {
  it('nobody is apart from those whom only the other is apart from', () => {
    const folded = world([meet(ann, 0), meet(cid, 1), meet(bob, 2), merge(cid, bob, 3)], bob);
    folded.apply([merge(ann, bob, 10)], noon + 101 * hour);
    folded.unmerge(mergeOf(folded, bob).absorbed, noon + 102 * hour);
    expect(personOf(folded, ann).apart).toEqual([personOf(folded, bob).id]);
    expect(personOf(folded, cid).apart).toEqual([personOf(folded, bob).id]);
  });

  it('a device that several people use is nobody’s again', () => {
    const device = { device_id: 'till' };
    const folded = world([
      meet({ ...ann, ...device }, 0),
      meet({ ...bob, ...device }, 1),
      meet({ anonymous_id: 'a' }, 2),
    ]);
    folded.apply([merge(device, { anonymous_id: 'a' }, 3)], noon + 3 * hour);
    folded.unmerge(mergeOf(folded, { user_id: 'a' }).absorbed, noon + 4 * hour);
    expect(personOf(folded, { user_id: 'till' }).isShared).toBe(true);
  });

  it('whoever was restricted by somebody else that they absorbed stays so', () => {
    const folded = world([...both, meet(cid, 2)]);
    for (const [who, hours] of [
      [bob, 5],
      [cid, 6],
    ] as const) {
      const profile = personOf(folded, who);
      folded.profiles.set(profile.id, { ...profile, restrictedAt: noon + hours * hour });
    }
    for (const event of [tie, merge(ann, cid, 11)]) folded.apply([event], event.receivedAt);
    const restricted = () => [ann, bob, cid].map((who) => personOf(folded, who).restrictedAt !== undefined);
    folded.unmerge(mergeOf(folded, bob).absorbed, noon + 12 * hour);
    expect(restricted()).toEqual([true, true, true]);
    folded.unmerge(mergeOf(folded, cid).absorbed, noon + 13 * hour);
    expect(restricted()).toEqual([false, true, true]);
  });
});
