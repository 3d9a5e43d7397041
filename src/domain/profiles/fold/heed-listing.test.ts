import { anEvent, aRuleset, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { manualRule } from '../../audiences/manual-audience';
import type { Event } from '../../events/event';
import type { Merge } from '../change-set';
import type { Profile } from '../profile';

type Names = Readonly<Record<string, string>>;
const [ann, bob] = [{ user_id: 'ann' }, { user_id: 'bob' }];
const rules = {
  picked: manualRule('picked', 1),
  others: { not: { audience: 'picked' } },
  viewers: { event: 'Product Viewed', count: { is: 'at_least', value: 3 } },
} as const;
const at = (hours: number) => ({ occurredAt: noon + hours * hour, receivedAt: noon + hours * hour });
const meet = (by: Names, hours: number): Event => anEvent({ by, ...at(hours) });
/** Said at one time, and applied at another. */
const list = (by: Names, isOn: boolean, hours: number, appliedAt = hours): Event =>
  anEvent({
    ...{ kind: 'identify', name: 'identify', by, isAboutProfile: true, ...at(appliedAt) },
    listing: { list: 'picked@1', isOn, at: noon + hours * hour },
  });
const tie = (hours: number): Event =>
  anEvent({
    isMerge: true,
    identifiers: [ann, bob].map(({ user_id: value }) => ({ type: 'user_id', value })),
    ...at(hours),
  });

function world(events: readonly Event[], version = 1): FoldedWorld {
  const folded = new FoldedWorld(aRuleset({ audiences: rules, version }));
  for (const event of events) folded.apply([event], event.receivedAt);
  return folded;
}
const personOf = (folded: FoldedWorld, { user_id: value }: { user_id: string }): Profile =>
  folded.living().find(({ identifiers }) => identifiers.some((one) => one.value === value)) as Profile;
const isPicked = (folded: FoldedWorld, who: { user_id: string }): boolean =>
  Object.hasOwn(personOf(folded, who).memberships, 'picked');
const edgesOf = (folded: FoldedWorld, audience = 'picked'): string[] =>
  folded.edges.filter((edge) => edge.audience === audience).map(({ edge, cause }) => `${edge} by ${cause}`);

describe('a list that is kept by hand', () => {
  it('has whoever was put on it enter its audience by hand, and leave it so; what refers to it follows', () => {
    const folded = world([meet(ann, 0), list(ann, true, 1), list(ann, false, 2)]);
    expect(edgesOf(folded)).toEqual(['entered by manual', 'exited by manual']);
    expect(edgesOf(folded, 'others')).toEqual(['entered by event', 'exited by event', 'entered by event']);
  });

  it('has nobody by an identifier in quarantine, as a row of a file may name', () => {
    const folded = world([meet(ann, 0), anEvent({ by: ann, isQuarantine: true, ...at(1) }), list(ann, true, 2)]);
    expect(edgesOf(folded)).toEqual([]);
    expect(folded.living().flatMap(({ lists = {} }) => Object.keys(lists))).toEqual([]);
  });

  it.each<[string, Event[], number]>([
    ['to be put on it again', [list(ann, true, 1), list(ann, true, 2)], 1],
    ['to be taken off it without being on it', [list(ann, false, 1)], 0],
    [
      'to be put on it in a file that was sent before they were taken off',
      [list(ann, true, 1), list(ann, false, 3), list(ann, true, 2, 4)],
      2,
    ],
    [
      'to be put on the list of an audience of that key that was deleted',
      [{ ...list(ann, true, 1), listing: { list: 'picked@0', isOn: true, at: noon } }],
      0,
    ],
  ])('changes nothing of somebody %s', (_, events, edges) => {
    expect(edgesOf(world([meet(ann, 0), ...events]))).toHaveLength(edges);
  });

  it('takes somebody who is met by it for the first time', () => {
    expect(edgesOf(world([list(ann, true, 0)]))).toEqual(['entered by manual']);
  });

  it('has its edges told from those that the event makes of itself', () => {
    const views = [0, 1].map((hours) => meet(ann, hours));
    const folded = world([...views, { ...meet(ann, 2), listing: { list: 'picked@1', isOn: true, at: noon } }]);
    expect([...edgesOf(folded), ...edgesOf(folded, 'viewers')]).toEqual(['entered by manual', 'entered by event']);
  });

  it('is forgotten with its audience, and begins empty with the next of that key', () => {
    const folded = world([list(ann, true, 0)]);
    folded.ruleset = aRuleset({ audiences: { picked: manualRule('picked', 3) }, version: 2 });
    folded.tick(noon + hour);
    expect([isPicked(folded, ann), personOf(folded, ann).lists]).toEqual([false, undefined]);
    expect(edgesOf(folded)).toEqual(['entered by manual', 'exited by definition']);
  });
});

describe('two people who become one', () => {
  it.each<[string, Event[], boolean]>([
    ['if the one was', [list(ann, true, 2)], true],
    ['if the other was', [list(bob, true, 2)], true],
    [
      'if one was, though the other was taken off later',
      [list(ann, true, 2), list(bob, true, 2), list(bob, false, 3)],
      true,
    ],
    ['not if both were taken off', [list(ann, true, 2), list(ann, false, 3), list(bob, false, 3)], false],
  ])('are on a list %s, and what they were once that is taken back', (_, events, isOn) => {
    const before = world([meet(ann, 0), meet(bob, 1), ...events]);
    const folded = world([meet(ann, 0), meet(bob, 1), ...events, tie(10)]);
    expect(isPicked(folded, ann)).toBe(isOn);
    folded.unmerge((folded.merges[0] as Merge).absorbed, noon + 20 * hour);
    for (const who of [ann, bob]) expect(personOf(folded, who).lists).toEqual(personOf(before, who).lists);
    for (const who of [ann, bob]) expect(isPicked(folded, who)).toBe(isPicked(before, who));
  });

  it('have what was said since go to whom it named', () => {
    const folded = world([meet(ann, 0), meet(bob, 1), tie(10), list(bob, true, 11)]);
    folded.unmerge((folded.merges[0] as Merge).absorbed, noon + 20 * hour);
    expect([isPicked(folded, ann), isPicked(folded, bob)]).toEqual([false, true]);
  });
});
