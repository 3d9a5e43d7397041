import {
  aFold,
  anEvent,
  anIdentify,
  aProfile,
  aRuleset,
  day,
  hour,
  identifiers,
  noon,
} from '../../../testing/builders';
import type { ChangeSet } from '../change-set';
import type { Profile } from '../profile';
import { foldEvents, foldTime } from './fold';
import type { FoldInput, Needs } from './fold-input';

const viewers = aRuleset({
  audiences: {
    viewers: {
      all: [
        { event: 'Product Viewed', within: '7d' },
        { event: 'Order Completed', count: { is: 'equals', value: 0 } },
      ],
    },
    gold: { trait: 'tier', is: 'equals', value: 'gold' },
    goldviewers: { all: [{ audience: 'gold' }, { audience: 'viewers' }] },
  },
});

function changes(input: FoldInput, fold = foldEvents): ChangeSet {
  const outcome = fold(input);
  if (!outcome.done) throw new Error('The fold asked for stored events.');
  return outcome.changes;
}

function needs(input: FoldInput): Needs {
  const outcome = foldEvents(input);
  if (outcome.done) throw new Error('The fold asked for nothing.');
  return outcome.needs;
}

const living = (set: ChangeSet): Profile[] =>
  set.profiles.map(({ profile }) => profile).filter((profile) => !profile.mergedInto);
const edgesOf = (set: ChangeSet): string[] =>
  set.edges.map(({ audience, edge, cause }) => `${audience} ${edge} by ${cause}`);

