import { aFold, anEvent, aProfile, aRuleset, identifiers, noon } from '../testing/builders';
import { emptyState, observe, type BehaviourCondition } from '../domain/audiences/behaviour/behaviour';
import { toRuleEvent } from '../domain/events/event';
import { foldEvents } from '../domain/profiles/fold/fold';
import type { Store } from '../store/store';
import { foldThrough } from './fold-through';

const minute = 60_000;
const rule = { sequence: [{ event: 'Viewed' }, { event: 'Bought' }] };
const viewed = (index: number) =>
  anEvent({ name: 'Viewed', messageId: `m${index}`, by: { user_id: 'u1' }, occurredAt: noon + index * minute });

it('reads the long history of somebody once for a batch of their events, not for each of them', async () => {
  const ruleset = aRuleset({ audiences: { buyers: rule } });
  const [[key, condition]] = [...ruleset.conditions] as [[string, BehaviourCondition]];
  const past = Array.from({ length: 300 }, (_, index) => viewed(index));
  const state = past.reduce((one, event) => observe(condition, one, toRuleEvent(event)), emptyState(condition));
  const person = {
    ...aProfile('prf_1'),
    identifiers: identifiers({ user_id: 'u1' }).map((one) => ({ ...one, firstSeenAt: noon })),
    states: { [key]: state },
    seq: 300,
  };
  const batch = Array.from({ length: 20 }, (_, index) => viewed(300 + index));
  const between = jest.fn(async () => past);
  const store = { events: { between }, connection: { masterKey: Buffer.alloc(32) } } as unknown as Store;
  const input = aFold({ ruleset, now: noon + 400 * minute, profiles: [person], events: batch });
  const { changes } = await foldThrough(store, input, { ...input }, foldEvents);
  expect(changes.applied).toHaveLength(20);
  expect(between).toHaveBeenCalledTimes(1);
});
