import request from 'supertest';
import type { Operation } from '../../../domain/operations/operation';
import type { DeadLetterDoc } from '../../../store/dead-letters';
import { letterOf } from '../../../store/letter-of';
import { sendBatch, testLimits, useTestApi, useWorkspace } from '../../../testing/test-api';
import { usualTypes } from '../../../domain/identity/workspace-types';
import { createDeadLetterReplay, type ReplayDeps } from './dead-letter-replay';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

/** Letters of events that a plan kept out, which no plan does any more. */
async function keptOut(count: number): Promise<readonly DeadLetterDoc[]> {
  const { deadLetters, identifiers } = api.store;
  const arrival = { at: Date.now(), source: 'server', isTrusted: true, lane: 'live' } as const;
  const rejection = { code: 'plan_violation', path: '/properties/total', message: 'It is missing.' };
  const letters = Array.from({ length: count }, (_, n) => {
    const raw = { type: 'track', userId: `u${n}`, event: 'Viewed', messageId: `m${n}` };
    const refused = { stage: 'quarantined', rejection, raw, messageId: raw.messageId } as const;
    return letterOf(
      { identifiers, limits: { maxBytes: 1_000, maxDepth: 5 }, types: usualTypes },
      workspace.ws,
      arrival,
      refused,
    );
  });
  await deadLetters.add(workspace.ws, letters);
  return deadLetters.page(workspace.ws, count);
}

const policies = { of: async () => ({ isDisabled: false, plan: undefined }) as never };
async function replay(of: Partial<ReplayDeps> = {}, more: Partial<Operation> = {}) {
  const { id = 'op_1' } = more;
  const { store, deps } = api;
  const doorbells = { intake: () => undefined };
  const kind = createDeadLetterReplay({
    store,
    traffic: deps.traffic,
    policies,
    doorbells,
    limits: testLimits.event,
    ...of,
  });
  const operation = { id, input: { filter: {} }, progress: {}, createdAt: Date.now(), ...more } as unknown as Operation;
  const signal = new AbortController().signal;
  const outcome = await kind.step({ ws: workspace.ws, operation, signal, now: Date.now() });
  return 'result' in outcome ? outcome.result : undefined;
}
const discard = () =>
  api.store.letterEnds.discard(workspace.ws, {}, { at: Date.now(), by: 'key_1', reason: 'test data' });
const stateOf = async (id: string) => (await api.store.deadLetters.find(workspace.ws, id))?.state;
const isIn = async (messageId: string) => (await api.store.events.byMessageId(workspace.ws, messageId)) !== null;

it('of an event that named nobody is let in once its type of identifier is there', async () => {
  const named = { context: { externalIds: [{ type: 'loyalty_id', id: '12-34' }] } };
  const event = { type: 'track', event: 'Viewed', messageId: 'm0', ...named };
  await sendBatch(api.app, workspace.secretKey, [event]).expect(200);
  expect(await replay({ policies: api.deps.policies })).toEqual({ replayed: 0, refused: 1, lost: 0 });
  const policy = { types: { loyalty_id: { isKnown: true, form: 'digits' } } };
  await request(api.app)
    .put('/v1/policies/identity')
    .auth(workspace.apiKey, { type: 'bearer' })
    .send(policy)
    .expect(200);
  expect(await replay({ policies: api.deps.policies }, { id: 'op_2' })).toEqual({ replayed: 1, refused: 0, lost: 0 });
  expect((await api.store.events.byMessageId(workspace.ws, 'm0'))?.identifiers).toEqual([
    { type: 'loyalty_id', value: '1234' },
  ]);
});

describe('a letter that is settled while it is replayed', () => {
  it('is discarded, and its event is not in, when the discard comes first', async () => {
    const [letter] = await keptOut(1);
    const result = await replay({
      policies: {
        of: async () => {
          expect(await discard()).toBe(1);
          return policies.of();
        },
      },
    });
    expect(result).toEqual({ replayed: 0, refused: 0, lost: 0 });
    expect(await stateOf(letter?.id ?? '')).toBe('discarded');
    expect(await isIn('m0')).toBe(false);
  });

  it('is erased, and its event is not in, when the erasure comes first', async () => {
    const [letter] = await keptOut(1);
    const result = await replay({
      policies: {
        of: async () => {
          await api.store.letterEnds.anonymise(letter ? [letter] : []);
          return policies.of();
        },
      },
    });
    expect(result).toEqual({ replayed: 0, refused: 0, lost: 0 });
    expect(await stateOf(letter?.id ?? '')).toBe('erased');
    expect(await isIn('m0')).toBe(false);
  });

  it('says which of the two won, however they meet', async () => {
    const all = await keptOut(20);
    for (let round = 0; round < 5; round += 1) {
      // What loses a race for a document throws, and is tried again by whoever asked.
      await Promise.allSettled([replay(), discard(), replay()]);
    }
    await replay();
    for (const { id, messageId = '' } of all)
      expect([messageId, await stateOf(id)]).toEqual([messageId, (await isIn(messageId)) ? 'replayed' : 'discarded']);
  });
});

it('a letter of somebody erased is no work to do: not open, not in the summary, neither replayed nor lost', async () => {
  const [first, ...others] = await keptOut(3);
  await api.store.letterEnds.anonymise(first ? [first] : []);
  const summary = await api.store.deadLetters.summary(workspace.ws, { state: 'open' });
  expect(summary).toMatchObject([{ code: 'plan_violation', count: 2 }]);
  expect(await replay()).toEqual({ replayed: 2, refused: 0, lost: 0 });
  expect(await replay({}, { id: 'op_2' })).toEqual({ replayed: 0, refused: 0, lost: 0 });
  expect(await discard()).toBe(0);
  expect(others).toHaveLength(2);
});

it('a step that is done again after a crash reports what it let in, and not what another replay did', async () => {
  await keptOut(3);
  expect(await replay()).toEqual({ replayed: 3, refused: 0, lost: 0 });
  expect(await replay()).toEqual({ replayed: 3, refused: 0, lost: 0 });
  expect(await replay({}, { id: 'op_2' })).toEqual({ replayed: 0, refused: 0, lost: 0 });
});

it('two letters of one message become one event', async () => {
  const { store } = api;
  const good = { type: 'track', event: 'Viewed', userId: 'u1', messageId: 'same' };
  const bad = { ...good, timestamp: 'yesterday' };
  await sendBatch(api.app, workspace.secretKey, [bad, bad]).expect(200);
  const copies = await store.deadLetters.page(workspace.ws, 10);
  expect(copies).toHaveLength(2);
  await store.connection.db
    .collection('deadLetters')
    .updateMany({ ws: workspace.ws }, { $set: { payload: JSON.stringify(good) } });
  expect(await replay()).toEqual({ replayed: 2, refused: 0, lost: 0 });
  expect(await isIn('same')).toBe(true);
});

it('a replay goes on over an upgrade from the letter at which the release before had come, and counts none twice', async () => {
  const [letter] = await keptOut(1);
  const cursor = { at: letter?.at ?? 0, id: letter?.id ?? '', replayed: 0, refused: 1, lost: 0 };
  expect(await replay({}, { cursor })).toEqual({ replayed: 0, refused: 1, lost: 0 });
});
