import { aFold, anEvent, anIdentify, aRuleset, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { IdentityPolicy } from '../../identity/identity-policy.schema';
import type { Event } from '../../events/event';
import type { Profile } from '../profile';
import { foldEvents } from './fold';

const by = (one: Readonly<Record<string, string>>, of: Partial<Event> = {}): Event => anEvent({ by: one, ...of });
const u1 = { user_id: 'u1', anonymous_id: 'a' };
const u2 = { user_id: 'u2', anonymous_id: 'a' };
const alone = { anonymous_id: 'a' };

function world(events: readonly Event[], identity: IdentityPolicy = {}): FoldedWorld {
  const folded = new FoldedWorld(aRuleset({ identity }));
  folded.apply(events, noon);
  return folded;
}

const names = ({ identifiers, isShared }: Profile): string =>
  [...identifiers.map(({ value }) => value).sort(), ...(isShared ? ['shared'] : [])].join(' ');
/** Whoever there is, by what names them, with how many events each has. */
const people = (of: FoldedWorld): Record<string, number> =>
  Object.fromEntries(of.living().map((profile) => [names(profile), of.historyOf(profile).length] as const));
const everySize = [1, 500];

describe('a browser that two known people use', () => {
  it.each(everySize)('is neither’s, in either order, in batches of %i', (size) => {
    for (const events of [
      [by(u1), by(u2)],
      [by(u2), by(u1)],
    ]) {
      const folded = new FoldedWorld(aRuleset({}));
      folded.apply(events, noon, size);
      expect(people(folded)).toEqual({ u1: 1, u2: 1, 'a shared': 0 });
    }
  });

  it.each([true, false])('takes what is done there without a login from then on, trusted or not: %s', (isTrusted) => {
    const events = [by(u1), by(u2), by(alone), by(u1), by(alone), by({ user_id: 'u3', ...alone })];
    const folded = world(events.map((event) => ({ ...event, isTrusted })));
    expect(people(folded)).toEqual({ u1: 2, u2: 1, u3: 1, 'a shared': 2 });
  });

  it('is dropped from events that name somebody with it, and the event says so', () => {
    const events = [by(u1), by(u2), by(u1)];
    const outcome = foldEvents(aFold({ ruleset: aRuleset({}), events }));
    const blocked = outcome.done && outcome.changes.applied.map((one) => one.blocked?.map(({ reason }) => reason));
    expect(blocked).toEqual([undefined, ['unique'], ['shared']]);
  });

  it('is also one when somebody else is known by an e-mail only, which a public key may not tie to them', () => {
    const events = [by({ email: 'e1', ...alone }), by({ email: 'e2' }), by({ email: 'e2', ...alone })];
    expect(people(world(events.map((event) => ({ ...event, isTrusted: false }))))).toEqual({
      ...{ e1: 1, e2: 2, 'a shared': 0 },
    });
  });

  it('is none while its owner is anonymous, or one is the person of a limit', () => {
    expect(people(world([by(alone), by(u1)]))).toEqual({ 'a u1': 2 });
    const limits = { email: { most: 1, per: 'ever' as const } };
    const events = [by({ email: 'e1', ...alone }), by({ email: 'e2', ...alone })];
    expect(people(world(events, { limits }))).toEqual({ 'a e1': 1, e2: 1 });
  });

  it('keeps to itself: a browser that comes with it is another visitor’s, and another shared one does not join it', () => {
    const b = { device_id: 'b' };
    const both = { ...alone, ...b };
    expect(people(world([by(u1), by(u2), by(both), by({ user_id: 'u1', ...b })]))).toEqual({
      ...{ 'b u1': 3, u2: 1, 'a shared': 0 },
    });
    const twice = [by({ user_id: 'u1', ...both }), by({ user_id: 'u2', ...both }), by(both)];
    expect(people(world(twice))).toEqual({ u1: 1, u2: 1, 'a shared': 0, 'b shared': 1 });
  });

  it('becomes somebody’s when somebody says so', () => {
    const merge = by({ user_id: 'u1', ...alone }, { kind: 'alias', isMerge: true });
    const folded = world([by(u1), by(u2), by(alone), merge, by(alone)]);
    expect(people(folded)).toEqual({ 'a u1': 4, u2: 1 });
    const visitor = by({ device_id: 'd', ...alone }, { kind: 'alias', isMerge: true });
    expect(people(world([by(u1), by(u2), by(alone), by({ device_id: 'd' }), visitor]))).toEqual({
      ...{ u1: 1, u2: 1, 'a d': 3 },
    });
  });

  it('stays with whom it was first where the policy says so', () => {
    expect(people(world([by(u1), by(u2), by(alone)], { sharedDevices: 'owner' }))).toEqual({ 'a u1': 2, u2: 1 });
  });

  it('stays when either of them is erased, and what is granted there is granted by neither', () => {
    const context = { consent: { records: { marketing: { status: 'granted' } } } };
    const folded = world([by(u1), by(u2), by(alone, { context })]);
    folded.erase({ type: 'user_id', value: 'u1' }, noon);
    folded.apply([by(alone)], noon);
    expect(people(folded)).toEqual({ u2: 1, 'a shared': 2 });
    expect(folded.living().map(({ consent, isShared }) => [isShared, Object.keys(consent)])).toEqual(
      expect.arrayContaining([
        [undefined, []],
        [true, ['marketing']],
      ]),
    );
  });
});

describe('whoever loses a browser', () => {
  const audiences = {
    browsers: { identifier: 'anonymous_id', is: 'set' },
    gold: { trait: 'tier', is: 'equals', value: 'gold' },
  } as const;

  it('leaves audiences that ask for one, as an event of theirs would make them', () => {
    const folded = new FoldedWorld(aRuleset({ audiences }));
    folded.apply([by(u1), by(u2)], noon);
    expect(folded.edges.map(({ audience, edge, cause }) => `${audience} ${edge} by ${cause}`)).toEqual([
      'browsers entered by event',
      'browsers exited by event',
      'browsers entered by merge',
    ]);
  });

  it.each(everySize)('is told to destinations by what they have left, in batches of %i', (size) => {
    const target = { identifiers: ['user_id', 'anonymous_id'], use: 'target' as const, sinceRuleset: 1 };
    const ruleset = aRuleset({ audiences, attachments: [{ audience: 'gold', destination: 'ads', ...target }] });
    const folded = new FoldedWorld(ruleset);
    folded.apply([anIdentify({ tier: 'gold' }, { by: u1 }), by(u2)], noon, size);
    const last = folded.syncs.at(-1);
    expect(last).toMatchObject({ isIn: true, identifiers: { user_id: 'u1' } });
    expect(Object.keys(last?.identifiers ?? {})).toEqual(['user_id']);
  });
});
