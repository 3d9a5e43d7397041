import { emptyState, observe, type BehaviourCondition } from '../../src/domain/audiences/behaviour/behaviour';
import { toRuleEvent } from '../../src/domain/events/event';
import { profileId, subjectOf } from '../../src/domain/ids';
import { foldEvents } from '../../src/domain/profiles/fold/fold';
import { foldThrough } from '../../src/folding/fold-through';
import { aFold, anEvent, aProfile, aRuleset, identifiers, noon } from '../../src/testing/builders';
import { useTestApi, useWorkspace } from '../../src/testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api);
const count = 600;
const user = { user_id: 'u1' };
const small = { k: 1, '$odd.name': 1 };
const large = { ...small, text: 'x'.repeat(30_000) };
const viewed = (n: number) =>
  anEvent({
    name: 'Viewed',
    messageId: `m${n}`,
    by: user,
    occurredAt: noon + n,
    receivedAt: noon + n,
    properties: small,
  });

/** Anybody with the public key of a page can make such a visitor: more matches than a profile keeps, and large ones. */
it.each([
  ['the properties that a condition reads', { same: 'properties.k' }, { k: 1 }],
  ['none, where it reads none', {}, {}],
  ['all of them, where it reads one that no projection can name', { same: 'properties["$odd.name"]' }, large],
])('of the stored events of somebody a fold is told %s', async (_what, same, properties) => {
  const { ws } = workspace;
  const { store } = api;
  const person = profileId('prf_1');
  const past = Array.from({ length: count }, (_, n) => viewed(n));
  const stored = past.map((event, seq) => ({
    ...{ ...event, properties: large, seq, ws, profile: person, subject: subjectOf(ws, person), state: 'applied' },
    _id: `${ws}:${event.messageId}`,
  }));
  const events = store.connection.db.collection<{ _id: string }>('events');
  await events.deleteMany({});
  for (let from = 0; from < count; from += 200) await events.insertMany(stored.slice(from, from + 200));

  const rule = { sequence: [{ event: 'Viewed' }, { event: 'Bought' }], ...same };
  const ruleset = aRuleset({ audiences: { buyers: rule } });
  const [[key, condition]] = [...ruleset.conditions] as [[string, BehaviourCondition]];
  const state = past.reduce((one, event) => observe(condition, one, toRuleEvent(event)), emptyState(condition));
  const known = identifiers(user).map((one) => ({ ...one, firstSeenAt: noon }));
  const profile = { ...aProfile('prf_1'), identifiers: known, states: { [key]: state }, seq: count };
  const now = noon + count;
  const bought = anEvent({ name: 'Bought', messageId: 'last', by: user, occurredAt: now, properties: small });
  const input = { ...aFold({ ruleset, now, profiles: [profile], events: [bought] }), ws };
  const told: object[] = [];
  await foldThrough(store, input, input, (one) => {
    told.push(...[...one.stored.edges.values()].flatMap((found) => found.map((event) => event.properties)));
    return foldEvents(one);
  });
  // What a profile has dropped.
  expect(told.length).toBeGreaterThan(count / 2);
  expect(told[0]).toEqual(properties);
});
