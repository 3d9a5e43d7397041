import request from 'supertest';
import { createErasure } from '../../src/activities/operations/erasure/erasure';
import type { HttpRequest, HttpResponse } from '../../src/destinations/destination';
import type { DestinationOutcome, Receipt } from '../../src/domain/privacy/receipt';
import { inTransaction } from '../../src/store/open-store';
import { ads, useSyncScenes } from './sync-harness';

const hourMs = 3_600_000;
const refuses: HttpResponse = { status: 400, headers: {}, body: JSON.stringify({ error: { code: 100 } }) };
const isAway: HttpResponse = { status: 500, headers: {}, body: JSON.stringify({ error: { code: 2 } }) };
const received = ({ body }: HttpRequest): HttpResponse => {
  const { payload } = JSON.parse(body) as { readonly payload: { readonly data: readonly unknown[] } };
  const answer = { audience_id: '4711', session_id: '1', num_received: payload.data.length, num_invalid_entries: 0 };
  return { status: 200, headers: {}, body: JSON.stringify(answer) };
};

interface Case {
  readonly how: string;
  readonly removal: (sent: HttpRequest) => HttpResponse;
  readonly isShared?: true;
  readonly outcome: DestinationOutcome;
  /** What the ledger says last of the person. */
  readonly ledger: string;
}

const cases: readonly Case[] = [
  { how: 'takes them off', removal: received, outcome: 'removed', ledger: 'remove delivered' },
  { how: 'refuses to', removal: () => refuses, outcome: 'refused', ledger: 'remove rejected meta-100' },
  { how: 'does not answer in time', removal: () => isAway, outcome: 'pending', ledger: 'remove retrying meta-2' },
  {
    how: 'holds their address for somebody else',
    removal: received,
    isShared: true,
    outcome: 'shared',
    ledger: 'add delivered',
  },
];

describe('a destination that is asked to take somebody off', () => {
  const at = useSyncScenes();
  const call = (method: 'put' | 'delete', path: string) =>
    request(at().api.app)[method](path).auth(at().w.apiKey, { type: 'bearer' });

  /** Ann and Bob are on the list; with an address that both have, as from before a protection keeps it apart. */
  async function fill(isShared: boolean): Promise<void> {
    at().destination = 'ads';
    at().answer = received;
    await at().put('/v1/destinations/ads', ads);
    await at().attach({ identifiers: ['email'], external: { id: '4711' } });
    await at().identify('ann', { tier: 'gold', email: 'ann@x.example' });
    await at().identify('bob', { tier: 'gold', email: 'bob@x.example' });
    await at().ring();
    if (isShared) {
      const { store } = at().api;
      const { ws } = at().w;
      const bob = await store.identifiers.ownerOf(ws, { type: 'user_id', value: 'bob' });
      const pairs = [{ audience: 'vip', destination: 'ads' }];
      const [wish] = await store.syncMembers.ofPeople(ws, pairs, [bob!]);
      const shared = { ...wish!, version: wish!.version + 1, identifiers: { email: 'ann@x.example' } };
      await inTransaction(store.connection, (session) => store.syncMembers.setDesired(ws, [shared], session));
      await at().ring();
    }
    expect(await lastOfAnn(await annsSubject())).toBe('add delivered');
  }
  const lastOfAnn = async (subject: string) => {
    const [row] = await at().api.store.deliveries.page(at().w.ws, { subjects: [subject] }, 1);
    return [row?.operation, row?.status, row?.reason].filter((part) => part !== undefined).join(' ');
  };
  const annsSubject = async () => {
    const { id } = await at().get<{ id: string }>('/v1/profiles/user_id:ann');
    return `${at().w.ws}:${id}`;
  };

  /** Clears place after place, as a worker does. */
  async function receiptOf(id: string): Promise<Receipt> {
    const { store, deps } = at().api;
    const { ws } = at().w;
    const kind = createErasure({ store, clock: deps.clock, waitMs: hourMs });
    const { signal } = new AbortController();
    for (;;) {
      const stored = await store.operations.find(ws, id);
      if (!stored) throw new Error('The erasure is gone.');
      if (stored.operation.status !== 'running') return stored.operation.result?.['receipt'] as unknown as Receipt;
      const outcome = await kind.step({ ws, operation: stored.operation, signal, now: deps.clock() });
      await store.operations.advance(ws, stored, outcome, deps.clock());
    }
  }

  it.each(cases)('and $how is "$outcome" in the receipt of an erasure', async ({ removal, isShared, outcome }) => {
    await fill(isShared === true);
    const { body } = await call('delete', '/v1/profiles/user_id:ann').expect(202);
    at().answer = removal;
    await at().ring();
    at().offsetMs = 2 * hourMs;
    const { destinations } = await receiptOf((body as { id: string }).id);
    expect(destinations).toEqual([{ audience: 'vip', destination: 'ads', outcome }]);
  });

  it.each(cases)('and $how is "$ledger" in the ledger after a restriction', async ({ removal, isShared, ledger }) => {
    await fill(isShared === true);
    const subject = await annsSubject();
    await call('put', '/v1/profiles/user_id:ann/restriction').expect(200);
    await at().api.catchUp(at().w.ws);
    at().answer = removal;
    await at().ring();
    expect(await lastOfAnn(subject)).toBe(ledger);
  });
});
