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
import { FoldedWorld } from '../../../testing/folded-world';
import type { JourneyDefinition } from '../../journeys/journey.schema';
import type { ChangeSet } from '../change-set';
import type { Profile } from '../profile';
import type { Ruleset } from '../ruleset';
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

const gold = { trait: 'tier', is: 'equals', value: 'gold' } as const;
/** Rules of this version, under which gold members go to a destination since that very version. */
function attachedSince(version: number): Ruleset {
  const target = { identifiers: ['user_id'], use: 'target' as const, sinceRuleset: version };
  const attachments = [{ audience: 'gold', destination: 'ads', ...target }];
  return { ...aRuleset({ audiences: { gold }, attachments }), version };
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

    it('moves identifiers that the event does not name, and later events of the batch find their new owner', () => {
      const named = {
        ...visitor,
        identifiers: [...visitor.identifiers, { type: 'device_id', value: 'd1', firstSeenAt: noon }],
      };
      const later = anEvent({ by: { device_id: 'd1' } });
      for (const events of [[tie], [tie, later]]) {
        const set = changes(aFold({ ruleset: viewers, profiles: [known, named], events }));
        expect(set.identifiers.map(({ identifier, profile, change }) => [identifier.type, profile, change])).toEqual([
          ['anonymous_id', 'prf_known', 'move'],
          ['device_id', 'prf_known', 'move'],
        ]);
        expect(set.applied.map(({ profile }) => profile)).toEqual(events.map(() => 'prf_known'));
      }
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

  it('lets people leave first whose time was over before they come back, though no clock looked in between', () => {
    const ruleset = aRuleset({ audiences: { now: { event: 'Viewed', within: '1h' } } });
    const viewed = (at: number) => anEvent({ name: 'Viewed', occurredAt: at, receivedAt: at });
    const [before] = living(changes(aFold({ ruleset, now: noon, events: [viewed(noon)] })));
    const back = (now: number, at = now) =>
      edgesOf(changes(aFold({ ruleset, now, profiles: before ? [before] : [], events: [viewed(at)] })));
    expect(back(noon + 3 * hour)).toEqual(['now exited by clock', 'now entered by event']);
    expect(back(noon + hour)).toEqual([]);
    // It happened while the first still counted, and came late: nobody had left.
    expect(back(noon + 1.5 * hour, noon + hour)).toEqual([]);
  });

  it('lets nobody leave whom the event keeps in, though it is applied after their time was over', () => {
    const ruleset = aRuleset({ audiences: { a: { event: 'A', within: '1h' }, b: { event: 'B', within: '2h' } } });
    const world = new FoldedWorld(ruleset);
    world.apply([anEvent({ name: 'A', occurredAt: noon }), anEvent({ name: 'B', occurredAt: noon })], noon);
    world.apply([anEvent({ name: 'B', occurredAt: noon + 1.5 * hour })], noon + 2.5 * hour);
    expect(world.edges.map(({ audience, edge, cause }) => `${audience} ${edge} by ${cause}`)).toEqual([
      'a entered by event',
      'b entered by event',
      'a exited by clock',
    ]);
  });

  describe('when somebody has done more than is kept one by one', () => {
    const minute = hour / 60;
    const views = Array.from({ length: 400 }, (_, index) => anEvent({ occurredAt: noon + index * minute }));
    const worldOf = (value: number): FoldedWorld => {
      const busy = { event: 'Product Viewed', count: { is: 'at_least', value }, within: '7d' } as const;
      const world = new FoldedWorld(
        aRuleset({ audiences: { gold, busy, both: { all: [{ audience: 'gold' }, busy] } } }),
      );
      world.apply(views, noon + 400 * minute);
      return world;
    };

    it('reads what the window cuts also for an audience that refers to one that changes', () => {
      const world = worldOf(300);
      const at = noon + 7 * day + 90 * minute;
      world.apply([anIdentify({ tier: 'gold' }, { occurredAt: at })], at);
      expect([world.size('gold'), world.size('both')]).toEqual([1, 1]);
    });

    it('reads it also for an audience that has become due, though the event came before', () => {
      for (const [later, size] of [
        [5, 1],
        [90, 0],
      ] as const) {
        const world = worldOf(200);
        const due = world.living()[0]?.nextCheckAt ?? 0;
        world.apply([anEvent({ name: 'Other', occurredAt: due - 1_000 })], due + later * minute);
        expect([later, world.size('busy')]).toEqual([later, size]);
      }
    });
  });

  it('asks for the history of a profile that is behind the definitions before it decides anything', () => {
    const behind = aProfile('prf_1', {
      seq: 3,
      rulesetVersion: 0,
      identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }],
    });
    const input = aFold({ ruleset: viewers, profiles: [behind], events: [anEvent({ name: 'Order Completed' })] });
    expect(needs(input)).toEqual({ histories: [{ ids: ['prf_1'] }], edges: [], groups: [] });
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
      aFold({
        ruleset: viewers,
        profiles: [behind],
        events,
        stored: { histories, edges: new Map(), groups: new Map() },
      }),
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

  it.each([
    ['a member is wished in anew', 'gold', true],
    ['who left while it was detached is wished away', 'none', false],
  ])('gives wishes a newer version when the attachment is newer than the profile: %s', (_, tier, isIn) => {
    const before = aRuleset({ audiences: { gold } });
    const [entered] = living(changes(aFold({ ruleset: before, events: [anIdentify({ tier: 'gold' })] }))) as [Profile];
    const again = aFold({ ruleset: before, profiles: [entered], events: [anIdentify({ tier })] });
    const [profile] = living(changes(again)) as [Profile];
    const ruleset = attachedSince(before.version + 1);
    const set = changes(aFold({ ruleset, profiles: [profile] }), foldTime);
    expect(set.syncs).toEqual([expect.objectContaining({ isIn, version: profile.seq + 1 })]);
    expect(living(set)[0]?.seq).toBe(profile.seq + 1);
    expect(changes(aFold({ ruleset, profiles: living(set) }), foldTime).syncs).toEqual([]);
  });

  it('says nothing to a new attachment of people who never were members', () => {
    const before = aRuleset({ audiences: { gold } });
    const profiles = living(changes(aFold({ ruleset: before, events: [anIdentify({ tier: 'none' })] })));
    const ruleset = attachedSince(before.version + 1);
    expect(changes(aFold({ ruleset, profiles }), foldTime).syncs).toEqual([]);
  });

  it('asks for what an absorbed person did, too, when an entry rule needs the history of the one they became', () => {
    const once: JourneyDefinition = {
      key: 'repeat',
      name: 'Repeat',
      entry: {
        on: { event: 'Order Completed' },
        if: {
          event: 'Product Viewed',
          where: [{ property: 'sku', is: 'equals', value: { from: 'event.properties.sku' } }],
        },
      },
      start: 'end',
      steps: { end: { type: 'exit' } },
    };
    const visitor = aProfile('prf_visitor', {
      seq: 2,
      identifiers: [{ type: 'anonymous_id', value: 'a1', firstSeenAt: noon }],
    });
    const known = aProfile('prf_known', { seq: 4, identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }] });
    const order = anEvent({
      name: 'Order Completed',
      by: { anonymous_id: 'a1', user_id: 'u1' },
      properties: { sku: 's1' },
    });
    const input = aFold({ ruleset: aRuleset({ journeys: [once] }), profiles: [visitor, known], events: [order] });
    expect(needs(input).histories).toEqual([{ ids: ['prf_known', 'prf_visitor'] }]);
  });

  it('refuses an event that would make a profile larger than one may be, and says which bound', () => {
    const traits = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`t${index}`, index]));
    expect(() => foldEvents(aFold({ ruleset: viewers, events: [anIdentify(traits)] }))).toThrow('at most 1000 traits');
  });

  it('says which identifiers it kept from the person, and why a journey did not begin', () => {
    const journey: JourneyDefinition = {
      key: 'welcome',
      name: 'Welcome',
      entry: { on: { event: 'Signed Up' } },
      start: 'end',
      steps: { end: { type: 'exit' } },
    };
    const input = aFold({
      ruleset: aRuleset({ journeys: [journey] }),
      events: [
        anEvent({ name: 'Signed Up' }),
        anEvent({ name: 'Signed Up', by: { user_id: 'u1', email: 'a@example.com' } }),
        anEvent({ messageId: 'other', by: { user_id: 'u2', email: 'a@example.com' }, isTrusted: false }),
      ],
    });
    expect(foldEvents(input)).toMatchObject({
      done: true,
      ignored: ['already-inside'],
      changes: {
        applied: [{}, {}, { messageId: 'other', blocked: [{ type: 'email', reason: 'unique' }] }],
      },
    });
  });

  it('keeps the time of a profile that a fast clock has touched, and of nobody else in the batch', () => {
    const ahead = aProfile('prf_1', {
      seq: 1,
      evaluatedAt: noon + hour,
      identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }],
    });
    const events = [anEvent({ by: { user_id: 'u1' } }), anEvent({ by: { user_id: 'u2' } })];
    const set = changes(aFold({ ruleset: viewers, profiles: [ahead], events }));
    expect(set.edges.map(({ at }) => at)).toEqual([noon + hour, noon]);
    expect(living(set).map(({ evaluatedAt }) => evaluatedAt)).toEqual([noon + hour, noon]);
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