describe('foldEvents', () => {
  it('creates one profile for two events of one person and numbers everything that happens to it', () => {
    const set = changes(aFold({ ruleset: viewers, events: [anEvent(), anIdentify({ tier: 'gold' })] }));
    expect(living(set)).toHaveLength(1);
    expect(living(set)[0]?.traits['tier']).toMatchObject({ value: 'gold', at: noon });
    expect(set.applied.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(edgesOf(set)).toEqual(['viewers entered by event', 'gold entered by event', 'goldviewers entered by event']);
    expect(set.edges.map(({ seq }) => seq)).toEqual([2, 4, 5]);
  });

  it('evaluates rules that hold for somebody of whom nothing is known', () => {
    const ruleset = aRuleset({ audiences: { strangers: { identifier: 'email', is: 'not_set' } } });
    expect(edgesOf(changes(aFold({ ruleset, events: [anEvent()] })))).toEqual(['strangers entered by event']);
  });

  it('leaves an audience on the event that ends it, once', () => {
    const events = [anEvent(), anEvent({ name: 'Order Completed' }), anEvent()];
    expect(edgesOf(changes(aFold({ ruleset: viewers, events })))).toEqual([
      'viewers entered by event',
      'viewers exited by event',
    ]);
  });

  it('gives each stay of an audience its own version', () => {
    const ruleset = aRuleset({ audiences: { gold: { trait: 'tier', is: 'equals', value: 'gold' } } });
    const events = ['gold', 'silver', 'gold'].map((tier, index) => anIdentify({ tier }, { occurredAt: noon + index }));
    const set = changes(aFold({ ruleset, now: noon + 10, events }));
    expect(set.edges.map(({ edge, version }) => [edge, version])).toEqual([
      ['entered', 1],
      ['exited', 2],
      ['entered', 3],
    ]);
  });

  it('attaches an anonymous visitor to the person they turn out to be', () => {
    const events = [
      anEvent({ by: { anonymous_id: 'a1' } }),
      anIdentify({}, { by: { anonymous_id: 'a1', user_id: 'u1' } }),
    ];
    const [profile] = living(changes(aFold({ ruleset: viewers, events })));
    expect(profile?.identifiers.map(({ type }) => type)).toEqual(['anonymous_id', 'user_id']);
  });

  describe('when an event ties two profiles together', () => {
    const known = aProfile('prf_known', {
      createdAt: noon + 1,
      seq: 4,
      identifiers: identifiers({ user_id: 'u1' }).map((one) => ({ ...one, firstSeenAt: noon })),
    });
    const visitor = aProfile('prf_visitor', {
      seq: 2,
      identifiers: identifiers({ anonymous_id: 'a1' }).map((one) => ({ ...one, firstSeenAt: noon })),
      memberships: { viewers: { enteredAt: noon, version: 1 } },
      edgeCounts: { viewers: 1 },
    });
    const tie = anIdentify({}, { by: { anonymous_id: 'a1', user_id: 'u1' } });

    it('merges into the known one, leaves a tombstone and records both in the ledger', () => {
      const set = changes(aFold({ ruleset: viewers, profiles: [known, visitor], events: [tie] }));
      expect(living(set)[0]).toMatchObject({ id: 'prf_known', lineage: ['prf_visitor'] });
      expect(set.profiles.find(({ profile }) => profile.id === 'prf_visitor')?.profile).toMatchObject({
        mergedInto: 'prf_known',
        traits: {},
      });
      expect(set.merges).toEqual([
        expect.objectContaining({ survivor: 'prf_known', absorbed: 'prf_visitor', messageId: tie.messageId }),
      ]);
      expect(set.identifiers).toEqual([expect.objectContaining({ profile: 'prf_known', change: 'move' })]);
    });

    it('ends the memberships of the absorbed one, as a merge and not as something the person did', () => {
      const set = changes(aFold({ ruleset: viewers, profiles: [known, visitor], events: [tie] }));
      expect(set.edges[0]).toMatchObject({
        profile: 'prf_visitor',
        audience: 'viewers',
        edge: 'exited',
        cause: 'merge',
      });
    });
  });

  it('asks for the history of a profile that is behind the definitions before it decides anything', () => {
    const behind = aProfile('prf_1', {
      seq: 3,
      rulesetVersion: 0,
      identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }],
    });
    const input = aFold({ ruleset: viewers, profiles: [behind], events: [anEvent({ name: 'Order Completed' })] });
    expect(needs(input)).toEqual({ histories: ['prf_1'], edges: [] });
  });

  it('back-fills such a profile first, so that what the event changes is a live edge', () => {
    const behind = aProfile('prf_1', {
      seq: 3,
      rulesetVersion: 0,
      identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }],
    });
    const histories = new Map([[behind.id, [{ name: 'Product Viewed', at: noon - day, properties: {} }]]]);
    const events = [anEvent({ name: 'Order Completed' })];
    const set = changes(
      aFold({ ruleset: viewers, profiles: [behind], events, stored: { histories, edges: new Map() } }),
    );
    expect(edgesOf(set)).toEqual(['viewers entered by definition', 'viewers exited by event']);
  });

  it('wants an attached member at the destination under the profile seq, and again when an identifier joins', () => {
    const attachment = {
      audience: 'gold',
      destination: 'ads',
      identifiers: ['email'],
      use: 'target' as const,
      sinceRuleset: 1,
    };
    const ruleset = aRuleset({
      audiences: { gold: { trait: 'tier', is: 'equals', value: 'gold' } },
      attachments: [attachment],
    });
    const entered = changes(aFold({ ruleset, events: [anIdentify({ tier: 'gold' })] }));
    expect(entered.syncs).toEqual([expect.objectContaining({ isIn: true, identifiers: {}, version: 2 })]);
    const profiles = living(entered).map((profile) => ({ ...profile }));
    const joined = changes(
      aFold({ ruleset, profiles, events: [anEvent({ by: { user_id: 'u1', email: 'a@example.com' } })] }),
    );
    expect(joined.syncs).toEqual([expect.objectContaining({ isIn: true, identifiers: { email: 'a@example.com' } })]);
    expect(joined.outbox).toContainEqual({ kind: 'sync', audience: 'gold', destination: 'ads' });
  });

  it('keeps somebody who refused a purpose off its target lists', () => {
    const attachment = {
      audience: 'gold',
      destination: 'ads',
      identifiers: ['user_id'],
      use: 'target' as const,
      purpose: 'advertising',
      sinceRuleset: 1,
    };
    const ruleset = aRuleset({
      audiences: { gold: { trait: 'tier', is: 'equals', value: 'gold' } },
      attachments: [attachment],
    });
    const context = { consent: { categoryPreferences: { advertising: false } } };
    const set = changes(aFold({ ruleset, events: [anIdentify({ tier: 'gold' }, { context })] }));
    expect(set.syncs).toEqual([expect.objectContaining({ isIn: false })]);
  });

  it('round-trips trait names that are words of JavaScript and MongoDB', () => {
    const traits = JSON.parse('{"__proto__":1,"constructor":2,"$set":3,"a.b":4}') as Record<string, number>;
    const [profile] = living(changes(aFold({ ruleset: viewers, events: [anIdentify(traits)] })));
    expect(Object.keys(profile?.traits ?? {})).toEqual(['__proto__', 'constructor', '$set', 'a.b']);
  });
});

describe('foldTime', () => {
  it('closes a window on time, with no event, and says when to look next', () => {
    const set = changes(aFold({ ruleset: viewers, events: [anEvent()] }));
    const [member] = living(set) as [Profile];
    expect(member.nextCheckAt).toBe(noon + 7 * day + 1);
    const later = aFold({ ruleset: viewers, profiles: [member], now: noon + 7 * day + 1 });
    expect(edgesOf(changes(later, foldTime))).toEqual(['viewers exited by clock']);
    expect(living(changes(later, foldTime))[0]?.nextCheckAt).toBeUndefined();
  });

  it('does nothing to memberships before their time', () => {
    const [member] = living(changes(aFold({ ruleset: viewers, events: [anEvent()] }))) as [Profile];
    expect(edgesOf(changes(aFold({ ruleset: viewers, profiles: [member], now: noon + hour }), foldTime))).toEqual([]);
  });
});
